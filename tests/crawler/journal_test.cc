// SPDX-License-Identifier: MIT
// Journal: a crawl that is killed at any byte of it goes on, and finds what it would have found.
#include "crawler/journal.h"

#include <gtest/gtest.h>

#include "crawler/crawl.h"
#include "tests/crawler/toy_network.h"

namespace hearsay {
namespace {

using test::Loopback;
using test::ToyNetwork;
using test::ToyScript;

constexpr int kNodes = 60;

void AddRing(ToyNetwork& network) {
  for (int i = 0; i < kNodes; ++i) {
    ToyScript script;
    std::vector<Endpoint> next;
    for (int j = 1; j <= 3; ++j) next.push_back(Loopback(10'000 + (i + j) % kNodes));
    next.push_back(Loopback(20'000 + i % 7));  // dead
    script.sample = [next](std::uint64_t) { return next; };
    network.Add(Loopback(10'000 + i), script);
  }
}

CrawlConfig Config() {
  CrawlConfig config;
  config.software = "hearsay/test";
  config.seeds = {{Loopback(10'000), {}}};
  config.keeps_journal = true;
  config.in_flight = 5;
  return config;
}

struct Walk {
  explicit Walk(ToyNetwork& toys)
      : network(toys), crawl(Config(), test::CallerIdentity(), toys.key, test::CallerSeed(), toys.now) {}
  // Until it is done, or for `steps`.
  void Run(int steps) {
    network.RunWhile(crawl, [&] { return !crawl.Done() && steps-- > 0; });
    crawl.TakeJournal(journal);
  }
  ToyNetwork& network;
  Crawl crawl;
  Bytes journal;
};

TEST(Journal, HasABoundWhateverNodesSay) {
  constexpr std::size_t kCount = 100;
  constexpr std::uint32_t kLast = UINT32_MAX;
  const VisitLimits visit;
  const NodeId id{Rng::FromNumber(1).Array<NodeId::kSize>()};
  JournalVisited visited{.node = id, .spoke = true, .excluded = true, .rtt = Duration::max() - Duration{1},
                         .record = Bytes(kMaxRecordBytes), .told = {}, .hidden = {}};
  for (std::size_t i = 0; i < visit.pulls * kMaxSampleEndpoints; ++i) {
    visited.told.push_back(kLast - static_cast<std::uint32_t>(i));
  }
  for (IdPrefix i = 0; i < 256; ++i) visited.hidden.push_back(UINT64_MAX - i);
  JournalWriter writer;
  writer.Begin(NetworkKey::Open("toys"), Time::max());
  for (std::size_t i = 0; i < kCount; ++i) {
    writer.Heard(Loopback(1));
    writer.Ended({.endpoint = kLast, .verdict = kLastVerdict, .node = id, .proved_at = Duration::max(), .late = true});
    writer.Visited(visited);
    writer.Looked({.endpoint = kLast, .gone = true, .watched = Duration::max()});
  }
  Bytes journal;
  writer.Take(journal);
  EXPECT_LE(journal.size(), kCount * (kJournalBytesOfEndpoint + kJournalBytesOfVisit) + 60);
  EXPECT_GE(journal.size(), kCount * (kJournalBytesOfEndpoint + kJournalBytesOfVisit) * 9 / 10);  // it is a close one
}

using Findings = std::map<NodeId, std::tuple<std::vector<Endpoint>, std::size_t, std::size_t, std::string>>;
Findings Of(const Census& census) {
  Findings found;
  for (const MappedNode& node : census.nodes) {
    found[node.id] = {node.endpoints, node.sampled, node.sampled_verified, node.record ? node.record->name : ""};
  }
  return found;
}

class JournalTest : public ::testing::Test {
 protected:
  JournalTest() {
    AddRing(network_);
    Walk whole(network_);
    whole.Run(1'000'000);
    whole_ = whole.crawl.Result(network_.now);
    journal_ = whole.journal;
  }
  ToyNetwork network_;
  Census whole_;
  Bytes journal_;
};

TEST_F(JournalTest, OfAWholeCrawlGivesItsCensusBackWithoutAPacket) {
  const auto content = ReadJournal(journal_, network_.key);
  ASSERT_TRUE(content) << content.error();
  EXPECT_EQ(content->sound_bytes, journal_.size());
  network_.sent_to.clear();
  Walk again(network_);
  again.crawl.Resume(*content);
  again.Run(1'000'000);
  EXPECT_TRUE(network_.sent_to.empty());
  const Census census = again.crawl.Result(network_.now);
  EXPECT_EQ(Of(census), Of(whole_));
  EXPECT_EQ(census.edges, whole_.edges);
  EXPECT_EQ(census.silent.size(), 7u);
  EXPECT_EQ(census.started_at, whole_.started_at);
  EXPECT_TRUE(census.complete);
}

TEST_F(JournalTest, AKilledCrawlGoesOnAndFindsTheSame) {
  Rng rng = Rng::FromNumber(1);
  for (int round = 0; round < 30; ++round) {
    Bytes file;
    for (int kills = 0; kills < 3; ++kills) {
      Walk walk(network_);
      if (const auto content = ReadJournal(file, network_.key)) {
        file.resize(content->sound_bytes);
        walk.crawl.Resume(*content);
      } else {
        file.clear();
      }
      for (int takes = 0; takes < 3; ++takes) {
        walk.journal.clear();
        walk.Run(static_cast<int>(rng.Below(150)));
        file.insert(file.end(), walk.journal.begin(), walk.journal.end());
      }
      file.resize(file.size() - std::min<std::size_t>(file.size(), rng.Below(40)));  // the tail was not yet on disk
    }
    Walk last(network_);
    if (const auto content = ReadJournal(file, network_.key)) last.crawl.Resume(*content);
    last.Run(1'000'000);
    ASSERT_TRUE(last.crawl.Done());
    const Census census = last.crawl.Result(network_.now);
    ASSERT_EQ(Of(census), Of(whole_)) << "round " << round;
    ASSERT_EQ(census.silent.size(), 7u);
    ASSERT_EQ(census.edges, whole_.edges);
  }
}

TEST_F(JournalTest, OfAnotherNetworkOrOfNothingIsRefused) {
  EXPECT_EQ(ReadJournal(journal_, NetworkKey::Open("another")).error(),
            "it is of another network, or another network key");
  EXPECT_EQ(ReadJournal({}, network_.key).error(), "nothing in it is sound");
  EXPECT_EQ(ReadJournal(BytesView(journal_).subspan(1), network_.key).error(), "nothing in it is sound");
}

TEST_F(JournalTest, IsReadUpToTheFirstDamage) {
  Rng rng = Rng::FromNumber(2);
  for (int round = 0; round < 500; ++round) {
    Bytes damaged = journal_;
    const std::size_t at = rng.Below(damaged.size());
    damaged[at] ^= static_cast<std::byte>(1 + rng.Below(255));
    const auto content = ReadJournal(damaged, network_.key);
    if (!content) continue;
    ASSERT_LE(content->sound_bytes, at);
    Walk walk(network_);
    walk.crawl.Resume(*content);  // whatever it is, it aborts nothing
  }
}

}  // namespace
}  // namespace hearsay

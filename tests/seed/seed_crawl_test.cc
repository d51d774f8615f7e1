// SPDX-License-Identifier: MIT
// A seed's crawls beside real nodes: one that cannot end is ended, and what it proved is kept.
#include "tools/seed_crawl.h"

#include <gtest/gtest.h>

#include <asio/ip/udp.hpp>

#include "node/io/driver.h"
#include "store/memory_store.h"
#include "tests/io/loop.h"
#include "tests/io/temporary_folder.h"

namespace hearsay {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kLoopback = 0x7f000001;

class SeedCrawlTest : public testing::Test {
 protected:
  void SetUp() override {
    Open(driver_, store_, std::byte{1});
    Open(other_, other_store_, std::byte{2});
  }
  void Open(std::unique_ptr<Driver>& out, MemoryStore& store, std::byte who) {
    auto driver = Driver::Open(io_, {.network = "test", .listen = {{IpAddress::V4(kLoopback), 0}}},
                               Identity(ByteArray<32>{who}), network_, store, log_);
    ASSERT_TRUE(driver) << driver.error();
    out = std::move(*driver);
    ASSERT_TRUE(out->Start());
  }
  void TearDown() override {
    driver_->Stop();
    other_->Stop();
  }
  Endpoint Silent() const { return {IpAddress::V4(kLoopback), silent_.local_endpoint().port()}; }

  // All three have proved an id an hour ago.
  void Remember() {
    Census census;
    census.complete = true;
    census.finished_at = clock_.Now() - std::chrono::hours{1};
    census.started_at = census.finished_at - 1s;
    census.nodes = {{.id = driver_->Status().id, .endpoints = driver_->Listen(), .verdict = Verdict::kReachable},
                    {.id = other_->Status().id, .endpoints = other_->Listen(), .verdict = Verdict::kReachable},
                    {.id = silent_id_, .endpoints = {Silent()}, .verdict = Verdict::kReachable}};
    std::ranges::sort(census.nodes, {}, &MappedNode::id);
    const auto store = HistoryStore::Open(folder_.path(), network_);
    ASSERT_TRUE(store) << store.error();
    ASSERT_EQ((*store)->Record(census).error, "");
  }

  asio::io_context io_{1};
  const SystemClock clock_;
  TemporaryFolder folder_;
  NetworkKey network_ = NetworkKey::Open("test");
  MemoryStore store_{100};
  Log log_{LogLevel::kOff, LogFormat::kText};
  MemoryStore other_store_{100};
  std::unique_ptr<Driver> driver_;  // the seed's own node
  std::unique_ptr<Driver> other_;
  asio::ip::udp::socket silent_{io_, {asio::ip::make_address("127.0.0.1"), 0}};  // bound, and nobody reads it
  const NodeId silent_id_{};
};

// Before, a crawl had no limit, and was recorded when it ended: to give up on one silent endpoint takes nine seconds,
// on the thousands that a liar names hours, in which no census was.
TEST_F(SeedCrawlTest, ACrawlThatDoesNotEndIsEndedAndItsProofsAreKept) {
  Remember();
  const Time before = clock_.Now();
  auto crawl = SeedCrawl::Open(
      io_, {.every = 50ms, .limit = 300ms, .network = network_, .data_dir = folder_.path()}, *driver_);
  ASSERT_TRUE(crawl) << crawl.error();
  const auto last_at = (*crawl)->health().last_at;
  ASSERT_TRUE(last_at);
  ASSERT_LT((*crawl)->health().proved_at, before - 59min);
  (*crawl)->Start();
  ASSERT_TRUE(RunUntil(io_, [&] { return (*crawl)->health().censuses >= 2; }, 5s));
  const History& history = (*crawl)->history();
  EXPECT_FALSE(history.timeline().points().back().complete);
  EXPECT_EQ((*crawl)->health().last_at, last_at) << "no complete census since";
  EXPECT_GT(history.Find(other_->Status().id)->last_seen, before);
  const NodeLife* silent = history.Find(silent_id_);
  EXPECT_TRUE(silent->present) << "that it was not tried to the end proves nothing";
  EXPECT_EQ(silent->reliability.tries(), 1u);
  EXPECT_LT(history.ProvedSince(0.7), before);
  EXPECT_GT(history.ProvedSince(0.6), before) << "two of three of this group";
  EXPECT_EQ((*crawl)->health().proved_at, history.ProvedSince(SeedCrawl::kProvedShare));
}

}  // namespace
}  // namespace hearsay

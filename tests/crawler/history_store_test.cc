// SPDX-License-Identifier: MIT
// A history on disk: what comes back, what a kill takes (nothing), and what each fault of file and disk is called.
#include "crawler/history/history_store.h"

#include <lmdb.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>

#include <gmock/gmock.h>

#include "crawler/history/stored_history.h"
#include "proto/limits.h"
#include "proto/rng.h"
#include "store/lmdb_value.h"
#include "tests/crawler/census_maker.h"
#include "tests/store/fixtures.h"

namespace hearsay {
namespace {

using store_test::InChild;
using store_test::ReadFile;
using store_test::TemporaryDirectory;
using test::AtMinute;
using test::CensusMaker;
using test::MakeId;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::uint64_t kNodes = 40;
const NetworkKey kNetwork = NetworkKey::Open("test");

// The census number `n`, ever the same: a series with two days' gaps now and then, so that rows are merged.
Census CensusNumber(std::uint64_t n) {
  Rng rng = Rng::FromNumber(n);
  return test::RandomCensus(rng, kNodes, AtMinute(static_cast<std::int64_t>(n * 15 + n / 8 * 60 * 48)));
}

std::unique_ptr<HistoryStore> OpenOrDie(const std::string& directory, const HistoryStoreOptions& options = {}) {
  auto store = HistoryStore::Open(directory, kNetwork, options);
  if (!store) throw std::runtime_error(store.error());
  return std::move(*store);
}
std::string OpenFault(const std::string& directory, const NetworkKey& network = kNetwork) {
  const auto store = HistoryStore::Open(directory, network);
  return store ? "" : store.error();
}
void ExpectSame(const History& stored, const History& expected) {
  ASSERT_EQ(stored.nodes().size(), expected.nodes().size());
  for (std::size_t i = 0; i < stored.nodes().size(); ++i) {
    ASSERT_TRUE(stored.nodes()[i] == expected.nodes()[i]) << "node " << i;
  }
  ASSERT_EQ(stored.timeline().points().size(), expected.timeline().points().size());
  for (std::size_t i = 0; i < stored.timeline().points().size(); ++i) {
    ASSERT_TRUE(stored.timeline().points()[i] == expected.timeline().points()[i]) << "point " << i;
  }
}
std::uint64_t CensusesIn(const History& history) {
  std::uint64_t count = 0;
  for (const CensusPoint& point : history.timeline().points()) count += point.censuses;
  return count;
}

class HistoryOnDisk : public ::testing::Test {
 protected:
  void Fill(std::uint64_t censuses) {
    const auto store = OpenOrDie(path());
    for (std::uint64_t n = 0; n < censuses; ++n) ASSERT_EQ(store->Record(CensusNumber(n)).error, "");
    before_ = ReadFile(File());
  }
  void ExpectUntouched() { EXPECT_TRUE(ReadFile(File()) == before_) << "the file's bytes changed"; }
  // Writes one row by LMDB itself, as another program would.
  void PutRaw(BytesView key, BytesView value) {
    MDB_env* environment = nullptr;
    MDB_txn* transaction = nullptr;
    MDB_dbi tree = 0;
    MDB_val k = ToValue(key);
    MDB_val v = ToValue(value);
    ASSERT_EQ(mdb_env_create(&environment), 0);
    ASSERT_EQ(mdb_env_open(environment, File().c_str(), MDB_NOSUBDIR, 0600), 0);
    ASSERT_EQ(mdb_txn_begin(environment, nullptr, 0, &transaction), 0);
    ASSERT_EQ(mdb_dbi_open(transaction, nullptr, 0, &tree), 0);
    ASSERT_EQ(mdb_put(transaction, tree, &k, &v, 0), 0);
    ASSERT_EQ(mdb_txn_commit(transaction), 0);
    mdb_env_close(environment);
    before_ = ReadFile(File());
  }
  const std::string& path() const { return directory_.path(); }
  std::string File() const { return path() + "/history.mdb"; }

  TemporaryDirectory directory_;
  std::string before_;
};

TEST_F(HistoryOnDisk, ComesBackAsItWasAfterEveryCensus) {
  History expected;
  for (std::uint64_t n = 0; n < 60; ++n) {
    SCOPED_TRACE("census " + std::to_string(n));
    const auto store = OpenOrDie(path());
    ExpectSame(store->history(), expected);
    ASSERT_EQ(store->Record(CensusNumber(n)).error, "");
    expected.Apply(CensusNumber(n));
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_LT(expected.timeline().points().size(), 60u) << "no rows were merged";
}

TEST_F(HistoryOnDisk, IsReadBesideItsWriter) {
  const auto store = OpenOrDie(path());
  store->Record(CensusNumber(0));
  EXPECT_TRUE(HistoryStore::Exists(path()));
  const auto reader = HistoryStore::OpenToRead(path());
  ASSERT_TRUE(reader) << reader.error();
  ExpectSame((*reader)->history(), store->history());
  EXPECT_EQ(store->Record(CensusNumber(1)).error, "") << "the writer goes on";
}

TEST_F(HistoryOnDisk, ThatIsNotThereIsSaid) {
  EXPECT_FALSE(HistoryStore::Exists(path()));
  EXPECT_EQ(HistoryStore::OpenToRead(path()).error(),
            "no history in '" + path() + "'; `hearsay crawl --data-dir DIR` or a seed makes one");
}

TEST_F(HistoryOnDisk, SharesItsDirectoryWithANode) {
  const auto node = LmdbStore::Open(path());
  ASSERT_TRUE(node) << node.error();
  EXPECT_EQ(OpenOrDie(path())->Record(CensusNumber(0)).error, "");
}

TEST_F(HistoryOnDisk, RefusesASecondCrawlerAndNamesTheFirst) {
  Fill(1);
  const auto store = OpenOrDie(path());
  EXPECT_EQ(InChild([&] { return OpenFault(path()); }),
            "history " + path() + ": in use by process " + std::to_string(getpid()) +
                "; stop it, or give this crawler a data directory of its own");
}

TEST_F(HistoryOnDisk, RefusesANewerSchema) {
  Fill(1);
  ByteArray<4> newer;
  StoreBigEndian(kHistorySchema + 1, newer.data());
  PutRaw(AsBytes(kSchemaKey), newer);
  EXPECT_THAT(OpenFault(path()), AllOf(StartsWith("history " + File() + ": schema 2 is newer than 1"),
                                       HasSubstr("run a newer hearsay")));
  EXPECT_FALSE(HistoryStore::OpenToRead(path()));
  ExpectUntouched();
}

TEST_F(HistoryOnDisk, IsOfOneNetworkForGood) {
  Fill(1);
  const std::string refused = "history " + File() + ": it is of another network";
  EXPECT_THAT(OpenFault(path(), NetworkKey::Open("other")), StartsWith(refused));
  EXPECT_THAT(OpenFault(path(), NetworkKey::Closed("test", {})), StartsWith(refused)) << "another key";
  ExpectUntouched();
  EXPECT_EQ(OpenOrDie(path())->skipped(), 0u);
}

TEST_F(HistoryOnDisk, ThatKnowsNoNetworkTakesThatOfItsNextCensus) {
  OpenOrDie(path());
  EXPECT_EQ(OpenFault(path(), NetworkKey::Open("other")), "") << "nothing is recorded yet";
  OpenOrDie(path())->Record(CensusNumber(0));
  EXPECT_NE(OpenFault(path(), NetworkKey::Open("other")), "");
}

TEST_F(HistoryOnDisk, RefusesADamagedFileAndLeavesIt) {
  Fill(5);
  const std::string whole = before_;
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, whole.size() / 2}) {
    before_ = whole.substr(0, size);
    store_test::WriteFile(File(), before_);
    EXPECT_THAT(OpenFault(path()),
                AllOf(StartsWith("history " + File() + ": damaged: "),
                      EndsWith("put a copy of the file back, or move it away to start afresh"), Not(HasSubstr("\n"))))
        << size;
    ExpectUntouched();
  }
}

TEST_F(HistoryOnDisk, LeavesOutRowsOfGarbageAndCountsThem) {
  Fill(3);
  const std::size_t nodes = OpenOrDie(path())->history().nodes().size();
  PutRaw(MakeNodeKey(MakeId(1'000'000)), AsBytes("\xff garbage"));
  PutRaw(AsBytes("nshort"), AsBytes("x"));
  PutRaw(MakeCensusKey(AtMinute(7)), AsBytes("\xff garbage"));
  PutRaw(AsBytes("zebra"), AsBytes("x"));
  const auto store = OpenOrDie(path());
  EXPECT_EQ(store->skipped(), 4u);
  EXPECT_EQ(store->history().nodes().size(), nodes);
  EXPECT_EQ(store->Record(CensusMaker(AtMinute(9000)).Found(1'000'000, {1})).error, "");
}

TEST_F(HistoryOnDisk, SaysWhenItsRoomIsUsedUpAndKeepsWhatItHas) {
  const auto store = OpenOrDie(path(), {.map_bytes = 1 << 18});
  History expected;
  std::string error;
  for (std::uint32_t n = 0; error.empty() && n < 500; ++n) {
    CensusMaker maker(AtMinute(n));
    for (std::uint32_t id = 0; id < 20 * (n + 1); ++id) maker.Found(id, {id});
    const Census census = maker;
    error = store->Record(census).error;
    if (error.empty()) expected.Apply(census);
  }
  EXPECT_EQ(error, "history " + File() + ": full: its 0 MiB are used up; move the file away to start afresh; nothing "
                   "was changed");
  const auto reader = HistoryStore::OpenToRead(path());
  ASSERT_TRUE(reader) << reader.error();
  ExpectSame((*reader)->history(), expected);
}

// The disk is full for a while: the censuses of that time are in memory, and on disk with the next one.
TEST_F(HistoryOnDisk, CatchesUpOnceTheDiskHasRoomAgain) {
  const std::string result = InChild([&]() -> std::string {
    signal(SIGXFSZ, SIG_IGN);
    const auto store = OpenOrDie(path());
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = 20'000;
    setrlimit(RLIMIT_FSIZE, &limit);
    std::string first, last;
    for (std::uint64_t n = 0; n < 30; ++n) {
      if (n == 20) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_FSIZE, &limit);
      }
      last = store->Record(CensusNumber(n)).error;
      if (first.empty()) first = last;
      if (n == 19 && last.empty()) return "it was never full";
    }
    return first + "|" + last;
  });
  EXPECT_THAT(result, AllOf(StartsWith("history " + File() + ": "), HasSubstr("nothing was changed"), EndsWith("|")));
  History expected;
  for (std::uint64_t n = 0; n < 30; ++n) expected.Apply(CensusNumber(n));
  ExpectSame(OpenOrDie(path())->history(), expected);
}

// Others may yet read them: a later program, or whoever mends the file.
TEST_F(HistoryOnDisk, CatchingUpLeavesRowsOfGarbageInPlace) {
  Fill(3);
  PutRaw(MakeNodeKey(MakeId(1'000'000)), AsBytes("\xff garbage"));
  PutRaw(MakeCensusKey(AtMinute(7)), AsBytes("\xff garbage"));
  PutRaw(AsBytes("zebra"), AsBytes("x"));
  const std::string result = InChild([&]() -> std::string {
    signal(SIGXFSZ, SIG_IGN);
    const auto store = OpenOrDie(path());
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = before_.size();
    setrlimit(RLIMIT_FSIZE, &limit);
    CensusMaker large(AtMinute(60));
    for (std::uint32_t id = 0; id < 5000; ++id) large.Found(id, {id});
    if (store->Record(large).error.empty()) return "it was never full";
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &limit);
    return store->Record(CensusNumber(5)).error;
  });
  EXPECT_EQ(result, "");
  const auto store = OpenOrDie(path());
  EXPECT_EQ(store->skipped(), 3u);
  EXPECT_GT(store->history().nodes().size(), kNodes) << "and all else is there";
  EXPECT_NE(OpenFault(path(), NetworkKey::Open("other")), "");
}

[[noreturn]] void RecordForEver(const std::string& directory, int report) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // never outlives a test that was killed itself
  const auto store = HistoryStore::Open(directory, kNetwork);
  if (!store) _exit(2);
  for (std::uint64_t n = CensusesIn((*store)->history());; ++n) {
    if (!(*store)->Record(CensusNumber(n)).error.empty()) _exit(3);
    const std::uint64_t recorded = n + 1;
    if (write(report, &recorded, sizeof recorded) != sizeof recorded) _exit(4);
  }
}

// Kills the child a while after its `reports`th report, and returns the last number that it said.
std::uint64_t KillAfter(pid_t child, int report, std::uint64_t reports, std::chrono::microseconds delay) {
  std::uint64_t said = 0;
  const auto read_one = [&] { return read(report, &said, sizeof said) == sizeof said; };
  while (reports > 0 && read_one()) --reports;
  const auto deadline = std::chrono::steady_clock::now() + delay;
  for (auto now = std::chrono::steady_clock::now(); now < deadline; now = std::chrono::steady_clock::now()) {
    const timespec wait{0, std::chrono::nanoseconds(deadline - now).count()};
    pollfd readable{report, POLLIN, 0};
    if (ppoll(&readable, 1, &wait, nullptr) > 0 && !read_one()) break;
  }
  kill(child, SIGKILL);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the recorder stopped by itself: " << status;
  while (read_one()) {
  }
  return said;
}

TEST_F(HistoryOnDisk, LosesNoRecordedCensusAndShowsNoHalfOneAfterFortyKills) {
  Rng rng = Rng::FromNumber(2026);
  History expected;
  std::uint64_t stored = 0;
  std::uint64_t reported = 0;  // that had to be: the children were left alone until so many
  for (int round = 0; round < 40; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      RecordForEver(path(), ends[1]);
    }
    close(ends[1]);
    const std::uint64_t reports = rng.Below(3);
    reported += reports;
    const std::uint64_t said = KillAfter(child, ends[0], reports, std::chrono::microseconds{rng.Below(20'000)});
    close(ends[0]);
    const auto store = HistoryStore::Open(path(), kNetwork);
    ASSERT_TRUE(store) << store.error();
    const std::uint64_t last = CensusesIn((*store)->history());
    ASSERT_GE(last, std::max(said, stored)) << "a recorded census is lost";
    ASSERT_LE(last, std::max(said, stored) + 1);
    for (; stored < last; ++stored) expected.Apply(CensusNumber(stored));
    ExpectSame((*store)->history(), expected);
    ASSERT_FALSE(HasFatalFailure());
  }
  // Twice in three rounds the child was killed after one report at least.
  EXPECT_GE(stored, reported);
  EXPECT_GT(reported, 0u);
}

// All that a node may have, at its longest.
NodeLife LargestLife() {
  NodeLife life;
  const Time last = FromUnixSeconds(4'000'000'000);
  life.first_seen = life.last_seen = life.last_tried = life.software_since = last;
  life.reliability.Add(Answer::kProved, {});
  for (int i = 0; i < 1000; ++i) life.reliability.Add(Answer::kNone, std::chrono::hours{24});
  for (std::uint32_t i = 0; i < NodeLife::kMaxAddresses; ++i) {
    life.addresses.push_back({.endpoint = test::MakeEndpoint(i), .since = last, .until = last});
  }
  for (std::uint32_t i = 0; i < NodeLife::kMaxPast; ++i) {
    life.past.push_back({.endpoint = test::MakeEndpoint(i), .since = last, .until = last});
  }
  life.software = std::string(kMaxSoftwareBytes, 's');
  life.name = std::string(kMaxNameBytes, 'n');
  life.role = Role::kCrawler;
  constexpr std::size_t kValue = kMaxAttributeBytes / kMaxAttributes - 3;  // a key of one byte and two more count
  for (std::size_t i = 0; i < kMaxAttributes; ++i) {
    life.attributes[std::string(1, static_cast<char>('a' + i))] = std::string(kValue, 'v');
  }
  life.present = life.reachable = life.suspect = life.excluded = true;
  return life;
}

TEST(StoredHistory, TheLargestNodeHasRoomAndComesBack) {
  const NodeLife life = LargestLife();
  ASSERT_EQ(CheckAttributes(life.attributes), "");
  Bytes bytes;
  EncodeNodeLife(life, bytes);
  EXPECT_LE(bytes.size(), kMaxStoredHistoryBytes);
  const auto decoded = DecodeNodeLife(life.id, bytes);
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(*decoded == life);
  EXPECT_EQ(decoded->attributes.size(), kMaxAttributes);
}

TEST(StoredHistory, AttributesThatNoRecordMayHaveAreRefused) {
  NodeLife life;
  life.reliability.Add(Answer::kProved, {});
  Bytes bytes;
  for (const Attributes& wrong : {Attributes{{"UPPER", "x"}}, Attributes{{"key", "line\nbreak"}},
                                  Attributes{{"key", std::string(kMaxAttributeBytes, 'v')}}}) {
    life.attributes = wrong;
    EncodeNodeLife(life, bytes);
    EXPECT_FALSE(DecodeNodeLife(life.id, bytes)) << wrong.begin()->first;
  }
}

TEST(StoredHistory, GivesAnAnswerForAnyBytes) {
  Rng rng = Rng::FromNumber(5);
  History history;
  for (std::uint64_t n = 0; n < 20; ++n) history.Apply(CensusNumber(n));
  Bytes bytes;
  std::size_t taken = 0;
  for (int round = 0; round < 3000; ++round) {
    const NodeLife& life = history.nodes()[rng.Below(history.nodes().size())];
    EncodeNodeLife(life, bytes);
    ASSERT_TRUE(*DecodeNodeLife(life.id, bytes) == life);
    for (std::uint64_t i = rng.Below(4); i > 0; --i) bytes[rng.Below(bytes.size())] = std::byte(rng.Below(256));
    const auto decoded = DecodeNodeLife(life.id, bytes);
    if (!decoded) continue;
    ++taken;
    Bytes again;
    EncodeNodeLife(*decoded, again);
    ASSERT_TRUE(*DecodeNodeLife(life.id, again) == *decoded) << "round " << round;
  }
  EXPECT_GT(taken, 1000u);
}

}  // namespace
}  // namespace hearsay

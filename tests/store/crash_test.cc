// SPDX-License-Identifier: MIT
// kill -9 at any moment: what was acknowledged is there, whole, and nothing of what was not finished.
//
// A child writes numbered batches without pause and says each committed number over a pipe. Batch n puts eight peers,
// drops the eight of batch n-10, and sets the boot epoch to n: so the store after n has exactly one right content, and
// half a batch would show. The parent kills the child at a random moment, counted from its start (so that it is hit
// while it makes or opens the store) or from one of its first batches, opens the store, and compares. 200 times, on one
// store that is begun anew every twentieth time. The seed is fixed; the machine's own timing makes each run different.
#include <poll.h>
#include <sys/prctl.h>

#include <csignal>

#include "proto/rng.h"
#include "tests/store/fixtures.h"

namespace hearsay {
namespace {

using store_test::LoadAll;
using store_test::MakePeer;
using store_test::OpenOrDie;

constexpr std::uint64_t kPeersPerBatch = 8;
constexpr std::uint64_t kBatchesKept = 10;

std::vector<Change> MakeBatch(std::uint64_t n) {
  std::vector<Change> batch;
  for (std::uint64_t i = 0; i < kPeersPerBatch; ++i) {
    batch.emplace_back(PutPeer{MakePeer(n * kPeersPerBatch + i)});
    if (n > kBatchesKept) batch.emplace_back(DropPeer{MakePeer((n - kBatchesKept) * kPeersPerBatch + i).id});
  }
  NodeState state = store_test::MakeState(1);
  state.boot_epoch = n;
  batch.emplace_back(PutState{state});
  return batch;
}

std::vector<KnownPeer> ContentAfter(std::uint64_t n) {
  std::vector<KnownPeer> peers;
  const std::uint64_t first = n > kBatchesKept ? n - kBatchesKept + 1 : 1;
  for (std::uint64_t i = first * kPeersPerBatch; i < (n + 1) * kPeersPerBatch; ++i) {
    if (n > 0) peers.push_back(MakePeer(i));
  }
  return peers;
}

// The number of the last batch in the store; 0 when there is none.
std::uint64_t LastBatch(const Store& store) {
  const auto state = store.LoadState();
  if (!state) throw std::runtime_error(state.error());
  return *state ? (*state)->boot_epoch : 0;
}

[[noreturn]] void WriteForEver(const std::string& directory, int report) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // never outlives a test that was killed itself
  const auto store = LmdbStore::Open(directory);
  if (!store) _exit(2);
  for (std::uint64_t n = LastBatch(**store) + 1;; ++n) {
    if (!(*store)->Apply(MakeBatch(n))) _exit(3);
    if (write(report, &n, sizeof n) != sizeof n) _exit(4);
  }
}

// Reads what the child acknowledges, waits for `batches` of them and then for `delay`, kills it, and returns the last
// number it said.
std::uint64_t KillAfter(pid_t child, int report, std::uint64_t batches, std::chrono::nanoseconds delay) {
  std::uint64_t acknowledged = 0;
  const auto read_one = [&] {
    std::uint64_t n = 0;
    if (read(report, &n, sizeof n) != sizeof n) return false;
    EXPECT_GT(n, acknowledged);
    acknowledged = n;
    return true;
  };
  while (batches > 0 && read_one()) --batches;
  const auto deadline = std::chrono::steady_clock::now() + delay;
  while (true) {
    const std::chrono::nanoseconds left = deadline - std::chrono::steady_clock::now();
    if (left <= left.zero()) break;
    const timespec wait{0, left.count()};
    pollfd readable{report, POLLIN, 0};
    if (ppoll(&readable, 1, &wait, nullptr) > 0 && !read_one()) break;
  }
  kill(child, SIGKILL);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the writer stopped by itself: " << status;
  while (read_one()) {
  }
  return acknowledged;
}

TEST(StoreCrash, LosesNothingCommittedAndShowsNoHalfBatchAfter200Kills) {
  Rng rng = Rng::FromNumber(2026);
  std::optional<store_test::TemporaryDirectory> directory;
  std::uint64_t stored = 0, most = 0;
  std::size_t in_vain = 0;  // killed before the first batch
  for (int round = 0; round < 200; ++round) {
    if (round % 20 == 0) {
      directory.emplace();
      stored = 0;
    }
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      WriteForEver(directory->path(), ends[1]);
    }
    close(ends[1]);
    const std::uint64_t acknowledged =
        KillAfter(child, ends[0], round % 2 == 0 ? 0 : 1 + rng.Below(5), std::chrono::microseconds{rng.Below(20'000)});
    close(ends[0]);

    const auto store = LmdbStore::Open(directory->path());
    ASSERT_TRUE(store) << "round " << round << ": " << store.error();
    const std::uint64_t last = LastBatch(**store);
    ASSERT_GE(last, std::max(acknowledged, stored)) << "round " << round << ": a committed batch is lost";
    ASSERT_LE(last, std::max(acknowledged, stored) + 1) << "round " << round << ": batches nobody acknowledged";
    ASSERT_EQ(LoadAll(**store), ContentAfter(last)) << "round " << round << ": half a batch";
    if (acknowledged == 0) ++in_vain;
    stored = last;
    most = std::max(most, last);
  }
  EXPECT_LE(in_vain, 100u);
  EXPECT_GT(most, kBatchesKept) << "no store lived long enough to drop peers";
}

}  // namespace
}  // namespace hearsay

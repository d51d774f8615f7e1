// SPDX-License-Identifier: MIT
//
// StoreWriter: a thread behind the loop, because a synchronous commit can take 200 ms.
//
// Changes are kept by key, the last one wins, and are committed together every Config::interval and at Close(): a kill
// loses at most what the last interval brought, and never half a batch. A ban does not wait for the interval: whoever
// was told that it holds relies on it.
// A full store takes what is new of the peers it holds, and other peers as far as there is room; the rest are dropped
// and counted. When it refuses a batch for any other reason, everything is kept and tried again, ever more slowly up to
// kSlowestRetry, and the owner is told once, and once more when it works again.
// Bound: kMaxPending peers. Above it, news of peers that are not pending is dropped and counted; the state never is,
// nor are bans, which come from an operator.
// Callers: one thread. The callback comes from the writer's thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "store/store.h"

namespace hearsay {

class StoreWriter {
 public:
  static constexpr std::size_t kMaxPending = 32'768;  // twice the table: every peer of it replaced between two commits
  static constexpr std::chrono::milliseconds kSlowestRetry = std::chrono::seconds{30};

  struct Config {
    std::chrono::milliseconds interval = std::chrono::seconds{1};
    std::uint64_t capacity = 0;  // of the store, in peers
    // The text of the store's first error in a row, and an empty one when a commit succeeds after that.
    std::function<void(const std::string& error)> on_health;
  };
  struct Stats {
    std::uint64_t batches = 0;
    std::uint64_t changes = 0;
    std::uint64_t write_errors = 0;
    std::uint64_t dropped = 0;  // by kMaxPending, or because the store was full
    std::size_t pending = 0;    // not committed yet
  };

  StoreWriter(Store& store, Config config);
  ~StoreWriter();  // as Close()
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  void Write(Change change);
  // Commits what is pending, once, and ends the thread. Later changes are dropped. The error says what kept the last
  // changes from being committed; on_health is not called for it.
  Result<void> Close();
  Stats stats() const;

 private:
  struct Pending {
    std::map<NodeId, Change> peers;  // PutPeer or DropPeer
    std::map<BanSubject, Change> bans;  // PutBan or DropBan
    std::optional<NodeState> state;
    bool empty() const { return peers.empty() && bans.empty() && !state; }
    std::size_t size() const { return peers.size() + bans.size() + (state ? 1 : 0); }
  };

  void Run();
  std::chrono::milliseconds Commit(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds pause);
  Result<std::size_t> Apply(const Pending& batch);
  bool DropWhatIsTooMuch(std::vector<Change>& changes) const;
  void TakeBack(Pending batch);

  Store& store_;
  const Config config_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Pending pending_;     // guarded, as all below
  Stats stats_;
  bool closing_ = false;
  bool failing_ = false;
  std::string last_error_;  // of the last commit; empty when it succeeded
  bool urgent_ = false;  // pending_ holds what does not wait
  std::size_t in_flight_ = 0;  // of the batch that is being committed
  std::thread thread_;  // last: it uses the rest
};

}  // namespace hearsay

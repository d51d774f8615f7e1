// SPDX-License-Identifier: MIT
#include "node/io/store_writer.h"

#include <algorithm>
#include <set>
#include <utility>

namespace hearsay {
namespace {

NodeId KeyOf(const Change& change) {
  if (const auto* put = std::get_if<PutPeer>(&change)) return put->peer.id;
  return std::get<DropPeer>(change).id;
}

// Whose ban changes; null when none does.
const BanSubject* BannedBy(const Change& change) {
  if (const auto* put = std::get_if<PutBan>(&change)) return &put->ban.subject;
  const auto* drop = std::get_if<DropBan>(&change);
  return drop == nullptr ? nullptr : &drop->subject;
}

}  // namespace

StoreWriter::StoreWriter(Store& store, Config config)
    : store_(store), config_(std::move(config)), thread_([this] { Run(); }) {}

StoreWriter::~StoreWriter() { (void)Close(); }

void StoreWriter::Write(Change change) {
  const std::lock_guard lock(mutex_);
  if (closing_) return;
  const bool was_empty = pending_.empty();
  if (auto* state = std::get_if<PutState>(&change)) {
    pending_.state = std::move(state->state);
  } else if (const BanSubject* subject = BannedBy(change)) {
    const BanSubject key = *subject;
    pending_.bans.insert_or_assign(key, std::move(change));
    urgent_ = true;
    wake_.notify_one();
  } else {
    const NodeId id = KeyOf(change);
    if (pending_.peers.size() >= kMaxPending && !pending_.peers.contains(id)) {
      ++stats_.dropped;
      return;
    }
    pending_.peers.insert_or_assign(id, std::move(change));
  }
  if (was_empty) wake_.notify_one();
}

Result<void> StoreWriter::Close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  if (!last_error_.empty()) return tl::unexpected(last_error_);
  return {};
}

StoreWriter::Stats StoreWriter::stats() const {
  const std::lock_guard lock(mutex_);
  Stats stats = stats_;
  stats.pending = pending_.size() + in_flight_;
  return stats;
}

// Idle, it sleeps without a timeout: a quiet node has no periodic wake-up for its store.
void StoreWriter::Run() {
  std::unique_lock lock(mutex_);
  auto pause = config_.interval;
  while (!closing_) {
    wake_.wait(lock, [&] { return closing_ || !pending_.empty(); });
    // An urgent change cuts the interval short, but not the pause after a failure.
    wake_.wait_for(lock, pause, [&] { return closing_ || (urgent_ && !failing_); });
    pause = Commit(lock, pause);
  }
  // What a commit that was under way at Close() did not take, or a failed one left.
  Commit(lock, pause);
}

// Returns how long to wait before the next.
std::chrono::milliseconds StoreWriter::Commit(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds pause) {
  if (pending_.empty()) return config_.interval;
  Pending batch = std::exchange(pending_, {});
  urgent_ = false;
  const std::size_t size = in_flight_ = batch.size();
  lock.unlock();
  const auto applied = Apply(batch);
  lock.lock();
  in_flight_ = 0;
  if (applied) {
    ++stats_.batches;
    stats_.changes += *applied;
    stats_.dropped += size - *applied;
  } else {
    ++stats_.write_errors;
    TakeBack(std::move(batch));
  }
  const bool failed = !applied;
  last_error_ = failed ? applied.error() : std::string();
  if (std::exchange(failing_, failed) != failed && config_.on_health && !closing_) {
    lock.unlock();
    config_.on_health(failed ? applied.error() : std::string());
    lock.lock();
  }
  return failed ? std::min(pause * 2, kSlowestRetry) : config_.interval;
}

// How many changes were committed.
Result<std::size_t> StoreWriter::Apply(const Pending& batch) {
  std::vector<Change> changes;
  changes.reserve(batch.size());
  if (batch.state) changes.emplace_back(PutState{*batch.state});
  // Those that go first: a full list must have room for those that come.
  for (const auto& [subject, change] : batch.bans) {
    if (std::holds_alternative<DropBan>(change)) changes.push_back(change);
  }
  for (const auto& [subject, change] : batch.bans) {
    if (std::holds_alternative<PutBan>(change)) changes.push_back(change);
  }
  for (const auto& [id, change] : batch.peers) {
    if (std::holds_alternative<DropPeer>(change)) changes.push_back(change);
  }
  for (const auto& [id, change] : batch.peers) {
    if (std::holds_alternative<PutPeer>(change)) changes.push_back(change);
  }
  auto applied = store_.Apply(changes);
  if (!applied && DropWhatIsTooMuch(changes)) applied = store_.Apply(changes);
  if (!applied) return tl::unexpected(applied.error());
  return changes.size();
}

// When the new peers of a batch do not fit the store's capacity, takes so many out of it that the rest do. False: that
// is not the trouble.
bool StoreWriter::DropWhatIsTooMuch(std::vector<Change>& changes) const {
  std::vector<NodeId> put;
  std::vector<NodeId> dropped;
  for (const Change& change : changes) {
    if (std::holds_alternative<PutPeer>(change)) put.push_back(KeyOf(change));
    if (std::holds_alternative<DropPeer>(change)) dropped.push_back(KeyOf(change));
  }
  const auto count = store_.CountPeers();
  const auto held = store_.FindPeers(put);
  const auto leaving = store_.FindPeers(dropped);
  if (!count || !held || !leaving) return false;
  const std::size_t stays = *count - leaving->size();
  const std::size_t room = config_.capacity - std::min<std::size_t>(stays, config_.capacity);
  if (put.size() - held->size() <= room) return false;
  std::set<NodeId> known;
  for (const KnownPeer& peer : *held) known.insert(peer.id);
  std::size_t taken = 0;
  std::erase_if(changes, [&](const Change& change) {
    return std::holds_alternative<PutPeer>(change) && !known.contains(KeyOf(change)) && ++taken > room;
  });
  return true;
}

// Puts a failed batch back below what came in the meantime.
void StoreWriter::TakeBack(Pending batch) {
  if (!pending_.state) pending_.state = std::move(batch.state);
  pending_.bans.merge(batch.bans);  // those that are there already are newer
  for (auto& [id, change] : batch.peers) {
    if (pending_.peers.size() >= kMaxPending && !pending_.peers.contains(id)) {
      ++stats_.dropped;
      continue;
    }
    pending_.peers.try_emplace(id, std::move(change));
  }
}

}  // namespace hearsay

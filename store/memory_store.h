// SPDX-License-Identifier: MIT
//
// MemoryStore: the twin of LmdbStore that forgets everything when it dies; for tests, benches and nodes without a disk.
//
// It keeps the same encoded bytes that LmdbStore would, so that both take and return exactly the same values. A batch
// is checked on the side and then swapped in whole. One mutex: reads may come from another thread than the writer.
#pragma once

#include <map>
#include <mutex>

#include "store/store.h"

namespace hearsay {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(std::size_t capacity) : capacity_(capacity) {}

  Result<std::optional<NodeState>> LoadState() const override;
  Result<Page> LoadPeers(std::optional<NodeId> from, std::size_t limit) const override;
  Result<std::vector<KnownPeer>> FindPeers(std::span<const NodeId> ids) const override;
  Result<std::size_t> CountPeers() const override;
  Result<Bans> LoadBans() const override;
  Result<void> Apply(std::span<const Change> batch) override;

 private:
  // One kind of entry: encoded values by key, and the side copy of a batch's changes to them.
  template <typename Key>
  class Table {
   public:
    explicit Table(const std::map<Key, Bytes>& entries) : entries_(entries), count_(entries.size()) {}
    bool Holds(const Key& key) const {
      const auto edit = edits_.find(key);
      return edit == edits_.end() ? entries_.contains(key) : edit->second.has_value();
    }
    // False when a new key would be more than `limit`.
    bool Put(const Key& key, Bytes value, std::size_t limit) {
      if (!Holds(key) && ++count_ > limit) return false;
      edits_[key] = std::move(value);
      return true;
    }
    void Drop(const Key& key) {
      if (Holds(key)) --count_;
      edits_[key] = std::nullopt;
    }
    void CommitTo(std::map<Key, Bytes>& entries) {
      for (auto& [key, bytes] : edits_) {
        if (bytes) {
          entries[key] = std::move(*bytes);
        } else {
          entries.erase(key);
        }
      }
    }

   private:
    const std::map<Key, Bytes>& entries_;
    std::map<Key, std::optional<Bytes>> edits_;
    std::size_t count_;
  };

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::map<NodeId, Bytes> peers_;
  std::map<BanSubject, Bytes> bans_;
  std::optional<Bytes> state_;
};

}  // namespace hearsay

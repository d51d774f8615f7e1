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
  Result<void> Apply(std::span<const Change> batch) override;

 private:
  // What a batch makes of a peer: its new bytes, or nothing when it is dropped.
  using Edits = std::map<NodeId, std::optional<Bytes>>;

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::map<NodeId, Bytes> peers_;
  std::optional<Bytes> state_;
};

}  // namespace hearsay

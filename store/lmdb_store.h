// SPDX-License-Identifier: MIT
//
// LmdbStore: the store on disk: DIR/store.mdb, mode 0600; keys as in store/key_grammar.h; what lmdb_file.h promises.
//
// Bounded by peers (capacity) and by bytes (map_bytes).
#pragma once

#include <functional>

#include "store/lmdb_file.h"
#include "store/store.h"

namespace hearsay {

struct LmdbOptions {
  std::size_t capacity = 1'000'000;                 // peers; a store that already holds more keeps them
  std::size_t map_bytes = std::size_t{1024} << 20;  // 1,000,000 peers take 250 to 330 MB
};

class LmdbStore final : public Store {
 public:
  // Makes the store when there is none; `directory` must exist. The file is named in every error.
  static Result<std::unique_ptr<Store>> Open(const std::string& directory, const LmdbOptions& options = {});
  // For an export: works beside a running node, writes nothing but LMDB's table of readers. Sees what is committed.
  static Result<std::unique_ptr<const Store>> OpenToRead(const std::string& directory);

  Result<std::optional<NodeState>> LoadState() const override;
  Result<Page> LoadPeers(std::optional<NodeId> from, std::size_t limit) const override;
  Result<std::vector<KnownPeer>> FindPeers(std::span<const NodeId> ids) const override;
  Result<std::size_t> CountPeers() const override;
  Result<Bans> LoadBans() const override;
  Result<void> Apply(std::span<const Change> batch) override;

 private:
  struct Batch;

  LmdbStore(std::unique_ptr<LmdbFile> file, const LmdbOptions& options) : file_(std::move(file)), options_(options) {}

  // Every entry is a peer but the schema version, the bans and, where there is one, the node state.
  Result<std::size_t> CountPeers(MDB_txn* transaction, std::size_t bans) const;
  Result<std::size_t> CountBans(MDB_txn* transaction) const;
  // Every ban's key and value, in key order, until `visit` has seen all.
  Result<void> WalkBans(MDB_txn* transaction, const std::function<void(BytesView key, BytesView value)>& visit) const;

  const std::unique_ptr<LmdbFile> file_;
  const LmdbOptions options_;
};

}  // namespace hearsay

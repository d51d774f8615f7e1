// SPDX-License-Identifier: MIT
//
// LmdbStore: the store on disk. One LMDB file, DIR/store.mdb, mode 0600; keys as in store/key_grammar.h.
//
// - Durable: LMDB's default flags, so that Apply() returns after fdatasync of data and root (2 to 200 ms).
// - Whole: a new store is built beside its place and renamed into it; LMDB's copy on write does the rest.
// - One writer: a process holds DIR/store.lock (directory_lock.h). Others may open it to read only, at any time.
// - Suspicious: a file that was there is checked page by page before LMDB maps it (lmdb_image.h).
// - Bounded: by peers (capacity) and by bytes (map_bytes, which only reserves addresses).
// - Untouched on error: no fault changes a byte of what was stored.
// Reads run on their own snapshot and may come from another thread than the writer's.
#pragma once

#include <functional>

#include "store/directory_lock.h"
#include "store/store.h"

struct MDB_env;
struct MDB_txn;

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

  ~LmdbStore() override;

  Result<std::optional<NodeState>> LoadState() const override;
  Result<Page> LoadPeers(std::optional<NodeId> from, std::size_t limit) const override;
  Result<std::vector<KnownPeer>> FindPeers(std::span<const NodeId> ids) const override;
  Result<std::size_t> CountPeers() const override;
  Result<Bans> LoadBans() const override;
  Result<void> Apply(std::span<const Change> batch) override;

 private:
  struct CloseEnvironment {
    void operator()(MDB_env* environment) const;
  };
  struct AbortTransaction {
    void operator()(MDB_txn* transaction) const;
  };
  using Environment = std::unique_ptr<MDB_env, CloseEnvironment>;
  using Transaction = std::unique_ptr<MDB_txn, AbortTransaction>;
  enum class Access { kWrite, kRead, kCreate };
  struct Batch;

  LmdbStore(std::string path, const LmdbOptions& options) : path_(std::move(path)), options_(options) {}

  static Result<void> Create(const std::string& directory, const std::string& path, const LmdbOptions& options);
  Result<void> OpenEnvironment(Access access);
  Result<void> OpenTree();
  Result<void> WriteSchema();
  Result<void> CheckSchema() const;
  Result<Transaction> BeginRead() const;
  // Every entry is a peer but the schema version, the bans and, where there is one, the node state.
  Result<std::size_t> CountPeers(MDB_txn* transaction, std::size_t bans) const;
  Result<std::size_t> CountBans(MDB_txn* transaction) const;
  // Every ban's key and value, in key order, until `visit` has seen all.
  Result<void> WalkBans(MDB_txn* transaction, const std::function<void(BytesView key, BytesView value)>& visit) const;
  // An LMDB or errno code as the operator's line.
  std::string Fault(int code) const;

  const std::string path_;
  const LmdbOptions options_;
  std::optional<DirectoryLock> lock_;  // outlives the environment
  Environment environment_;
  unsigned tree_ = 0;  // LMDB's main database
};

}  // namespace hearsay

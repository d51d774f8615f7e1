// SPDX-License-Identifier: MIT
//
// LmdbFile: one LMDB file of a data directory with its lock and its schema version; what each store on disk stands on.
//
// - Durable: LMDB's default flags, so that Commit() returns after fdatasync of data and root (2 to 200 ms).
// - Whole: a new file is built beside its place and renamed into it; LMDB's copy on write does the rest.
// - One writer: a process holds DIR/NAME.lock (directory_lock.h). Others may open it to read only, at any time.
// - Suspicious: a file that was there is checked page by page before LMDB maps it (lmdb_image.h).
// - Bounded in bytes by `map_bytes`, which only reserves addresses.
// - Untouched on error: no fault changes a byte of what was stored.
// One ordered key space, keys of one kind behind a letter of their own; "m" "schema" holds the schema version, 4 bytes
// big-endian. Reads run on their own snapshot and may come from another thread than the writer's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proto/bytes.h"
#include "proto/error.h"
#include "store/directory_lock.h"

struct MDB_env;
struct MDB_txn;

namespace hearsay {

inline constexpr std::string_view kSchemaKey = "mschema";

// What a file holds: its place, and words of the operator's. Constants, borrowed for good.
struct LmdbKind {
  std::string_view name;       // "store": DIR/store.mdb, DIR/store.lock, DIR/store.new, and "store PATH: ..." in errors
  std::uint32_t schema;        // the newest that this program knows, and the one that it makes
  std::string_view owner;      // who has the directory to itself: "node"
  std::string_view more_room;  // the remedy when map_bytes are used up: "raise store_map_mib"
};

class LmdbFile {
 public:
  struct AbortTransaction {
    void operator()(MDB_txn* transaction) const;
  };
  using Transaction = std::unique_ptr<MDB_txn, AbortTransaction>;

  // Makes the file when there is none; `directory` must exist. The file is named in every error.
  static Result<std::unique_ptr<LmdbFile>> Open(const LmdbKind& kind, const std::string& directory,
                                                std::size_t map_bytes);
  // Works beside a writer; writes nothing but LMDB's table of readers. Sees what is committed.
  static Result<std::unique_ptr<LmdbFile>> OpenToRead(const LmdbKind& kind, const std::string& directory);
  LmdbFile(const LmdbFile&) = delete;
  LmdbFile& operator=(const LmdbFile&) = delete;

  // A transaction that goes out of scope uncommitted never happened.
  Result<Transaction> BeginRead() const;
  Result<Transaction> BeginWrite();
  Result<void> Commit(Transaction transaction);

  Result<std::size_t> CountEntries(MDB_txn* transaction) const;  // the schema version among them
  // Borrowed from the map: good until the transaction's next write, or its end.
  Result<std::optional<BytesView>> Get(MDB_txn* transaction, BytesView key) const;
  Result<void> Put(MDB_txn* transaction, BytesView key, BytesView value) const;
  // Whether there was one.
  Result<bool> Delete(MDB_txn* transaction, BytesView key) const;
  // Every entry from the first key that is not below `from`, in key order, until `visit` says false.
  Result<void> Walk(MDB_txn* transaction, BytesView from,
                    const std::function<bool(BytesView key, BytesView value)>& visit) const;

  const std::string& path() const { return path_; }
  // "store PATH: damaged: WHAT; put a copy of the file back, or move it away to start afresh"
  std::string Damage(std::string_view what) const;
  // "store PATH: full: WHAT"
  std::string Full(std::string_view what) const;

 private:
  struct CloseEnvironment {
    void operator()(MDB_env* environment) const;
  };
  enum class Access { kWrite, kRead, kCreate };

  LmdbFile(const LmdbKind& kind, std::string path, std::size_t map_bytes)
      : kind_(kind), path_(std::move(path)), map_bytes_(map_bytes) {}

  static Result<void> Create(const LmdbKind& kind, const std::string& directory, const std::string& path,
                             std::size_t map_bytes);
  Result<void> CheckImage() const;
  Result<void> OpenEnvironment(Access access);
  Result<void> OpenTree();
  Result<void> WriteSchema();
  Result<void> PutSchema(MDB_txn* transaction) const;
  Result<void> CheckSchema() const;
  Result<Transaction> Begin(unsigned flags) const;
  // An LMDB or errno code as the operator's line.
  std::string Fault(int code) const;

  const LmdbKind kind_;
  const std::string path_;
  const std::size_t map_bytes_;
  std::optional<DirectoryLock> lock_;  // outlives the environment
  std::unique_ptr<MDB_env, CloseEnvironment> environment_;
  unsigned tree_ = 0;  // LMDB's main database
};

}  // namespace hearsay

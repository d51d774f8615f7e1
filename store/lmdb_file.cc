// SPDX-License-Identifier: MIT
// Transactions over LMDB's main database, and what each fault of LMDB means to the operator. Opening: lmdb_open.cc.
#include "store/lmdb_file.h"

#include <lmdb.h>

#include <cerrno>

#include "store/fault_text.h"
#include "store/lmdb_value.h"

namespace hearsay {

void LmdbFile::CloseEnvironment::operator()(MDB_env* environment) const { mdb_env_close(environment); }
void LmdbFile::AbortTransaction::operator()(MDB_txn* transaction) const { mdb_txn_abort(transaction); }

Result<LmdbFile::Transaction> LmdbFile::Begin(unsigned flags) const {
  MDB_txn* raw = nullptr;
  const int rc = mdb_txn_begin(environment_.get(), nullptr, flags, &raw);
  if (rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  return Transaction(raw);
}
Result<LmdbFile::Transaction> LmdbFile::BeginRead() const { return Begin(MDB_RDONLY); }
Result<LmdbFile::Transaction> LmdbFile::BeginWrite() { return Begin(0); }

Result<void> LmdbFile::Commit(Transaction transaction) {
  if (const int rc = mdb_txn_commit(transaction.release()); rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  return {};
}

Result<std::size_t> LmdbFile::CountEntries(MDB_txn* transaction) const {
  MDB_stat stat;
  if (const int rc = mdb_stat(transaction, tree_, &stat); rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  return stat.ms_entries;
}

Result<std::optional<BytesView>> LmdbFile::Get(MDB_txn* transaction, BytesView key) const {
  MDB_val k = ToValue(key);
  MDB_val value;
  const int rc = mdb_get(transaction, tree_, &k, &value);
  if (rc == MDB_NOTFOUND) return std::nullopt;
  if (rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  return FromValue(value);
}

Result<void> LmdbFile::Put(MDB_txn* transaction, BytesView key, BytesView value) const {
  MDB_val k = ToValue(key);
  MDB_val v = ToValue(value);
  if (const int rc = mdb_put(transaction, tree_, &k, &v, 0); rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  return {};
}

Result<bool> LmdbFile::Delete(MDB_txn* transaction, BytesView key) const {
  MDB_val k = ToValue(key);
  const int rc = mdb_del(transaction, tree_, &k, nullptr);
  if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND) return tl::unexpected(Fault(rc));
  return rc == MDB_SUCCESS;
}

Result<void> LmdbFile::Walk(MDB_txn* transaction, BytesView from,
                            const std::function<bool(BytesView key, BytesView value)>& visit) const {
  MDB_cursor* raw = nullptr;
  if (const int rc = mdb_cursor_open(transaction, tree_, &raw); rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  const auto close = [](MDB_cursor* cursor) { mdb_cursor_close(cursor); };
  const std::unique_ptr<MDB_cursor, decltype(close)> cursor(raw, close);
  MDB_val key = ToValue(from);
  MDB_val value;
  int rc = mdb_cursor_get(raw, &key, &value, MDB_SET_RANGE);
  while (rc == MDB_SUCCESS && visit(FromValue(key), FromValue(value))) {
    rc = mdb_cursor_get(raw, &key, &value, MDB_NEXT);
  }
  if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND) return tl::unexpected(Fault(rc));
  return {};
}

Result<void> LmdbFile::PutSchema(MDB_txn* transaction) const {
  ByteArray<4> version;
  StoreBigEndian(kind_.schema, version.data());
  return Put(transaction, AsBytes(kSchemaKey), version);
}

std::string LmdbFile::Damage(std::string_view what) const {
  return std::string(kind_.name) + " " + path_ + ": damaged: " + std::string(what) +
         "; put a copy of the file back, or move it away to start afresh";
}

std::string LmdbFile::Full(std::string_view what) const {
  return std::string(kind_.name) + " " + path_ + ": full: " + std::string(what);
}

std::string LmdbFile::Fault(int code) const {
  const std::string start = std::string(kind_.name) + " " + path_ + ": ";
  const std::string restart = "restart the " + std::string(kind_.owner);
  switch (code) {
    case MDB_MAP_FULL:
      return Full("its " + std::to_string(map_bytes_ >> 20) + " MiB are used up; " + std::string(kind_.more_room) +
                  "; nothing was changed");
    case MDB_INVALID:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_VERSION_MISMATCH:
      return Damage(mdb_strerror(code));
    case EIO:  // also what LMDB makes of a write that the system cut short
      return start +
             "a write was cut short: the disk is full, at a limit, or failing; free some space or check the disk; "
             "nothing was changed";
    case MDB_PANIC:
      return start + "an earlier write failed; check the disk, then " + restart;
    default:
      if (code > 0) return FaultText(kind_.name, path_, code);
      return start + mdb_strerror(code) + "; " + restart;
  }
}

}  // namespace hearsay

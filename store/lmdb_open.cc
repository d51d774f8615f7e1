// SPDX-License-Identifier: MIT
// How an LmdbStore is opened or made, and what each fault of LMDB means to the operator.
#include <fcntl.h>
#include <lmdb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "store/fault_text.h"
#include "store/key_grammar.h"
#include "store/lmdb_image.h"
#include "store/lmdb_store.h"
#include "store/lmdb_value.h"

namespace hearsay {
namespace {

constexpr mdb_mode_t kMode = 0600;

std::string StorePath(const std::string& directory) { return directory + "/store.mdb"; }

std::string DamageText(const std::string& path, std::string_view what) {
  return "store " + path + ": damaged: " + std::string(what) +
         "; put a copy of the file back, or move it away to start afresh";
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// The caller knows that nobody writes into the file now.
Result<void> CheckFile(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (file.get() < 0 || fstat(file.get(), &info) != 0) return tl::unexpected(FaultText("store", path, errno));
  if (!S_ISREG(info.st_mode)) return tl::unexpected(DamageText(path, "it is no regular file"));
  if (info.st_size == 0) return tl::unexpected(DamageText(path, "it is empty"));
  const auto size = static_cast<std::size_t>(info.st_size);
  void* const map = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (map == MAP_FAILED) return tl::unexpected(FaultText("store", path, errno));
  // The walk goes in key order; the disk is read once, in its own order, ahead of it. Advice: it may fail.
  (void)madvise(map, size, MADV_WILLNEED);
  const auto checked = CheckLmdbImage({static_cast<const std::byte*>(map), size});
  munmap(map, size);
  if (!checked) return tl::unexpected(DamageText(path, checked.error()));
  return {};
}

Result<void> SyncDirectory(const std::string& directory) {
  const FileDescriptor file(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.get() < 0 || fsync(file.get()) != 0) return tl::unexpected(FaultText("data directory", directory, errno));
  return {};
}

std::size_t WholePages(std::size_t bytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return std::max<std::size_t>(1, (bytes + page - 1) / page) * page;
}

}  // namespace

void LmdbStore::CloseEnvironment::operator()(MDB_env* environment) const { mdb_env_close(environment); }
void LmdbStore::AbortTransaction::operator()(MDB_txn* transaction) const { mdb_txn_abort(transaction); }
LmdbStore::~LmdbStore() = default;

Result<std::unique_ptr<Store>> LmdbStore::Open(const std::string& directory, const LmdbOptions& options) {
  auto lock = DirectoryLock::Take(directory);
  if (!lock) return tl::unexpected(lock.error());
  const std::string path = StorePath(directory);
  Result<void> done;
  if (access(path.c_str(), F_OK) == 0 || errno != ENOENT) {
    done = CheckFile(path);
  } else {
    done = Create(directory, path, options);
  }
  if (!done) return tl::unexpected(done.error());
  std::unique_ptr<LmdbStore> store(new LmdbStore(path, options));
  store->lock_.emplace(std::move(*lock));
  done = store->OpenEnvironment(Access::kWrite);
  if (done) done = store->OpenTree();
  if (done) done = store->CheckSchema();
  if (!done) return tl::unexpected(done.error());
  // Readers that died keep old pages from being used again. LMDB forgets them only when it opens alone.
  int dead = 0;
  if (const int rc = mdb_reader_check(store->environment_.get(), &dead); rc != MDB_SUCCESS) {
    return tl::unexpected(store->Fault(rc));
  }
  return store;
}

Result<std::unique_ptr<const Store>> LmdbStore::OpenToRead(const std::string& directory) {
  const std::string path = StorePath(directory);
  if (access(path.c_str(), R_OK) != 0) return tl::unexpected(FaultText("store", path, errno));
  // Whoever holds the lock has checked the file, and is changing it under our eyes.
  if (DirectoryLock::IsFree(directory)) {
    if (auto checked = CheckFile(path); !checked) return tl::unexpected(checked.error());
  }
  std::unique_ptr<LmdbStore> store(new LmdbStore(path, {}));
  auto done = store->OpenEnvironment(Access::kRead);
  if (done) done = store->OpenTree();
  if (done) done = store->CheckSchema();
  if (!done) return tl::unexpected(done.error());
  return store;
}

// A store appears in its place whole, with its schema, or not at all.
Result<void> LmdbStore::Create(const std::string& directory, const std::string& path, const LmdbOptions& options) {
  const std::string draft = directory + "/store.new";
  if (unlink(draft.c_str()) != 0 && errno != ENOENT) return tl::unexpected(FaultText("store", draft, errno));
  Result<void> done;
  {
    LmdbStore store(draft, options);
    done = store.OpenEnvironment(Access::kCreate);
    if (done) done = store.OpenTree();
    if (done) done = store.WriteSchema();
  }
  if (done && rename(draft.c_str(), path.c_str()) != 0) done = tl::unexpected(FaultText("store", path, errno));
  if (done) return SyncDirectory(directory);
  unlink(draft.c_str());
  return done;
}

Result<void> LmdbStore::OpenEnvironment(Access access) {
  MDB_env* raw = nullptr;
  if (const int rc = mdb_env_create(&raw); rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  environment_.reset(raw);
  unsigned flags = MDB_NOSUBDIR | MDB_NOTLS;
  if (access == Access::kRead) flags |= MDB_RDONLY;
  if (access == Access::kCreate) flags |= MDB_NOLOCK;  // nobody else knows the file
  int rc = access == Access::kRead ? MDB_SUCCESS : mdb_env_set_mapsize(raw, WholePages(options_.map_bytes));
  if (rc == MDB_SUCCESS) rc = mdb_env_open(raw, path_.c_str(), flags, kMode);
  if (rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  return {};
}

Result<void> LmdbStore::OpenTree() {
  auto transaction = BeginRead();
  if (!transaction) return tl::unexpected(transaction.error());
  int rc = mdb_dbi_open(transaction->get(), nullptr, 0, &tree_);
  if (rc == MDB_SUCCESS) rc = mdb_txn_commit(transaction->release());
  if (rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  return {};
}

Result<void> LmdbStore::WriteSchema() {
  MDB_txn* raw = nullptr;
  if (const int rc = mdb_txn_begin(environment_.get(), nullptr, 0, &raw); rc != MDB_SUCCESS) {
    return tl::unexpected(Fault(rc));
  }
  Transaction transaction(raw);
  ByteArray<4> version;
  StoreBigEndian(kSchemaVersion, version.data());
  MDB_val key = ToValue(AsBytes(kSchemaKey));
  MDB_val value = ToValue(version);
  int rc = mdb_put(raw, tree_, &key, &value, 0);
  if (rc == MDB_SUCCESS) rc = mdb_txn_commit(transaction.release());
  if (rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  return {};
}

Result<void> LmdbStore::CheckSchema() const {
  auto transaction = BeginRead();
  if (!transaction) return tl::unexpected(transaction.error());
  MDB_val key = ToValue(AsBytes(kSchemaKey));
  MDB_val value;
  const int rc = mdb_get(transaction->get(), tree_, &key, &value);
  if (rc == MDB_NOTFOUND || (rc == MDB_SUCCESS && value.mv_size != 4)) {
    return tl::unexpected(DamageText(path_, "it has no schema version, so it is no store of this program"));
  }
  if (rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  const auto version = LoadBigEndian<std::uint32_t>(FromValue(value).data());
  if (version > kSchemaVersion) {
    return tl::unexpected("store " + path_ + ": schema " + std::to_string(version) + " is newer than " +
                          std::to_string(kSchemaVersion) +
                          ", the newest this program knows; run a newer hearsay, or choose another data directory");
  }
  if (version == 0) return tl::unexpected(DamageText(path_, "its schema version is 0"));
  return {};
}

std::string LmdbStore::Fault(int code) const {
  switch (code) {
    case MDB_MAP_FULL:
      return "store " + path_ + ": full: its " + std::to_string(options_.map_bytes >> 20) +
             " MiB are used up; raise store_map_mib; nothing was changed";
    case MDB_INVALID:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_VERSION_MISMATCH:
      return DamageText(path_, mdb_strerror(code));
    case EIO:  // also what LMDB makes of a write that the system cut short
      return "store " + path_ +
             ": a write was cut short: the disk is full, at a limit, or failing; free some space or check the disk; "
             "nothing was changed";
    case MDB_PANIC:
      return "store " + path_ + ": an earlier write failed; check the disk, then restart the node";
    default:
      if (code > 0) return FaultText("store", path_, code);
      return "store " + path_ + ": " + mdb_strerror(code) + "; restart the node";
  }
}

}  // namespace hearsay

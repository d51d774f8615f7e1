// SPDX-License-Identifier: MIT
// How an LmdbFile is opened or made.
#include <fcntl.h>
#include <lmdb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "store/fault_text.h"
#include "store/lmdb_file.h"
#include "store/lmdb_image.h"

namespace hearsay {
namespace {

constexpr mdb_mode_t kMode = 0600;

std::string PathOf(const LmdbKind& kind, const std::string& directory, std::string_view ending) {
  return directory + "/" + std::string(kind.name) + std::string(ending);
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

// What is wrong with the file: `damage`, or else `fault` of the machine. The caller knows that nobody writes into it.
struct FileComplaint {
  std::string damage;
  int fault = 0;
};
std::optional<FileComplaint> CheckFile(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (file.get() < 0 || fstat(file.get(), &info) != 0) return FileComplaint{{}, errno};
  if (!S_ISREG(info.st_mode)) return FileComplaint{"it is no regular file"};
  if (info.st_size == 0) return FileComplaint{"it is empty"};
  const auto size = static_cast<std::size_t>(info.st_size);
  void* const map = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (map == MAP_FAILED) return FileComplaint{{}, errno};
  // The walk goes in key order; the disk is read once, in its own order, ahead of it. Advice: it may fail.
  (void)madvise(map, size, MADV_WILLNEED);
  const auto checked = CheckLmdbImage({static_cast<const std::byte*>(map), size});
  munmap(map, size);
  if (!checked) return FileComplaint{checked.error()};
  return std::nullopt;
}

Result<void> SyncDirectory(const std::string& directory) {
  const FileDescriptor file(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.get() < 0 || fsync(file.get()) != 0) return tl::unexpected(FaultText("data directory", directory, errno));
  return {};
}

// LMDB makes its table of readers as a hole and writes to it through the map: on a full disk that is a SIGBUS. Room is
// made first. 0, or the errno of a disk without room; what else is wrong, LMDB says itself.
int MakeRoomForReaders(const std::string& path) {
  constexpr off_t kTableBytes = 8192;  // of LMDB's 126 readers, in its own file PATH-lock
  constexpr off_t kFirstPage = 4096;   // of half of them: all that a table has that nobody made room for
  const FileDescriptor file(open((path + "-lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode));
  if (file.get() < 0 || fallocate(file.get(), 0, 0, kTableBytes) == 0) return 0;
  if (fallocate(file.get(), 0, 0, kFirstPage) == 0) return 0;
  return errno == ENOSPC || errno == EDQUOT ? errno : 0;  // others: a file system that can't do this
}

std::size_t WholePages(std::size_t bytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return std::max<std::size_t>(1, (bytes + page - 1) / page) * page;
}

}  // namespace

Result<std::unique_ptr<LmdbFile>> LmdbFile::Open(const LmdbKind& kind, const std::string& directory,
                                                 std::size_t map_bytes) {
  auto lock = DirectoryLock::Take(directory, kind.name, kind.owner);
  if (!lock) return tl::unexpected(lock.error());
  std::unique_ptr<LmdbFile> file(new LmdbFile(kind, PathOf(kind, directory, ".mdb"), map_bytes));
  file->lock_.emplace(std::move(*lock));
  Result<void> done;
  if (access(file->path_.c_str(), F_OK) == 0 || errno != ENOENT) {
    done = file->CheckImage();
  } else {
    done = Create(kind, directory, file->path_, map_bytes);
  }
  if (done) done = file->OpenEnvironment(Access::kWrite);
  if (done) done = file->OpenTree();
  if (done) done = file->CheckSchema();
  if (!done) return tl::unexpected(done.error());
  // Readers that died keep old pages from being used again. LMDB forgets them only when it opens alone.
  int dead = 0;
  if (const int rc = mdb_reader_check(file->environment_.get(), &dead); rc != MDB_SUCCESS) {
    return tl::unexpected(file->Fault(rc));
  }
  return file;
}

Result<std::unique_ptr<LmdbFile>> LmdbFile::OpenToRead(const LmdbKind& kind, const std::string& directory) {
  std::unique_ptr<LmdbFile> file(new LmdbFile(kind, PathOf(kind, directory, ".mdb"), 0));
  if (access(file->path_.c_str(), R_OK) != 0) return tl::unexpected(FaultText(kind.name, file->path_, errno));
  // Whoever holds the lock has checked the file, and is changing it under our eyes.
  Result<void> done;
  if (DirectoryLock::IsFree(directory, kind.name)) done = file->CheckImage();
  if (done) done = file->OpenEnvironment(Access::kRead);
  if (done) done = file->OpenTree();
  if (done) done = file->CheckSchema();
  if (!done) return tl::unexpected(done.error());
  return file;
}

Result<void> LmdbFile::CheckImage() const {
  const auto complaint = CheckFile(path_);
  if (!complaint) return {};
  if (!complaint->damage.empty()) return tl::unexpected(Damage(complaint->damage));
  return tl::unexpected(FaultText(kind_.name, path_, complaint->fault));
}

// A file appears in its place whole, with its schema, or not at all.
Result<void> LmdbFile::Create(const LmdbKind& kind, const std::string& directory, const std::string& path,
                              std::size_t map_bytes) {
  const std::string draft = PathOf(kind, directory, ".new");
  if (unlink(draft.c_str()) != 0 && errno != ENOENT) return tl::unexpected(FaultText(kind.name, draft, errno));
  Result<void> done;
  {
    LmdbFile file(kind, draft, map_bytes);
    done = file.OpenEnvironment(Access::kCreate);
    if (done) done = file.OpenTree();
    if (done) done = file.WriteSchema();
  }
  if (done && rename(draft.c_str(), path.c_str()) != 0) done = tl::unexpected(FaultText(kind.name, path, errno));
  if (done) return SyncDirectory(directory);
  unlink(draft.c_str());
  return done;
}

Result<void> LmdbFile::OpenEnvironment(Access access) {
  MDB_env* raw = nullptr;
  if (const int rc = mdb_env_create(&raw); rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  environment_.reset(raw);
  if (access != Access::kCreate) {
    if (const int fault = MakeRoomForReaders(path_); fault != 0) {
      return tl::unexpected(FaultText(kind_.name, path_ + "-lock", fault));
    }
  }
  unsigned flags = MDB_NOSUBDIR | MDB_NOTLS;
  if (access == Access::kRead) flags |= MDB_RDONLY;
  if (access == Access::kCreate) flags |= MDB_NOLOCK;  // nobody else knows the file
  int rc = access == Access::kRead ? MDB_SUCCESS : mdb_env_set_mapsize(raw, WholePages(map_bytes_));
  if (rc == MDB_SUCCESS) rc = mdb_env_open(raw, path_.c_str(), flags, kMode);
  if (rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  return {};
}

Result<void> LmdbFile::OpenTree() {
  auto transaction = BeginRead();
  if (!transaction) return tl::unexpected(transaction.error());
  if (const int rc = mdb_dbi_open(transaction->get(), nullptr, 0, &tree_); rc != MDB_SUCCESS) {
    return tl::unexpected(Fault(rc));
  }
  return Commit(std::move(*transaction));
}

Result<void> LmdbFile::WriteSchema() {
  auto transaction = BeginWrite();
  if (!transaction) return tl::unexpected(transaction.error());
  if (auto put = PutSchema(transaction->get()); !put) return put;
  return Commit(std::move(*transaction));
}

Result<void> LmdbFile::CheckSchema() const {
  auto transaction = BeginRead();
  if (!transaction) return tl::unexpected(transaction.error());
  const auto value = Get(transaction->get(), AsBytes(kSchemaKey));
  if (!value) return tl::unexpected(value.error());
  if (!*value || (*value)->size() != 4) {
    return tl::unexpected(Damage("it has no schema version, so it is no " + std::string(kind_.name) +
                                 " of this program"));
  }
  const auto version = LoadBigEndian<std::uint32_t>((*value)->data());
  if (version > kind_.schema) {
    return tl::unexpected(std::string(kind_.name) + " " + path_ + ": schema " + std::to_string(version) +
                          " is newer than " + std::to_string(kind_.schema) +
                          ", the newest this program knows; run a newer hearsay, or choose another data directory");
  }
  if (version == 0) return tl::unexpected(Damage("its schema version is 0"));
  return {};
}

}  // namespace hearsay

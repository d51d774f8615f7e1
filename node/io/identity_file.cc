// SPDX-License-Identifier: MIT
#include "node/io/identity_file.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "node/io/data_dir.h"
#include "node/io/read_file.h"

namespace hearsay {
namespace {

constexpr std::size_t kIdentityFileBytes = 2 * Identity::kSeedSize + 1;

tl::unexpected<std::string> CannotWrite(const std::string& path) {
  return tl::unexpected("identity file " + path + " cannot be written: " + std::strerror(errno));
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// The name that a directory gives its file is on disk only once the directory is.
bool SyncDirectory(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  return synced;
}

// A synced temporary file beside the real one, removed again unless it was renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& beside) : path_(beside + ".XXXXXX") {
    fd_ = ::mkostemp(path_.data(), O_CLOEXEC);  // O_EXCL, mode 0600
  }
  ~TemporaryFile() {
    if (fd_ < 0) return;
    const int saved = errno;
    ::close(fd_);
    ::unlink(path_.c_str());
    errno = saved;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  bool Write(std::string_view text) { return fd_ >= 0 && WriteAll(fd_, text) && ::fsync(fd_) == 0; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int fd_ = -1;
};

enum class Existing : std::uint8_t { kKeep, kReplace };

// A link, unlike a rename, never replaces. Where a file system has no links, the faster of two processes loses its
// identity to the slower one; both then load the same file.
bool Publish(const std::string& from, const std::string& to, Existing existing) {
  if (existing == Existing::kKeep) {
    if (::link(from.c_str(), to.c_str()) == 0 || errno == EEXIST) return true;
    if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) return false;
  }
  return ::rename(from.c_str(), to.c_str()) == 0;
}

// With kKeep, a file that is there (another process was faster) stays, and is loaded by the caller.
Result<void> WriteNewIdentity(const std::string& data_dir, Existing existing) {
  if (auto made = EnsureDataDir(data_dir); !made) return made;
  const std::string path = IdentityPath(data_dir);
  ByteArray<Identity::kSeedSize> seed;
  randombytes_buf(seed.data(), seed.size());
  std::string text = ToHex(seed) + "\n";
  sodium_memzero(seed.data(), seed.size());
  TemporaryFile file(path);
  const bool written = file.Write(text);
  sodium_memzero(text.data(), text.size());
  if (!written) return CannotWrite(path);
  if (!Publish(file.path(), path, existing)) return CannotWrite(path);
  if (!SyncDirectory(data_dir)) return CannotWrite(path);
  return {};
}

}  // namespace

std::string IdentityPath(const std::string& data_dir) { return data_dir + "/identity"; }

Result<Identity> LoadIdentity(const std::string& data_dir) {
  const std::string path = IdentityPath(data_dir);
  auto text = ReadFile("identity file", path, kIdentityFileBytes + 4096, FileSecrecy::kSecret);
  if (!text) return tl::unexpected(text.error());
  std::string_view digits = *text;
  if (digits.ends_with('\n')) digits.remove_suffix(1);
  ByteArray<Identity::kSeedSize> seed;
  const bool fine = FromHex(digits, seed);
  const std::size_t size = text->size();
  sodium_memzero(text->data(), text->size());
  if (!fine) {
    return tl::unexpected("identity file " + path + " (" + std::to_string(size) +
                          " bytes) is not 64 hex digits and a newline; restore it from a backup, or make a new "
                          "identity: hearsay init --force --data-dir " + data_dir);
  }
  Identity identity(seed);
  sodium_memzero(seed.data(), seed.size());
  return identity;
}

Result<Identity> LoadOrCreateIdentity(const std::string& data_dir) {
  struct stat info {};
  // Whatever the reason why it is not seen, making it meets the same one and names the directory's remedy.
  if (::lstat(IdentityPath(data_dir).c_str(), &info) != 0) {
    if (auto written = WriteNewIdentity(data_dir, Existing::kKeep); !written) return tl::unexpected(written.error());
  }
  return LoadIdentity(data_dir);
}

Result<Identity> ReplaceIdentity(const std::string& data_dir) {
  if (auto written = WriteNewIdentity(data_dir, Existing::kReplace); !written) return tl::unexpected(written.error());
  return LoadIdentity(data_dir);
}

}  // namespace hearsay

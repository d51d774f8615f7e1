// SPDX-License-Identifier: MIT
#include "node/io/replace_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <memory>
#include <ostream>
#include <streambuf>
#include <string_view>
#include <vector>

#include "node/io/entropy.h"
#include "proto/bytes.h"

namespace hearsay {
namespace {

constexpr std::time_t kAbandonedAfter = 3600;  // seconds without a write: whether its writer lives cannot be seen
constexpr std::size_t kRandomBytes = 8;        // two writers never meet
constexpr int kMaxLookedAt = 10'000;           // entries of the folder
constexpr std::size_t kMaxRemoved = 16;        // at a time

// A descriptor as an ostream: the standard's files cannot be opened exclusively.
class DescriptorBuffer : public std::streambuf {
 public:
  explicit DescriptorBuffer(int fd) : fd_(fd) { setp(buffer_.data(), buffer_.data() + buffer_.size()); }

 protected:
  int_type overflow(int_type c) override {
    if (sync() != 0) return traits_type::eof();
    if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
    return traits_type::not_eof(c);
  }
  int sync() override {
    for (const char* at = pbase(); at != pptr();) {
      const ssize_t written = ::write(fd_, at, static_cast<std::size_t>(pptr() - at));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return -1;
      at += written;
    }
    setp(buffer_.data(), buffer_.data() + buffer_.size());
    return 0;
  }

 private:
  const int fd_;
  std::array<char, 1 << 16> buffer_;
};

bool SyncFolder(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = ::fsync(fd) == 0;
  const int saved = errno;
  ::close(fd);
  errno = saved;
  return synced;
}

bool Written(int fd, const std::function<void(std::ostream&)>& write) {
  const auto buffer = std::make_unique<DescriptorBuffer>(fd);
  errno = 0;
  std::ostream out(buffer.get());
  write(out);
  out.flush();
  const bool synced = out.good() && ::fsync(fd) == 0;
  const int saved = errno;
  const bool closed = ::close(fd) == 0;
  if (!synced) errno = saved;
  return synced && closed;
}

std::string RandomDigits() { return ToHex(BytesView(DrawSeed()).first(kRandomBytes)); }

// Whether a name may end as RandomDigits() does.
bool AreRandomDigits(std::string_view digits) {
  return digits.size() == 2 * kRandomBytes && digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

// What others left who were killed while they wrote.
void RemoveAbandoned(const std::filesystem::path& folder, const std::string& file) {
  const std::unique_ptr<DIR, CloseFolder> entries(::opendir(folder.c_str()));
  if (!entries) return;
  const std::string prefix = file + ".";
  const std::time_t now = std::time(nullptr);
  std::vector<std::string> abandoned;
  for (int i = 0; i < kMaxLookedAt && abandoned.size() < kMaxRemoved; ++i) {
    const dirent* entry = ::readdir(entries.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    struct stat status {};
    if (!name.starts_with(prefix) || !AreRandomDigits(name.substr(prefix.size()))) continue;
    if (::fstatat(::dirfd(entries.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (S_ISREG(status.st_mode) && status.st_mtime + kAbandonedAfter < now) abandoned.emplace_back(name);
  }
  for (const std::string& name : abandoned) ::unlinkat(::dirfd(entries.get()), name.c_str(), 0);
}

// "; make room on the disk", or nothing where the reason says it all.
std::string_view Remedy(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT: return "; make room on the disk";
    case EFBIG: return "; raise the limit of file sizes (ulimit -f)";
    case EIO: return "; check the disk";
    case EACCES:
    case EPERM:
    case EROFS: return "; give another place, or the right to write there";
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case ENOTEMPTY:
    case EEXIST: return "; give another place, or move away what is in the way";
    default: return "";
  }
}

}  // namespace

Result<void> ReplaceFile(const std::string& path, const std::function<void(std::ostream&)>& write) {
  const std::string temporary = path + "." + RandomDigits();
  const auto fail = [&](int error) {
    const std::string why = error == 0 ? "the write failed" : std::strerror(error);
    return tl::unexpected("cannot write '" + path + "': " + why + std::string(Remedy(error)));
  };
  // A new file, or none: what stands there already, a link most of all, is never written through.
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (fd < 0) return fail(errno);
  if (!Written(fd, write) || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    return fail(error);
  }
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::filesystem::path folder = parent.empty() ? "." : parent;
  if (!SyncFolder(folder.string())) {
    return tl::unexpected("cannot sync the folder of '" + path + "': " + std::strerror(errno));
  }
  RemoveAbandoned(folder, std::filesystem::path(path).filename().string());
  return {};
}

}  // namespace hearsay

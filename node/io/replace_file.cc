// SPDX-License-Identifier: MIT
#include "node/io/replace_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace hearsay {
namespace {

bool Sync(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = ::fsync(fd) == 0;
  const int saved = errno;
  ::close(fd);
  errno = saved;
  return synced;
}

bool Written(const std::string& path, const std::function<void(std::ostream&)>& write) {
  errno = 0;
  std::ofstream out(path, std::ios::trunc | std::ios::binary);
  if (!out) return false;
  write(out);
  out.close();
  return out.good() && Sync(path, O_RDONLY);
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
  const std::string temporary = path + "." + std::to_string(::getpid());
  if (!Written(temporary, write) || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    const std::string why = error == 0 ? "the write failed" : std::strerror(error);
    ::unlink(temporary.c_str());
    return tl::unexpected("cannot write '" + path + "': " + why + std::string(Remedy(error)));
  }
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (!Sync(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY)) {
    return tl::unexpected("cannot sync the folder of '" + path + "': " + std::strerror(errno));
  }
  return {};
}

}  // namespace hearsay

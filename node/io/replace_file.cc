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

}  // namespace

Result<void> ReplaceFile(const std::string& path, const std::function<void(std::ostream&)>& write) {
  const std::string temporary = path + "." + std::to_string(::getpid());
  if (!Written(temporary, write) || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const std::string why = errno == 0 ? "the write failed" : std::strerror(errno);
    ::unlink(temporary.c_str());
    return tl::unexpected("cannot write '" + path + "': " + why + "; is the disk full?");
  }
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (!Sync(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY)) {
    return tl::unexpected("cannot sync the folder of '" + path + "': " + std::strerror(errno));
  }
  return {};
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
// flock on DIR/NAME.lock.
#include "store/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "store/fault_text.h"

namespace hearsay {
namespace {

// A reader's look (IsFree) has the lock for microseconds, or as long as it is kept from running. Who holds it for
// longer than all tries take is at work.
constexpr int kTries = 50;
constexpr std::chrono::milliseconds kBetweenTries{5};

// 0, or the errno of the last try.
int LockAlone(int fd) {
  for (int left = kTries - 1;; --left) {
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return 0;
    if (errno != EWOULDBLOCK || left == 0) return errno;
    std::this_thread::sleep_for(kBetweenTries);
  }
}

std::string LockPath(const std::string& directory, std::string_view name) {
  return directory + "/" + std::string(name) + ".lock";
}

// The id in the lock file as text; empty when there is none.
std::string ReadHolder(int fd) {
  char text[21];
  const ssize_t size = pread(fd, text, sizeof text, 0);
  std::string holder;
  for (ssize_t i = 0; i < size && text[i] >= '0' && text[i] <= '9'; ++i) holder += text[i];
  return holder;
}

}  // namespace

Result<DirectoryLock> DirectoryLock::Take(const std::string& directory, std::string_view name,
                                          std::string_view owner) {
  struct stat info {};
  if (stat(directory.c_str(), &info) != 0) return tl::unexpected(FaultText("data directory", directory, errno));
  if (!S_ISDIR(info.st_mode)) return tl::unexpected(FaultText("data directory", directory, ENOTDIR));
  const std::string path = LockPath(directory, name);
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return tl::unexpected(FaultText(name, path, errno));
  DirectoryLock lock(fd);
  if (const int fault = LockAlone(fd); fault != 0) {
    if (fault != EWOULDBLOCK) return tl::unexpected(FaultText(name, path, fault));
    const std::string holder = ReadHolder(fd);
    return tl::unexpected(std::string(name) + " " + directory + ": in use by " +
                          (holder.empty() ? "another process" : "process " + holder) +
                          "; stop it, or give this " + std::string(owner) + " a data directory of its own");
  }
  // A directory that cannot take these few bytes cannot take a store.
  const std::string self = std::to_string(getpid()) + "\n";
  if (ftruncate(fd, 0) != 0 || pwrite(fd, self.data(), self.size(), 0) != static_cast<ssize_t>(self.size())) {
    return tl::unexpected(FaultText(name, path, errno));
  }
  return lock;
}

bool DirectoryLock::IsFree(const std::string& directory, std::string_view name) {
  const int fd = open(LockPath(directory, name).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT;
  const bool free = flock(fd, LOCK_SH | LOCK_NB) == 0;
  close(fd);
  return free;
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace hearsay

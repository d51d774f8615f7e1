// SPDX-License-Identifier: MIT
//
// DirectoryLock: at most one process writes into a data directory.
//
// An exclusive flock on DIR/store.lock, held for the life of this value; the kernel lets go of it however the process
// ends, so there is no stale lock to remove by hand. The file holds the holder's process id, for the error text only.
// flock belongs to the open file, so a second lock within one process is refused too.
#pragma once

#include <string>

#include "proto/error.h"

namespace hearsay {

class DirectoryLock {
 public:
  // Errors: no such directory, not writable, full disk, or held by another process.
  static Result<DirectoryLock> Take(const std::string& directory);
  // True when nobody holds the lock now; false also when that cannot be known. Changes nothing.
  static bool IsFree(const std::string& directory);

  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  DirectoryLock(const DirectoryLock&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace hearsay

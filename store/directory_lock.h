// SPDX-License-Identifier: MIT
//
// DirectoryLock: at most one process writes a store of a data directory.
//
// An exclusive flock on DIR/NAME.lock, held for the life of this value; the kernel lets go of it however the process
// ends, so there is no stale lock to remove by hand. The file holds the holder's process id, for the error text only.
// flock belongs to the open file, so a second lock within one process is refused too. NAME is "store" (the node's)
// unless said otherwise.
#pragma once

#include <string>
#include <string_view>

#include "proto/error.h"

namespace hearsay {

class DirectoryLock {
 public:
  // Errors: no such directory, not writable, full disk, or held by another process.
  // A quarter of a second is waited for who holds it, so that a reader's look at it (IsFree) refuses no writer.
  // `owner` is who could have a directory to itself instead ("node"), for the error text.
  static Result<DirectoryLock> Take(const std::string& directory, std::string_view name = "store",
                                    std::string_view owner = "node");
  // True when no writer holds the lock now; false also when that cannot be known. Shares it for a moment, which Take
  // waits out, and changes nothing.
  static bool IsFree(const std::string& directory, std::string_view name = "store");

  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  DirectoryLock(const DirectoryLock&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace hearsay

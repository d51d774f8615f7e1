// SPDX-License-Identifier: MIT
// errno to a sentence with a remedy.
#include "store/fault_text.h"

#include <cerrno>
#include <system_error>

namespace hearsay {
namespace {

std::string_view Remedy(int code) {
  switch (code) {
    case ENOENT:
      return "create it, or choose another data directory";
    case ENOTDIR:
      return "choose a directory";
    case EACCES:
    case EPERM:
      return "give this user the right to write there, or choose another data directory";
    case EROFS:
      return "mount it writable, or choose another data directory";
    case ENOSPC:
    case EDQUOT:
      return "free some space on the disk; nothing was changed";
    case EFBIG:
      return "raise the file size limit (ulimit -f); nothing was changed";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files (ulimit -n)";
    case ENOMEM:
      return "lower store_map_mib, or raise the limit of address space (ulimit -v)";
    case EIO:
      return "check the disk; restore the store from a copy if it stays";
    default:
      return "check the path and the disk";
  }
}

}  // namespace

std::string FaultText(std::string_view thing, std::string_view path, int code) {
  std::string text(thing);
  text.append(" ").append(path).append(": ").append(std::generic_category().message(code));
  return text.append("; ").append(Remedy(code));
}

}  // namespace hearsay

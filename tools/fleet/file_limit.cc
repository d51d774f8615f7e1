// SPDX-License-Identifier: MIT
#include "tools/fleet/file_limit.h"

#include <sys/resource.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace hearsay::fleet {

Result<void> RaiseFileLimit(std::size_t sockets) {
  const rlim_t needed = sockets + kOtherFiles;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= needed) return {};
  rlimit raised{.rlim_cur = needed, .rlim_max = limit.rlim_max};
  if (limit.rlim_max < needed) raised.rlim_max = needed;  // whoever has CAP_SYS_RESOURCE may
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) return {};
  return tl::unexpected("the limit of open files (RLIMIT_NOFILE, hard) is " + std::to_string(limit.rlim_max) + " and " +
                        std::to_string(sockets) + " nodes need " + std::to_string(needed) + ": " +
                        std::strerror(errno) + "; raise it ('ulimit -Hn', in a container '--ulimit nofile=" +
                        std::to_string(needed) + "') or give fewer --nodes");
}

}  // namespace hearsay::fleet

// SPDX-License-Identifier: MIT
//
// Usage: what a process has taken from the machine so far (/proc).
#pragma once

#include <sys/types.h>

namespace hearsay::bench {

struct Usage {
  double cpu_seconds = 0;
  double private_mib = 0;  // USS: pages that no other process maps
};
// Zeros when there is no such process.
Usage UsageOf(pid_t pid);

}  // namespace hearsay::bench

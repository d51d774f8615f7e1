// SPDX-License-Identifier: MIT
#include "proto/check.h"

#include <cstdio>
#include <cstdlib>

namespace hearsay {

void CheckFailed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "hearsay: internal error: %s at %s:%d; this is a bug, please report it\n", condition, file,
               line);
  std::abort();
}

}  // namespace hearsay

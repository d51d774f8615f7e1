// SPDX-License-Identifier: MIT
//
// HEARSAY_CHECK: a broken promise of our own code. On in release: a wrong state in a node that faces a hostile network
// must stop, not go on. Never used on input; input gives an Error.
#pragma once

namespace hearsay {

[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace hearsay

#define HEARSAY_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::hearsay::CheckFailed(#condition, __FILE__, __LINE__))

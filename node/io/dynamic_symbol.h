// SPDX-License-Identifier: MIT
//
// FindSymbol: a function of a library that was opened with dlopen, with the type that its header gives it.
#pragma once

#include <dlfcn.h>

namespace hearsay {

// False when the library has none of this name.
template <typename Function>
bool FindSymbol(void* library, const char* name, Function& out) {
  out = reinterpret_cast<Function>(::dlsym(library, name));
  return out != nullptr;
}

}  // namespace hearsay

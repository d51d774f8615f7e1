// SPDX-License-Identifier: MIT
//
// The program's version. CMakeLists.txt says it, once; node/io/CMakeLists.txt hands it to version.cc.
#pragma once

#include <string_view>

namespace hearsay {

std::string_view Version();   // "0.1.0"
std::string_view Software();  // "hearsay/0.1.0", as told to peers; at most kMaxSoftwareBytes

}  // namespace hearsay

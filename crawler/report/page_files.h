// SPDX-License-Identifier: MIT
//
// The source of map.html, compiled in from crawler/report/page/ and node/io/page/ (crawler/CMakeLists.txt).
#pragma once

#include <string_view>

namespace hearsay {

extern const std::string_view kPageFrame;   // map.html, with {{name}} where a part goes
extern const std::string_view kPageStyle;   // base.css, map.css
extern const std::string_view kPageScript;  // the .js files, one after the other

}  // namespace hearsay

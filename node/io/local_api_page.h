// SPDX-License-Identifier: MIT
//
// The local API's page, which shows the node's peers live: at /, with /page.css and /page.js. Compiled in from
// node/io/page/ (node/io/CMakeLists.txt).
//
// It asks the API for what it shows, like any other reader. What other nodes say of themselves reaches the document as
// text only, and kApiPagePolicy (Content-Security-Policy; W3C CSP level 3) lets nothing run or be fetched that is not
// this API's own, nor any other page frame it.
#pragma once

#include <string_view>

namespace hearsay {

extern const std::string_view kApiPage;
extern const std::string_view kApiPageStyle;
extern const std::string_view kApiPageScript;

inline constexpr const char* kApiPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

}  // namespace hearsay

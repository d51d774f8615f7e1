// SPDX-License-Identifier: MIT
//
// CleanText: text that strangers chose, fit for any file that we write: well-formed UTF-8 of characters that XML 1.0
// allows (section 2.2, "Char"), and without the control characters that it only discourages (0x7f to 0x9f). U+FFFD
// stands for each byte or character that is not: what is left of them is tab and line breaks. Total.
#pragma once

#include <string>
#include <string_view>

namespace hearsay {

std::string CleanText(std::string_view text);

}  // namespace hearsay

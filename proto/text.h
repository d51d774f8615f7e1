// SPDX-License-Identifier: MIT
//
// Text that strangers chose and that people will see: in terminals, logs, pages and metrics labels.
//
// Refused is what would act on the reader instead of being read: control characters of either set (ESC and CSI drive
// terminals), line and paragraph separators, and the marks that turn the direction of writing around ("Trojan Source",
// Boucher and Anderson 2021). Total; only Printable allocates.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearsay {

// Takes one code point off the front of a text that is not empty. nullopt, and the text stays, when what stands there
// is not well-formed UTF-8.
std::optional<char32_t> TakeCodePoint(std::string_view& text);

// 0x20 to 0x7e only.
bool IsPrintableAscii(std::string_view text);
// Well-formed UTF-8 (RFC 3629: shortest form, no surrogates, at most U+10FFFF) without the above.
bool IsPrintableUtf8(std::string_view text);
// `text` with a '?' for each code point that is refused above, newlines too, and for each byte that is no UTF-8.
std::string Printable(std::string_view text);

}  // namespace hearsay

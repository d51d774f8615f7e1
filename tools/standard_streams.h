// SPDX-License-Identifier: MIT
//
// Standard input, output and error of a program that may be started without them, or with an output that is full.
#pragma once

#include <string>
#include <string_view>

namespace hearsay {

// Puts /dev/null where one of the three is closed. Otherwise the next file that is opened, a store perhaps, would be
// standard output, and take what is meant for people.
void EnsureStandardStreams();

// Writes out what stdout holds. What went wrong, now or before; empty: nothing.
std::string FlushStandardOutput();
// Likewise, with `text` behind it: for what must be seen at once. main() flushes what a command leaves.
std::string WriteStandardOutput(std::string_view text);
// Likewise, and it is forgotten: for a program that goes on, and says it when it happens.
std::string TakeOutputFault();

}  // namespace hearsay

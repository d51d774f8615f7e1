// SPDX-License-Identifier: MIT
// Operations on a table of peers and the slots that choose among them, against a naive twin. First byte: the capacity.
#include "tests/core/book_twin.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hearsay::test::DriveBookTwin(hearsay::fuzz::Input(data, size), 600);
  return 0;
}

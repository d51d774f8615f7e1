// SPDX-License-Identifier: MIT
//
// PeerBook and View do what their naive twin does, over random operations of fixed seeds (book_twin.h).
#include "tests/core/book_twin.h"

#include <gtest/gtest.h>

#include "proto/rng.h"

namespace hearsay::test {
namespace {

void DriveSeed(std::uint64_t seed) {
  Rng rng = Rng::FromNumber(seed);
  Bytes operations(3000);
  rng.Fill(operations);
  DriveBookTwin(operations, operations.size());
}

TEST(BookTwin, AgreesOverRandomOperations) {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    DriveSeed(seed);
  }
}

}  // namespace
}  // namespace hearsay::test

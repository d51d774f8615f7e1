// SPDX-License-Identifier: MIT
// proto/vectors.json says what this code does. Changed the protocol on purpose? Write the file anew, and the spec:
//   HEARSAY_WRITE_VECTORS=proto/vectors.json build/tests/proto/proto_tests --gtest_filter='Vectors.*'
// vectors_check.py recomputes the same file without any of this code.
#include "tests/proto/vectors.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace hearsay::testing_proto {
namespace {

TEST(Vectors, TheFileIsWhatTheCodeMakes) {
  const std::string made = MakeVectors();
  if (const char* path = std::getenv("HEARSAY_WRITE_VECTORS")) {
    std::ofstream out(path, std::ios::binary);
    out << made;
    ASSERT_TRUE(out.flush()) << path;
  }
  std::ifstream in(HEARSAY_VECTORS, std::ios::binary);
  ASSERT_TRUE(in) << HEARSAY_VECTORS;
  const std::string kept{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  // Not EXPECT_EQ: 30 kB of difference help nobody.
  EXPECT_TRUE(made == kept) << "the code's vectors differ from " << HEARSAY_VECTORS;
}

}  // namespace
}  // namespace hearsay::testing_proto

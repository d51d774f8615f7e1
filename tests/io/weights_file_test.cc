// SPDX-License-Identifier: MIT
//
// The weights file: lines, errors with places, bounds.
#include "node/io/weights_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/io/temporary_folder.h"

namespace hearsay {
namespace {

using ::testing::HasSubstr;

const std::string kA(64, 'a');
const std::string kB(64, 'b');

TEST(WeightsFile, ReadsLinesCommentsAndNothing) {
  const auto weights = ParseWeights("# stake\n\n" + kA + " 250\n\t" + kB + "\t0 # none\r\n", "w");
  ASSERT_TRUE(weights) << weights.error();
  EXPECT_EQ(*weights, (Weights{{*NodeId::Parse(kA), 250}, {*NodeId::Parse(kB), 0}}));
  EXPECT_TRUE(ParseWeights("", "w")->empty());
}

TEST(WeightsFile, NamesFileAndLineOfWhatIsWrong) {
  const std::pair<std::string, std::string> wrong[] = {
      {"abc 1", "w:1: 'abc' is no node id"},
      {"\n" + kA, "w:2: weight '' is no whole number"},
      {kA + " -1", "weight '-1'"},
      {kA + " 1.5", "weight '1.5'"},
      {kA + " 18446744073709551616", "is no whole number"},
      {kA + " 1 2", "more than a node id and a weight"},
      {kA + " 1\n" + kA + " 2", "w:2: node id " + kA + " has a weight already"},
      {kA + " 18446744073709551615\n" + kB + " 1", "w:2: the weights' sum exceeds 64 bits"},
  };
  for (const auto& [text, why] : wrong) {
    const auto weights = ParseWeights(text, "w");
    ASSERT_FALSE(weights) << text;
    EXPECT_THAT(weights.error(), HasSubstr(why)) << text;
  }
}

TEST(WeightsFile, IsBoundedInLines) {
  std::string text;
  ByteArray<32> id{};
  for (std::size_t i = 0; i <= kMaxWeights; ++i) {
    StoreBigEndian(static_cast<std::uint32_t>(i), id.data());
    text += ToHex(id) + " 1\n";
  }
  EXPECT_THAT(ParseWeights(text, "w").error(), HasSubstr("more than 131072 weights"));
}

TEST(WeightsFile, SaysWhichFileCannotBeRead) {
  const TemporaryFolder folder;
  EXPECT_THAT(LoadWeights(folder.File("none")).error(), HasSubstr(folder.File("none")));
  EXPECT_EQ(LoadWeights(folder.Write("w", kA + " 7\n"))->size(), 1u);
}

}  // namespace
}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// Suggestions for mistyped words.
#include "node/io/did_you_mean.h"

#include <gtest/gtest.h>

namespace hearsay {
namespace {

constexpr std::string_view kWords[] = {"network", "listen", "peers", "api"};

TEST(DidYouMean, CountsASwapOfNeighboursAsOneEdit) {
  EXPECT_EQ(EditDistance("listen", "lisetn"), 1u);
  EXPECT_EQ(EditDistance("peers", "peer"), 1u);
  EXPECT_EQ(EditDistance("", "api"), 3u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
}

TEST(DidYouMean, NamesTheNearestWord) {
  EXPECT_EQ(ClosestWord("lisen", kWords), "listen");
  EXPECT_EQ(ClosestWord("peer", kWords), "peers");
  EXPECT_EQ(DidYouMean("netwrok", kWords), "; did you mean 'network'?");
}

TEST(DidYouMean, SaysNothingOfWordsFarAway) {
  EXPECT_EQ(DidYouMean("colour", kWords), "");
  EXPECT_EQ(DidYouMean("", kWords), "");
}

TEST(DidYouMean, ReadsOnlyTheStartOfHugeWords) {
  EXPECT_LE(EditDistance(std::string(100'000, 'a'), std::string(100'000, 'b')), 64u);
}

}  // namespace
}  // namespace hearsay

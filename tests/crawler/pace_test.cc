// SPDX-License-Identifier: MIT
// How long a crawl will go on.
#include "crawler/report/pace.h"

#include <gtest/gtest.h>

namespace hearsay {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

CrawlProgress At(std::size_t done, std::size_t waiting, std::size_t in_flight) {
  CrawlProgress progress;
  progress.endpoints = done + waiting + in_flight;
  progress.waiting = waiting;
  progress.in_flight = in_flight;
  return progress;
}

TEST(Pace, DividesWhatIsLeftByTheRate) {
  Pace pace;
  EXPECT_EQ(pace.Left(At(50, 80, 20), seconds{1}), seconds{2});  // since the beginning
  EXPECT_EQ(pace.Left(At(150, 0, 0), seconds{2}), seconds{0});
}

TEST(Pace, SaysNothingBeforeItSawSomething) {
  Pace pace;
  EXPECT_EQ(pace.Left(At(5, 5, 0), milliseconds{100}), std::nullopt);
  EXPECT_EQ(pace.Left(At(0, 10, 0), seconds{3}), std::nullopt);  // nothing finished
}

TEST(Pace, ForgetsHowFastItWasLongAgo) {
  Pace pace;
  pace.Left(At(900, 100, 0), seconds{1});
  std::optional<Duration> left;
  for (std::size_t second = 2; second <= 11; ++second) {  // from then on one a second
    left = pace.Left(At(899 + second, 101 - second, 0), seconds{second});
  }
  EXPECT_EQ(left, seconds{90});
}

TEST(Pace, IsBoundedHoweverOftenItIsAsked) {
  Pace pace;
  std::optional<Duration> left;
  for (std::size_t i = 0; i < 10'000; ++i) left = pace.Left(At(i, 10'000, 0), milliseconds{i});
  EXPECT_EQ(left, std::nullopt);  // it remembers the last hundred, of a tenth of a second
}

TEST(EndpointsDone, AreTheEndpointsThatHadTheirTurn) {
  EXPECT_EQ(EndpointsDone(At(7, 3, 2)), 7u);
  CrawlProgress odd;
  odd.waiting = 5;
  EXPECT_EQ(EndpointsDone(odd), 0u);
}

}  // namespace
}  // namespace hearsay

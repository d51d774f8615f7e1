// SPDX-License-Identifier: MIT
//
// SelectGood: who is served, who fills up, and what an attacker who is always up gains where most come and go.
#include "crawler/good_set.h"

#include <gmock/gmock.h>

#include <chrono>
#include <deque>
#include <set>

namespace hearsay {
namespace {

using std::chrono_literals::operator""min;
using testing::ElementsAre;
using testing::IsEmpty;

void AddAll(Reliability& reliability, Answer answer, int times, Duration age) {
  for (int i = 0; i < times; ++i) reliability.Add(answer, age);
}

// Candidates that own what they refer to.
class Given {
 public:
  Given() = default;
  explicit Given(const std::vector<Reliability>& all) {  // each in a group of its own
    for (const Reliability& one : all) Add(one, static_cast<std::uint32_t>(candidates_.size()), 1);
  }
  void Add(const Reliability& reliability, std::uint32_t group, std::uint32_t host) {
    endpoints_.push_back({IpAddress::V4(5u << 24 | group << 16 | host), 1});
    candidates_.push_back({&reliability, &endpoints_.back()});
  }
  operator std::span<const Candidate>() const { return candidates_; }
  AddressGroup GroupOf(std::uint32_t place) const { return endpoints_[place].group(); }

 private:
  std::deque<Endpoint> endpoints_;
  std::vector<Candidate> candidates_;
};

TEST(SelectGood, ServesTheGoodAndNeverWhoNeverAnswered) {
  std::vector<Reliability> all(4);
  AddAll(all[0], Answer::kProved, 100, 15min);
  AddAll(all[1], Answer::kNone, 2, 15min);
  AddAll(all[3], Answer::kProved, 1, 15min);
  const Given given(all);
  const GoodSet set = SelectGood(given, {}, 2);
  EXPECT_THAT(set.members, ElementsAre(0, 3));
  EXPECT_EQ(set.good, 2u);
  EXPECT_THAT(SelectGood(given, {}, 10).members, ElementsAre(0, 3)) << "who never answered is nobody's best";
}

TEST(SelectGood, FillsUpWithTheBestOfThoseThatAnswerAndSaysSo) {
  std::vector<Reliability> all(4);
  AddAll(all[0], Answer::kNone, 100, 15min);  // two answers after a long time: doubtful
  AddAll(all[0], Answer::kProved, 2, 15min);
  AddAll(all[1], Answer::kProved, 100, 15min);  // good
  AddAll(all[2], Answer::kNone, 100, 15min);  // three answers: doubtful, and better
  AddAll(all[2], Answer::kProved, 3, 15min);
  AddAll(all[3], Answer::kProved, 100, 15min);  // gone
  AddAll(all[3], Answer::kNone, 2, 15min);
  const Given given(all);
  const GoodSet two = SelectGood(given, {}, 2);
  EXPECT_THAT(two.members, ElementsAre(1, 2));
  EXPECT_EQ(two.doubtful, 1u);
  EXPECT_THAT(SelectGood(given, {}, 9).members, ElementsAre(1, 2, 0)) << "who has gone is not served beside others";
  EXPECT_THAT(SelectGood(given, {}, 1).members, ElementsAre(1));
}

TEST(SelectGood, WhenNobodyIsLeftServesTheLastToHaveGone) {
  std::vector<Reliability> all(2);
  for (Reliability& r : all) AddAll(r, Answer::kProved, 100, 15min);
  AddAll(all[0], Answer::kNone, 3, 15min);
  AddAll(all[1], Answer::kNone, 2, 15min);
  const Given given(all);
  const GoodSet set = SelectGood(given, {}, 1);
  EXPECT_THAT(set.members, ElementsAre(1));
  EXPECT_EQ(set.gone, 1u);
  EXPECT_THAT(SelectGood({}, {}, 5).members, IsEmpty());
}

// Before, 32 ids in one /16 were good enough, and all that was served.
TEST(SelectGood, WhoIsAlwaysUpInOneGroupIsNotEnough) {
  Reliability always, sometimes;
  AddAll(always, Answer::kProved, 100, 15min);
  for (int i = 0; i < 40; ++i) {
    AddAll(sometimes, Answer::kNone, 4, 15min);
    sometimes.Add(Answer::kProved, 15min);
  }
  Given all;
  for (std::uint32_t host = 1; host <= 40; ++host) all.Add(always, 99, host);
  for (std::uint32_t host = 1; host <= 40; ++host) all.Add(sometimes, 1 + host % 20, host);
  const GoodSet set = SelectGood(all, {}, 16);
  EXPECT_EQ(set.good, 40u);
  EXPECT_TRUE(set.few);
  EXPECT_EQ(set.doubtful, 15u) << "one of each of so many groups";
  std::set<AddressGroup> groups;
  for (const std::uint32_t member : set.members) groups.insert(all.GroupOf(member));
  EXPECT_EQ(groups.size(), 16u);
  EXPECT_FALSE(SelectGood(all, {}, 1).few);
  EXPECT_EQ(SelectGood(all, {}, 1).doubtful, 0u);
}

}  // namespace
}  // namespace hearsay

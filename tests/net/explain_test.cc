// SPDX-License-Identifier: MIT
//
// `hearsay peers --explain` on real nodes: what people and programs read, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "tests/net/cluster.h"

namespace hearsay::test {
namespace {

using testing::HasSubstr;

class ExplainCommand : public testing::Test {
 protected:
  // The first, and two that were told of it alone: one of them heard from it of the other.
  void SetUp() override {
    ASSERT_TRUE(cluster.Form(2));
    ASSERT_TRUE(Eventually([&] { return cluster.IsWhole(); })) << cluster.Describe();
    ASSERT_EQ(cluster.Start({"--peer", cluster.Ready(0, "listen")}), 2u);
    ASSERT_TRUE(cluster.WaitReady(2)) << cluster.Errors(2);
    ASSERT_TRUE(Eventually([&] { return cluster.IsWhole(); })) << cluster.Describe();
    if (!Heard(hearer, other)) std::swap(hearer, other);
  }
  bool Heard(std::size_t node, std::size_t peer) const {
    return cluster.Get(node, "/v1/peers/" + Id(peer) + "/explain").at("heard_from").is_object();
  }
  std::string Id(std::size_t node) const { return cluster.Ready(node, "node_id"); }
  Finished Explain(std::size_t asked, const std::string& id, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"peers", "--explain", id, "--api", cluster.Api(asked)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunToEnd(HEARSAY_BINARY, std::move(arguments));
  }
  void ExpectRefused(const Finished& refused, int code, const std::string& said) {
    EXPECT_EQ(refused.exit_code, code) << refused.out;
    EXPECT_EQ(refused.out, "");
    EXPECT_THAT(refused.err, HasSubstr(said));
    EXPECT_EQ(std::count(refused.err.begin(), refused.err.end(), '\n'), 1) << refused.err;
  }

  Cluster cluster{HEARSAY_BINARY};
  std::size_t hearer = 2, other = 1;
};

TEST_F(ExplainCommand, SaysWhoToldOfAPeerAndWhyItWasChosen) {
  const Finished told = Explain(hearer, Id(other).substr(0, 8));
  ASSERT_EQ(told.exit_code, 0) << told.err;
  std::istringstream lines(told.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
  EXPECT_THAT(told.out, HasSubstr("node id   " + Id(other) + "\n"));
  EXPECT_THAT(told.out, HasSubstr("state     active\n"));
  EXPECT_THAT(told.out, HasSubstr("endpoint  " + cluster.Ready(other, "listen") + "\n"));
  EXPECT_THAT(told.out, HasSubstr("group     127.0.0.1, with 2 peers of the table, it included\n"));
  EXPECT_THAT(told.out, HasSubstr("heard     from " + Id(0).substr(0, 16) + ", whose whole id is\n          " + Id(0)));
  EXPECT_THAT(told.out, HasSubstr("verified  at its endpoint, "));
  EXPECT_THAT(told.out, HasSubstr("failures  none in a row\n"));
  EXPECT_THAT(told.out, HasSubstr("channel   chosen by us; opened "));
  EXPECT_THAT(told.out, HasSubstr("view      chosen: all verified peers are chosen while at most 64 are (now 2)\n"));
  EXPECT_THAT(told.out, HasSubstr("speaker   "));
  EXPECT_THAT(Explain(hearer, Id(0)).out, HasSubstr("heard     from nobody: it dialled us or was preconfigured\n"));
}

TEST_F(ExplainCommand, PrintsTheApisObjectForPrograms) {
  const Finished printed = Explain(hearer, Id(other), {"--json"});
  ASSERT_EQ(printed.exit_code, 0) << printed.err;
  const auto told = nlohmann::json::parse(printed.out);
  EXPECT_EQ(told.at("peer").at("node_id"), Id(other));
  EXPECT_EQ(told.at("heard_from").at("node_id"), Id(0));
  EXPECT_EQ(told.at("view").at("chosen"), true);
}

TEST_F(ExplainCommand, IsRefusedWithARemedyWhereThereIsNothingToExplain) {
  const std::string stranger(64, '7');
  ExpectRefused(Explain(0, stranger), 1, "no peer " + stranger + " is known; `hearsay peers` lists those that are");
  ExpectRefused(Explain(0, Id(0)), 1, "is this node itself; `hearsay status` shows it");
  ExpectRefused(Explain(0, "1234"), 2, "'1234' is no node id; give 64 hex digits, or at least the first 8 of them");
  ExpectRefused(Explain(0, Id(1), {"--watch"}), 2, "--watch");
  ASSERT_EQ(RunToEnd(HEARSAY_BINARY, {"ban", Id(1), "--reason", "noisy", "--api", cluster.Api(0)}).exit_code, 0);
  ExpectRefused(Explain(0, Id(1)), 1, Id(1) + " is banned by command, for good (noisy)");
}

}  // namespace
}  // namespace hearsay::test

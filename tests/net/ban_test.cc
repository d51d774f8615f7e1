// SPDX-License-Identifier: MIT
//
// Bans on real nodes: by `hearsay ban` and by the settings, over kill -9, until they are lifted or over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "tests/net/cluster.h"

namespace hearsay::test {
namespace {

using testing::HasSubstr;

class Bans : public testing::Test {
 protected:
  // Three nodes on three loopback addresses, all told of the first.
  void SetUp() override {
    first = cluster.Start();
    ASSERT_TRUE(cluster.WaitReady(first));
    second = cluster.Start({"--listen", "127.0.5.2:0", "--peer", cluster.Ready(first, "listen")});
    third = cluster.Start({"--listen", "127.0.6.3:0", "--peer", cluster.Ready(first, "listen")});
    ASSERT_TRUE(cluster.WaitReady(second) && cluster.WaitReady(third));
    ASSERT_TRUE(Eventually([&] { return cluster.IsWhole(); })) << cluster.Describe();
  }
  Finished Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--api", cluster.Api(first)});
    return RunToEnd(HEARSAY_BINARY, std::move(arguments));
  }
  void ExpectDone(std::vector<std::string> arguments, const std::string& said) {
    const Finished done = Run(std::move(arguments));
    EXPECT_EQ(done.exit_code, 0) << done.err;
    EXPECT_THAT(done.out, HasSubstr(said));
  }
  void ExpectRefused(std::vector<std::string> arguments, int code, const std::string& said) {
    const Finished refused = Run(std::move(arguments));
    EXPECT_EQ(refused.exit_code, code) << refused.out;
    EXPECT_THAT(refused.err, HasSubstr(said));
    EXPECT_EQ(std::count(refused.err.begin(), refused.err.end(), '\n'), 1);
  }
  bool Knows(std::size_t node, std::size_t other) const {
    return cluster.Peer(node, cluster.Ready(other, "node_id")).is_object();
  }
  bool AreTogether() const {
    return cluster.SeesAll(first, {second, third}) && cluster.SeesAll(second, {first, third});
  }
  // The second has tried since, was heard and refused.
  bool IsRefused() const { return Drops() > 0 && !Knows(first, second) && !cluster.SeesAll(second, {first}); }
  std::uint64_t Drops() const {
    const auto status = cluster.Status(first);
    return status.is_object() ? status.at("drops").value("banned", std::uint64_t{0}) : 0;
  }
  bool IsStored() const { return cluster.Count(first, "store_changes_pending") == 0; }

  Cluster cluster{HEARSAY_BINARY};
  std::size_t first = 0, second = 0, third = 0;
};

TEST_F(Bans, ByNodeIdHoldOverAKillUntilLifted) {
  const std::string id = cluster.Ready(second, "node_id");
  ExpectDone({"ban", id.substr(0, 8), "--reason", "noisy"}, "banned " + id + " for good");
  EXPECT_FALSE(Knows(first, second)) << "it goes before the command returns";
  EXPECT_TRUE(Eventually([&] { return IsRefused(); }));
  EXPECT_TRUE(cluster.SeesAll(third, {second})) << "a ban is of one node alone";
  ASSERT_TRUE(Eventually([&] { return IsStored(); }));
  cluster.Kill(first);
  cluster.Restart(first, {"--peer", cluster.Ready(second, "listen")});
  ASSERT_TRUE(cluster.WaitReady(first)) << cluster.Errors(first);
  EXPECT_TRUE(Eventually([&] { return IsRefused() && cluster.SeesAll(first, {third}); }));
  ExpectDone({"bans"}, id + "\n    for good, by command: noisy\n1 ban\n");
  ExpectDone({"unban", id.substr(0, 8)}, "unbanned " + id);
  ExpectDone({"bans"}, "0 bans\n");
  EXPECT_TRUE(Eventually([&] { return AreTogether(); }, std::chrono::seconds{90})) << cluster.Describe();
}

TEST_F(Bans, ByPrefixHoldOverAKillAndEndByThemselves) {
  ExpectDone({"ban", "127.0.5.0/24", "--for", "6s"}, "banned 127.0.5.0/24 until 20");
  EXPECT_FALSE(Knows(first, second));
  EXPECT_EQ(cluster.Get(first, "/v1/bans").at("bans").at(0).at("source"), "command");
  ASSERT_TRUE(Eventually([&] { return IsStored(); }));
  cluster.Kill(first);
  cluster.Restart(first);
  ASSERT_TRUE(cluster.WaitReady(first)) << cluster.Errors(first);
  // (Whether the other one comes while it holds is a matter of its back-off.)
  EXPECT_EQ(cluster.Get(first, "/v1/bans").at("bans").size(), 1u);
  EXPECT_TRUE(Eventually([&] { return cluster.SeesAll(first, {third}); })) << cluster.Describe();
  EXPECT_FALSE(Knows(first, second));
  EXPECT_TRUE(Eventually([&] { return cluster.Get(first, "/v1/bans").at("bans").empty(); }));
  EXPECT_TRUE(Eventually([&] { return AreTogether(); }, std::chrono::seconds{90})) << cluster.Describe();
  cluster.Restart(first);
  ASSERT_TRUE(cluster.WaitReady(first));
  EXPECT_TRUE(cluster.Get(first, "/v1/bans").at("bans").empty()) << "forgotten on disk too";
}

TEST_F(Bans, OfTheSettingsComeAndGoWithAReloadAndAreNotLiftedByCommand) {
  const std::string path = cluster.dir().Write("bans.yaml", "log_level: info\n");
  cluster.Restart(first, {"-c", path});
  ASSERT_TRUE(cluster.WaitReady(first));
  ASSERT_TRUE(Eventually([&] { return AreTogether(); }, std::chrono::seconds{60}));
  cluster.dir().Write("bans.yaml", "bans:\n  - 127.0.5.0/24 until 2199-01-01T00:00:00Z because it floods us\n");
  cluster.Signal(first, SIGHUP);
  EXPECT_TRUE(Eventually([&] { return !Knows(first, second); }));
  ExpectDone({"bans"}, "127.0.5.0/24\n    until 2199-01-01T00:00:00.000Z, by the settings: it floods us\n1 ban\n");
  ExpectRefused({"unban", "127.0.5.0/24"}, 1, "is banned by the settings, in " + path);
  cluster.dir().Write("bans.yaml", "bans: []\n");
  cluster.Signal(first, SIGHUP);
  EXPECT_TRUE(Eventually([&] { return AreTogether(); }, std::chrono::seconds{90})) << cluster.Describe();
}

TEST_F(Bans, AreRefusedWithARemedyWhereTheyMakeNoSense) {
  ExpectRefused({"ban", cluster.Ready(first, "node_id")}, 1, "is this node itself");
  ExpectRefused({"ban", "127.0.5.2/24"}, 2, "write 127.0.5.0/24");
  ExpectRefused({"ban", "127.0.5.2:7075"}, 2, "has a port");
  ExpectRefused({"ban", "127.0.5.2", "--for", "soon"}, 2, "--for 'soon' is no time of at most ten years");
  ExpectRefused({"ban", "127.0.5.2", "--for", "4000d"}, 2, "--for '4000d' is no time of at most ten years");
  ExpectRefused({"unban", "127.0.5.2"}, 1, "127.0.5.2 is not banned; `hearsay bans` lists who is");
}

TEST_F(Bans, OverTcpNeedTheToken) {
  const std::string token = cluster.dir().Write("token", "0123456789abcdefTOKEN\n");
  const std::string other = cluster.dir().Write("other", "0123456789abcdefOTHER\n");
  for (const std::string& file : {token, other}) {
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  const std::size_t node = cluster.Start({"--api", "127.0.0.1:0", "--api-token-file", token});
  ASSERT_TRUE(cluster.WaitReady(node)) << cluster.Errors(node);
  const auto ban = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"ban", "127.0.5.2", "--api", cluster.Ready(node, "api")});
    return RunToEnd(HEARSAY_BINARY, std::move(arguments));
  };
  EXPECT_THAT(ban({}).err, HasSubstr("Authorization"));
  EXPECT_THAT(ban({"--api-token-file", other}).err, HasSubstr("does not hold the token"));
  const Finished banned = ban({"--api-token-file", token});
  EXPECT_EQ(banned.exit_code, 0) << banned.err;
}

}  // namespace
}  // namespace hearsay::test

// SPDX-License-Identifier: MIT
//
// What an operator sees of one `hearsay run`: its ready line, its signals, and its one-line refusals.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/net/cluster.h"

namespace hearsay::test {
namespace {

using testing::HasSubstr;

void ExpectOneLine(const std::string& text, std::initializer_list<std::string> parts) {
  EXPECT_EQ(std::ranges::count(text, '\n'), 1) << text;
  for (const std::string& part : parts) EXPECT_THAT(text, HasSubstr(part));
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Run, SaysOnOneLineThatItIsReady) {
  Cluster cluster(HEARSAY_BINARY);
  const std::size_t node = cluster.Start({"--network", "some-network"});
  ASSERT_TRUE(cluster.WaitReady(node)) << cluster.Errors(node);
  EXPECT_EQ(cluster.Ready(node, "network"), "some-network");
  EXPECT_EQ(cluster.Ready(node, "api"), cluster.Api(node));
  const auto status = cluster.Status(node);
  EXPECT_EQ(status.at("node_id"), cluster.Ready(node, "node_id"));
  EXPECT_EQ(status.at("listen"), nlohmann::json::array({cluster.Ready(node, "listen")}));
}

TEST(Run, LeavesWithinTwoSecondsAndThePeersNoteIt) {
  Cluster cluster(HEARSAY_BINARY);
  ASSERT_TRUE(cluster.Form(3));
  ASSERT_TRUE(Eventually([&] { return cluster.IsWhole(); }));
  for (const std::size_t leaver : {std::size_t{2}, std::size_t{1}}) {
    const std::uint64_t left = cluster.Count(0, "peers_left");
    cluster.Signal(leaver, leaver == 2 ? SIGTERM : SIGINT);
    EXPECT_EQ(cluster.WaitExit(leaver, std::chrono::seconds{2}), 0);
    EXPECT_TRUE(Eventually([&] { return cluster.Count(0, "peers_left") == left + 1; }, std::chrono::seconds{2}));
    EXPECT_TRUE(Eventually([&] { return cluster.IsWhole(); }, std::chrono::seconds{2})) << cluster.Describe();
  }
}

TEST(Run, ReadsItsSettingsAgainAndAWrongFileChangesNothing) {
  Cluster cluster(HEARSAY_BINARY);
  const std::string file = cluster.dir().Write("node.yaml", "attributes: {port: \"1\"}\n");
  const std::size_t node = cluster.Start({"-c", file});
  ASSERT_TRUE(cluster.WaitReady(node)) << cluster.Errors(node);
  const std::size_t other = cluster.Start({"--peer", cluster.Ready(node, "listen")});
  ASSERT_TRUE(cluster.WaitReady(other)) << cluster.Errors(other);
  const auto port_is = [&](const std::string& port) {
    const auto peer = cluster.Peer(other, cluster.Ready(node, "node_id"));
    return peer.is_object() && peer.at("attributes").value("port", "") == port;
  };
  ASSERT_TRUE(Eventually([&] { return port_is("1"); }));

  cluster.dir().Write("node.yaml", "attributes: {port: \"2\"}\nprofile: internet\n");
  cluster.Signal(node, SIGHUP);
  ASSERT_TRUE(Eventually([&] { return port_is("2"); })) << cluster.Errors(node);
  const auto logs = [&](const std::string& text) { return cluster.Errors(node).find(text) != std::string::npos; };
  EXPECT_TRUE(Eventually([&] { return logs("settings_need_restart keys=profile"); })) << cluster.Errors(node);

  cluster.dir().Write("node.yaml", "attributes: {port: \"3\"}\nnonsense: 1\n");
  cluster.Signal(node, SIGHUP);
  ASSERT_TRUE(Eventually([&] { return logs("settings_reload_refused"); })) << cluster.Errors(node);
  EXPECT_THAT(cluster.Errors(node), HasSubstr("nonsense"));
  EXPECT_TRUE(port_is("2"));

  cluster.dir().Write("node.yaml", "attributes: {port: \"4\"}\n");
  cluster.Signal(node, SIGHUP);
  EXPECT_TRUE(Eventually([&] { return port_is("4"); })) << "it still reloads after a refusal";
}

TEST(Run, AnAsFileIsReadAtStartAndAgainOnSighup) {
  Cluster cluster(HEARSAY_BINARY);
  const std::string file = cluster.dir().Write("as", "5.1.0.0/16 AS64500\n");
  const std::size_t node = cluster.Start({"--as-file", file});
  ASSERT_TRUE(cluster.WaitReady(node)) << cluster.Errors(node);
  const auto prefixes = [&] { return cluster.Status(node).value("as_prefixes", -1); };
  EXPECT_EQ(prefixes(), 1);
  const Finished status = RunToEnd(HEARSAY_BINARY, {"status", "--api", cluster.Api(node)});
  EXPECT_THAT(status.out, HasSubstr("by AS (1 prefixes)"));

  cluster.dir().Write("as", "5.1.0.0/16 AS64500\n5.2.0.0/16 64500\n");
  cluster.Signal(node, SIGHUP);
  EXPECT_TRUE(Eventually([&] { return prefixes() == 2; })) << cluster.Errors(node);

  cluster.dir().Write("as", "5.1.0.0/16 nobody\n");
  cluster.Signal(node, SIGHUP);
  const auto refused = [&] { return cluster.Errors(node).find("settings_reload_refused") != std::string::npos; };
  EXPECT_TRUE(Eventually(refused)) << cluster.Errors(node);
  EXPECT_EQ(prefixes(), 2) << "a wrong file changes nothing";
}

TEST(Run, APortInUseIsRefusedBeforeAnythingIsMade) {
  Cluster cluster(HEARSAY_BINARY);
  const std::size_t node = cluster.Start();
  ASSERT_TRUE(cluster.WaitReady(node));
  const std::string taken = cluster.Ready(node, "listen");
  const std::string dir = cluster.dir().path() + "/never";
  const Finished refused = RunToEnd(HEARSAY_BINARY, {"run", "--listen", taken, "--data-dir", dir});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_EQ(refused.out, "");
  ExpectOneLine(refused.err, {taken, "--listen"});
  EXPECT_FALSE(std::filesystem::exists(dir));
}

TEST(Run, WrongUsageIsExitCodeTwoAndMakesNothing) {
  using Arguments = std::vector<std::string>;
  for (const Arguments& wrong : {Arguments{"--lisen", "127.0.0.1:0"}, {"--listen", "somewhere"},
                                 {"--peer", "no such peer!"}, {"--attribute", "novalue"}}) {
    const TemporaryFolder dir;
    Arguments arguments = {"run", "--data-dir", dir.path() + "/never"};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    const Finished refused = RunToEnd(HEARSAY_BINARY, arguments);
    EXPECT_EQ(refused.exit_code, 2) << wrong[0] << " " << wrong[1] << "\n" << refused.err;
    EXPECT_THAT(refused.err, HasSubstr(wrong[0]));
    EXPECT_FALSE(std::filesystem::exists(dir.path() + "/never"));
  }
}

TEST(Run, ASecondProcessOnOneDataDirIsRefused) {
  Cluster cluster(HEARSAY_BINARY);
  const std::size_t node = cluster.Start();
  ASSERT_TRUE(cluster.WaitReady(node));
  const Finished refused =
      RunToEnd(HEARSAY_BINARY, {"run", "--listen", "127.0.0.1:0", "--data-dir", cluster.Directory(node), "--api",
                                "unix:" + cluster.dir().path() + "/other.sock"});
  EXPECT_EQ(refused.exit_code, 1);
  ExpectOneLine(refused.err, {cluster.Directory(node)});
  EXPECT_TRUE(cluster.Status(node).is_object());
}

TEST(Run, AnIdentityThatOthersMayReadIsRefusedAndLeftAlone) {
  const TemporaryFolder dir;
  const std::string data = dir.path() + "/data";
  ASSERT_EQ(RunToEnd(HEARSAY_BINARY, {"init", "--data-dir", data}).exit_code, 0);
  const std::string identity = data + "/identity";
  const std::string before = ReadAll(identity);
  ASSERT_EQ(::chmod(identity.c_str(), 0644), 0);
  const Finished refused = RunToEnd(HEARSAY_BINARY, {"run", "--listen", "127.0.0.1:0", "--data-dir", data});
  EXPECT_EQ(refused.exit_code, 1);
  ExpectOneLine(refused.err, {identity, "chmod 600"});
  EXPECT_EQ(ReadAll(identity), before);
}

TEST(Run, FilesThatAreMissingOrWrongAreNamedAndNothingIsMade) {
  const TemporaryFolder dir;
  const std::string data = dir.path() + "/never";
  const std::string weights = dir.Write("weights", "this is no node id\n");
  const std::string prefixes = dir.Write("as", "5.1.0.0/16 nobody\n");
  using Arguments = std::vector<std::string>;
  for (const Arguments& wrong : {Arguments{"--network-key-file", dir.path() + "/missing"}, {"--weights-file", weights},
                                 {"--as-file", prefixes}, {"-c", dir.path() + "/missing.yaml"}}) {
    Arguments arguments = {"run", "--listen", "127.0.0.1:0", "--data-dir", data};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    const Finished refused = RunToEnd(HEARSAY_BINARY, arguments);
    EXPECT_EQ(refused.exit_code, 1) << refused.err;
    ExpectOneLine(refused.err, {wrong[1]});
    EXPECT_FALSE(std::filesystem::exists(data)) << wrong[0];
  }
}

}  // namespace
}  // namespace hearsay::test

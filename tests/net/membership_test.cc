// SPDX-License-Identifier: MIT
//
// Networks of real processes form, notice deaths, keep apart, and come back from their stores.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/net/cluster.h"

namespace hearsay::test {
namespace {

using testing::HasSubstr;

TEST(Membership, TwentyFiveFormLoseFiveAndTakeOneBackFromItsStore) {
  Cluster cluster(HEARSAY_BINARY);
  ASSERT_TRUE(cluster.Form(25));
  ASSERT_TRUE(Eventually([&] { return cluster.IsWhole(); })) << cluster.Describe();

  for (std::size_t i = 20; i < 25; ++i) cluster.Kill(i);
  EXPECT_TRUE(Eventually([&] { return cluster.IsWhole(); })) << cluster.Describe();

  const std::string id = cluster.Ready(24, "node_id");
  cluster.Restart(24);  // told no peer
  ASSERT_TRUE(cluster.WaitReady(24)) << cluster.Errors(24);
  EXPECT_EQ(cluster.Ready(24, "node_id"), id);
  EXPECT_TRUE(Eventually([&] { return cluster.IsWhole(); })) << cluster.Describe();
}

TEST(Membership, AllKilledFormAgainFromTheirStoresWithTheBootstrapGone) {
  Cluster cluster(HEARSAY_BINARY);
  ASSERT_TRUE(cluster.Form(12));
  ASSERT_TRUE(Eventually([&] { return cluster.IsWhole(); })) << cluster.Describe();
  // What was learned is committed about once a second; a kill before that may take it away.
  const auto has_stored_all = [&](std::size_t i) {
    return cluster.Count(i, "store_changes") >= 11 && cluster.Count(i, "store_changes_pending") == 0;
  };
  ASSERT_TRUE(Eventually([&] { return std::ranges::all_of(cluster.Running(), has_stored_all); }));
  std::vector<std::string> endpoints;
  for (std::size_t i = 0; i < 12; ++i) endpoints.push_back(cluster.Ready(i, "listen"));
  for (std::size_t i = 0; i < 12; ++i) cluster.Kill(i);
  for (std::size_t i = 1; i < 12; ++i) cluster.Restart(i);
  for (std::size_t i = 1; i < 12; ++i) {
    ASSERT_TRUE(cluster.WaitReady(i)) << cluster.Errors(i);
    EXPECT_EQ(cluster.Ready(i, "listen"), endpoints[i]) << "port 0 takes the port of the last run while it is free";
  }
  EXPECT_TRUE(Eventually([&] { return cluster.IsWhole(); })) << cluster.Describe();
}

TEST(Membership, AttributesComeWithThePeerAndTheApiFiltersByThem) {
  Cluster cluster(HEARSAY_BINARY);
  const std::size_t first = cluster.Start({"--attribute", "port=8080", "--attribute", "zone=a", "--name", "first"});
  ASSERT_TRUE(cluster.WaitReady(first));
  const std::size_t second = cluster.Start({"--peer", cluster.Ready(first, "listen")});
  ASSERT_TRUE(cluster.WaitReady(second));
  const auto found = [&](const std::string& attribute) {
    const auto answer = cluster.Get(second, "/v1/peers?attribute=" + attribute);
    return answer.is_object() && answer.at("peers").size() == 1;
  };
  ASSERT_TRUE(Eventually([&] { return found("zone%3Da"); }));
  EXPECT_FALSE(found("zone%3Db"));
  const auto peer = cluster.Peer(second, cluster.Ready(first, "node_id"));
  EXPECT_EQ(peer.at("attributes").at("port"), "8080");
  EXPECT_EQ(peer.at("name"), "first");
}

TEST(Membership, WaitReturnsWhenThePeersAreThere) {
  Cluster cluster(HEARSAY_BINARY);
  const std::size_t first = cluster.Start();
  ASSERT_TRUE(cluster.WaitReady(first));
  Process wait({HEARSAY_BINARY, "wait", "--peers", "2", "--api", cluster.Api(first)},
               cluster.dir().path() + "/wait.log");
  EXPECT_FALSE(wait.Wait(Milliseconds{200})) << "nobody is there yet";
  cluster.Start({"--peer", cluster.Ready(first, "listen")});
  cluster.Start({"--peer", cluster.Ready(first, "listen")});
  EXPECT_EQ(wait.Wait(), 0) << wait.Log();
  const Finished late = RunToEnd(
      HEARSAY_BINARY, {"wait", "--peers", "3", "--timeout", "100ms", "--api", cluster.Api(first)});
  EXPECT_EQ(late.exit_code, 1) << late.err;
}

// A pair that must never meet: `second` dials `first`, and every dial fails.
void ExpectStrangers(const Cluster& cluster, std::size_t first, std::size_t second) {
  ASSERT_TRUE(Eventually([&] { return cluster.Count(second, "bootstrap_failures") >= 1; })) << cluster.Errors(second);
  EXPECT_THAT(cluster.Errors(second), HasSubstr("of another network or key"));
  for (const std::size_t node : {first, second}) {
    const auto status = cluster.Status(node);
    EXPECT_EQ(status.at("channels"), 0);
    EXPECT_EQ(status.at("table"), 0);
  }
  EXPECT_GE(cluster.Status(first).at("drops").value("wrong_network", 0), 1);
}

TEST(Networks, OfDifferentNamesNeverHoldAChannel) {
  Cluster cluster(HEARSAY_BINARY);
  const std::size_t one = cluster.Start({"--network", "one"});
  ASSERT_TRUE(cluster.WaitReady(one));
  const std::size_t two = cluster.Start({"--network", "two", "--peer", cluster.Ready(one, "listen")});
  ASSERT_TRUE(cluster.WaitReady(two));
  ExpectStrangers(cluster, one, two);
}

TEST(Networks, WithAndWithoutTheKeyNeverHoldAChannel) {
  Cluster cluster(HEARSAY_BINARY);
  const std::string key = cluster.dir().Write("key", std::string(64, '7'));
  std::filesystem::permissions(key, std::filesystem::perms::owner_read);
  const std::size_t closed = cluster.Start({"--network-key-file", key});
  ASSERT_TRUE(cluster.WaitReady(closed));
  const std::size_t open = cluster.Start({"--peer", cluster.Ready(closed, "listen")});
  ASSERT_TRUE(cluster.WaitReady(open));
  ExpectStrangers(cluster, closed, open);
  const std::size_t member = cluster.Start({"--peer", cluster.Ready(closed, "listen"), "--network-key-file", key});
  ASSERT_TRUE(cluster.WaitReady(member));
  EXPECT_TRUE(Eventually([&] { return cluster.SeesAll(closed, {member}) && cluster.SeesAll(member, {closed}); }));
}

TEST(Bootstrap, OneGoodEntryOfFourIsEnoughAndTheOthersAreSaid) {
  Cluster cluster(HEARSAY_BINARY);
  const std::size_t first = cluster.Start();
  ASSERT_TRUE(cluster.WaitReady(first));
  const std::string missing = cluster.dir().path() + "/missing";
  const std::string list = cluster.dir().Write("peers", cluster.Ready(first, "listen") + "\n");
  const std::size_t node =
      cluster.Start({"--peer", "nowhere.invalid:7075", "--peer", "file:" + missing, "--peer",
                     "http://127.0.0.1:1/list.json", "--peer", "file:" + list});
  ASSERT_TRUE(cluster.WaitReady(node));
  ASSERT_TRUE(Eventually([&] { return cluster.SeesAll(node, {first}); })) << cluster.Errors(node);
  ASSERT_TRUE(Eventually([&] { return cluster.Count(node, "bootstrap_failures") >= 3; })) << cluster.Errors(node);
  for (const std::string& named : {std::string("nowhere.invalid"), missing, std::string("http://127.0.0.1:1/list.json")}) {
    EXPECT_THAT(cluster.Errors(node), HasSubstr(named));
  }
}

TEST(Bootstrap, APinLetsOnlyThatNodeIn) {
  Cluster cluster(HEARSAY_BINARY);
  const std::size_t first = cluster.Start();
  ASSERT_TRUE(cluster.WaitReady(first));
  const std::string endpoint = cluster.Ready(first, "listen");
  const std::size_t wrong = cluster.Start({"--peer", std::string(64, 'a') + "@" + endpoint});
  const std::size_t right = cluster.Start({"--peer", cluster.Ready(first, "node_id") + "@" + endpoint});
  ASSERT_TRUE(cluster.WaitReady(wrong));
  ASSERT_TRUE(cluster.WaitReady(right));
  EXPECT_TRUE(Eventually([&] { return cluster.SeesAll(right, {first}); }));
  ASSERT_TRUE(Eventually([&] { return cluster.Count(wrong, "bootstrap_failures") >= 1; }));
  EXPECT_THAT(cluster.Errors(wrong), HasSubstr("pin"));
}

TEST(Bootstrap, TwoLiveNodesWithOneIdentityAreReported) {
  Cluster cluster(HEARSAY_BINARY);
  const std::size_t first = cluster.Start();
  const std::size_t second = cluster.Start();
  ASSERT_TRUE(cluster.WaitReady(first));
  ASSERT_TRUE(cluster.WaitReady(second));
  cluster.Kill(second);
  std::filesystem::copy_file(cluster.Directory(first) + "/identity", cluster.Directory(second) + "/identity",
                             std::filesystem::copy_options::overwrite_existing);
  cluster.Restart(second, {"--peer", cluster.Ready(first, "listen")});
  ASSERT_TRUE(cluster.WaitReady(second)) << cluster.Errors(second);
  EXPECT_EQ(cluster.Ready(second, "node_id"), cluster.Ready(first, "node_id"));
  for (const std::size_t node : {first, second}) {
    EXPECT_TRUE(Eventually([&] { return cluster.Status(node).value("duplicate_identities", 0) >= 1; })) << node;
    EXPECT_THAT(cluster.Errors(node), HasSubstr("duplicate_identity"));
  }
}

TEST(Bootstrap, ACopyThatKnowsOnlyAThirdNodeIsReportedToTheOriginal) {
  Cluster cluster(HEARSAY_BINARY);
  const std::size_t seed = cluster.Start();
  ASSERT_TRUE(cluster.WaitReady(seed));
  const std::size_t original = cluster.Start({"--peer", cluster.Ready(seed, "listen")});
  const std::size_t copy = cluster.Start();
  ASSERT_TRUE(cluster.WaitReady(original) && cluster.WaitReady(copy));
  ASSERT_TRUE(Eventually([&] { return cluster.Status(original).value("view", 0) == 1; }));
  cluster.Kill(copy);
  std::filesystem::copy_file(cluster.Directory(original) + "/identity", cluster.Directory(copy) + "/identity",
                             std::filesystem::copy_options::overwrite_existing);
  cluster.Restart(copy, {"--peer", cluster.Ready(seed, "listen")});
  ASSERT_TRUE(cluster.WaitReady(copy)) << cluster.Errors(copy);
  EXPECT_TRUE(Eventually([&] { return cluster.Status(original).value("duplicate_identities", 0) >= 1; }));
  EXPECT_THAT(cluster.Errors(original), HasSubstr("duplicate_identity"));
  EXPECT_THAT(cluster.Errors(original), HasSubstr("endpoint=" + cluster.Ready(seed, "listen"))) << "the messenger";
  EXPECT_TRUE(Eventually([&] { return cluster.Status(copy).value("view", 0) == 1; }));
}

// As replicas of one image do.
TEST(Bootstrap, CopiesThatStartInTheSameSecondAreReportedToo) {
  Cluster cluster(HEARSAY_BINARY);
  const std::size_t seed = cluster.Start();
  const std::size_t one = cluster.Start();
  const std::size_t other = cluster.Start();
  ASSERT_TRUE(cluster.WaitReady(seed) && cluster.WaitReady(one) && cluster.WaitReady(other));
  cluster.Kill(one);
  cluster.Kill(other);
  std::filesystem::copy_file(cluster.Directory(one) + "/identity", cluster.Directory(other) + "/identity",
                             std::filesystem::copy_options::overwrite_existing);
  const std::string peer = cluster.Ready(seed, "listen");
  cluster.Restart(one, {"--peer", peer});
  cluster.Restart(other, {"--peer", peer});
  ASSERT_TRUE(cluster.WaitReady(one) && cluster.WaitReady(other));
  const auto reported = [&](std::size_t node) { return cluster.Status(node).value("duplicate_identities", 0); };
  EXPECT_TRUE(Eventually([&] { return reported(one) + reported(other) >= 1; }));
}

}  // namespace
}  // namespace hearsay::test

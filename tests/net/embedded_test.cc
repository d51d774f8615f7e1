// SPDX-License-Identifier: MIT
//
// The embedding interface: two nodes inside this process, on threads of their own.
#include "node/io/hearsay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "tests/io/temporary_folder.h"
#include "tests/net/cluster.h"

namespace hearsay::test {
namespace {

using testing::HasSubstr;

Settings Quiet() {
  Settings settings;
  settings.network = "embedded";
  settings.listen = {*Endpoint::Parse("127.0.0.1:0")};
  settings.log_level = "off";
  return settings;
}

std::unique_ptr<EmbeddedNode> Begin(const Settings& settings, EmbeddedNode::OnEvent on_event = {}) {
  auto node = EmbeddedNode::Start(settings, std::move(on_event));
  EXPECT_TRUE(node) << node.error();
  return node ? std::move(*node) : nullptr;
}

Settings Beside(const EmbeddedNode& other) {
  Settings settings = Quiet();
  settings.peers = {other.Listen().front().ToString()};
  return settings;
}

TEST(EmbeddedNode, TwoFindEachOtherWithTheirAttributes) {
  Settings settings = Quiet();
  settings.attributes = {{"port", "8080"}};
  const auto first = Begin(settings);
  const auto second = Begin(Beside(*first));
  ASSERT_TRUE(second->WaitForPeers(1, std::chrono::seconds{10}));
  ASSERT_TRUE(first->WaitForPeers(1, std::chrono::seconds{10}));
  EXPECT_TRUE(Eventually([&] {
    const auto peers = second->Peers();
    return peers.size() == 1 && peers[0].id == first->id() && peers[0].attributes.contains("port");
  }));
  const auto sample = second->SamplePeer();
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->id, first->id());
  EXPECT_EQ(second->Status().view, 1u);
}

TEST(EmbeddedNode, NewAttributesReachThePeersAndLeavingIsNoticed) {
  auto first = Begin(Quiet());
  std::mutex mutex;
  std::vector<PeerEventKind> kinds;
  const auto second = Begin(Beside(*first), [&](const PeerEvent& event) {
    const std::lock_guard lock(mutex);
    kinds.push_back(event.kind);
  });
  ASSERT_TRUE(second->WaitForPeers(1, std::chrono::seconds{10}));
  ASSERT_TRUE(first->SetAttributes({{"state", "draining"}}));
  EXPECT_TRUE(Eventually([&] {
    const auto peers = second->Peers();
    return peers.size() == 1 && peers[0].attributes == Attributes{{"state", "draining"}};
  }));
  EXPECT_FALSE(first->SetAttributes({{"Not A Key", "x"}}));
  first.reset();
  EXPECT_TRUE(Eventually([&] {
    const std::lock_guard lock(mutex);
    return std::ranges::find(kinds, PeerEventKind::kLeft) != kinds.end();
  }));
  EXPECT_FALSE(second->WaitForPeers(1, std::chrono::milliseconds{1}));
}

TEST(EmbeddedNode, KeepsItsIdentityInADataDirOnly) {
  const TemporaryFolder dir;
  Settings kept = Quiet();
  kept.data_dir = dir.path() + "/data";
  const NodeId id = Begin(kept)->id();
  EXPECT_EQ(Begin(kept)->id(), id);
  EXPECT_NE(Begin(Quiet())->id(), Begin(Quiet())->id());
}

TEST(EmbeddedNode, MayBeReadFromAnEvent) {
  const auto first = Begin(Quiet());
  std::atomic<bool> seen = false;
  std::atomic<EmbeddedNode*> self = nullptr;
  const auto second = Begin(Beside(*first), [&](const PeerEvent&) {
    if (EmbeddedNode* node = self) seen = seen || node->Status().table > 0 || !node->Peers().empty();
  });
  self = second.get();
  const auto third = Begin(Beside(*first));
  EXPECT_TRUE(Eventually([&] { return seen.load(); }));
}

TEST(EmbeddedNode, WrongSettingsAreOneLine) {
  Settings settings = Quiet();
  settings.peers = {"not a peer!"};
  auto refused = EmbeddedNode::Start(settings);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("not a peer!"));
  settings = Quiet();
  settings.network = "no spaces allowed";
  EXPECT_FALSE(EmbeddedNode::Start(settings));
}

}  // namespace
}  // namespace hearsay::test

// SPDX-License-Identifier: MIT
//
// The driver itself: what a run records, and that the referee and the clock of a run stop where they should.
#include "tests/sim/sim_network.h"

#include <gtest/gtest.h>

#include "proto/packet.h"

namespace hearsay::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

SimConfig Lan(std::uint64_t seed) {
  SimConfig config;
  config.seed = seed;
  config.link = LinkConfig::Lan();
  return config;
}

class SimNetworkTest : public testing::Test {
 protected:
  HostId AddNode(std::vector<HostId> bootstrap = {}) {
    NodeSpec spec;
    spec.scope = Scope::kPrivate;
    spec.bootstrap = std::move(bootstrap);
    return network.Add(std::move(spec));
  }
  SimNetwork network{Lan(1)};
};

TEST_F(SimNetworkTest, JoinsTwoNodesAndForgetsTheOneThatLeft) {
  const HostId a = AddNode();
  const HostId b = AddNode({a});
  network.Start(a);
  network.Start(b);
  ASSERT_TRUE(network.RunUntilTrue(seconds{5}, milliseconds{10}, [&] {
    return network.node(a).Status().view == 1 && network.node(b).Status().view == 1;
  }));
  EXPECT_TRUE(network.join_times(b).first_peer);
  EXPECT_EQ(network.ReachableOthers(a), 1u);
  network.Leave(b);
  EXPECT_EQ(network.ReachableOthers(a), 0u);
  EXPECT_TRUE(network.RunUntilTrue(seconds{1}, milliseconds{10}, [&] { return network.node(a).Status().view == 0; }));
  EXPECT_FALSE(network.violation()) << network.violation()->what;
}

TEST_F(SimNetworkTest, KeepsTheBootEpochOfANodeThatCrashedAtOnce) {
  const HostId a = AddNode();
  network.Start(a);
  const std::uint64_t first = network.node(a).Status().boot_epoch;
  network.Kill(a);
  network.Start(a);
  EXPECT_GT(network.node(a).Status().boot_epoch, first);
}

TEST_F(SimNetworkTest, StopsForGoodAtTheFirstViolation) {
  const HostId a = AddNode();
  network.Start(a);
  network.At(seconds{2}, [&] { network.Fail(a, "first"); });
  network.At(seconds{3}, [&] { network.Fail(a, "second"); });
  network.RunUntil(seconds{10});
  ASSERT_TRUE(network.violation());
  EXPECT_EQ(network.violation()->what, "first");
  EXPECT_EQ(network.violation()->at, Duration{seconds{2}});
  EXPECT_EQ(network.now(), Duration{seconds{2}});
}

TEST_F(SimNetworkTest, LetsASocketSpeakAndListen) {
  const HostId a = AddNode();
  network.Start(a);
  const Endpoint prober{IpAddress::V4(0x0aff0002), 5000};
  std::size_t heard = 0;
  const HostId socket = network.AddSocket(prober, [&](const Delivery&) { ++heard; });
  network.SendFrom(socket, network.PublicEndpoint(a), AsBytes("no packet of ours"));
  network.RunFor(seconds{1});
  EXPECT_EQ(heard, 0u) << "garbage is answered with silence";
  EXPECT_EQ(network.node(a).counters().values[static_cast<std::size_t>(Counter::kDatagramsReceived)], 1u);
}

TEST_F(SimNetworkTest, RefereeSeesAnUnreachableNodeTakenForVerified) {
  NodeSpec hidden;
  hidden.nat = network.AddNat(NatKind::kPortRestricted);
  const HostId house = network.Add(std::move(hidden));
  NodeSpec open;
  const HostId host = network.Add(std::move(open));
  network.Start(host);
  Effects effects;
  PeerEvent event;
  event.kind = PeerEventKind::kVerified;
  event.id = network.resident(house).id;
  effects.Add(event);
  network.referee().Before(host, network.node(host), nullptr);
  EXPECT_TRUE(network.referee().After(host, network.node(host), effects, nullptr));
}

TEST_F(SimNetworkTest, RefereeSeesAPeerOfAnotherNetworkAndAPrivateTarget) {
  NodeSpec stranger;
  stranger.network = network.AddNetwork(NetworkKey::Open("another"));
  const HostId other = network.Add(std::move(stranger));
  const HostId host = network.Add({});
  network.Start(host);
  Effects met;
  PeerEvent event;
  event.kind = PeerEventKind::kActive;
  event.id = network.resident(other).id;
  met.Add(event);
  network.referee().Before(host, network.node(host), nullptr);
  EXPECT_TRUE(network.referee().After(host, network.node(host), met, nullptr));
  Effects sent;
  sent.AddSend({IpAddress::V4(0x0a000001), 7075}, Bytes(256, PacketByte(PacketKind::kBareKeepalive)));
  network.referee().Before(host, network.node(host), nullptr);
  EXPECT_TRUE(network.referee().After(host, network.node(host), sent, nullptr));
}

}  // namespace
}  // namespace hearsay::sim

// SPDX-License-Identifier: MIT
// Probe: one endpoint, dialled and pinged.
#include "crawler/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/crawler/toy_network.h"

namespace hearsay {
namespace {

using test::CallerIdentity;
using test::CallerSeed;
using test::Loopback;
using test::ToyNetwork;
using test::ToyPeer;

ProbeConfig Ping(std::size_t count) {
  ProbeConfig config{.endpoint = Loopback(1), .pin = {}, .software = "hearsay/test"};
  config.visit.questions = count;
  config.visit.interval = milliseconds{100};
  return config;
}

TEST(Probe, MeasuresEachPingAndReadsTheRecord) {
  ToyNetwork network;
  ToyPeer& peer = network.Add(Loopback(1));
  Probe probe(Ping(4), CallerIdentity(), network.key, CallerSeed(), network.now);
  const Time start = network.now;
  ASSERT_TRUE(network.RunUntilDone(probe, seconds{10}));
  ASSERT_TRUE(probe.dial()->result);
  EXPECT_TRUE(probe.PinHolds());
  EXPECT_EQ(probe.handshake_time(), 4 * test::kLatency);
  EXPECT_EQ(probe.dial()->result->peer, peer.id());
  EXPECT_TRUE(probe.dial()->result->confirmed);
  EXPECT_EQ(probe.dial()->result->observed, test::kCallerEndpoint);
  EXPECT_THAT(probe.visit()->rtts(), testing::ElementsAre(2 * test::kLatency, 2 * test::kLatency, 2 * test::kLatency,
                                                          2 * test::kLatency));
  ASSERT_TRUE(probe.visit()->record());
  EXPECT_EQ(probe.visit()->record()->name, "toy 1");
  EXPECT_EQ(peer.pulls(), 0u);
  EXPECT_EQ(peer.goodbyes(), 1u);
  EXPECT_GE(network.now - start, milliseconds{300});  // three intervals between four pings
}

TEST(Probe, EndsWithoutAnAnswer) {
  ToyNetwork network;
  Probe probe(Ping(1), CallerIdentity(), network.key, CallerSeed(), network.now);
  ASSERT_TRUE(network.RunUntilDone(probe, seconds{10}));
  EXPECT_EQ(probe.dial()->result.error(), Error::kTimeout);
  EXPECT_FALSE(probe.dial()->answered);
  EXPECT_EQ(probe.visit(), nullptr);
}

TEST(Probe, TellsARefusalFromSilence) {
  ToyNetwork network;
  network.Add(Loopback(1)).script.answers_proofs = false;
  Probe probe(Ping(1), CallerIdentity(), network.key, CallerSeed(), network.now);
  ASSERT_TRUE(network.RunUntilDone(probe, seconds{10}));
  EXPECT_EQ(probe.dial()->result.error(), Error::kTimeout);
  EXPECT_TRUE(probe.dial()->answered);
}

TEST(Probe, NamesWhoLivesThereWhenThePinSaysAnother) {
  ToyNetwork network;
  ToyPeer& peer = network.Add(Loopback(1));
  ProbeConfig config = Ping(1);
  config.pin = CallerIdentity().id();
  Probe probe(config, CallerIdentity(), network.key, CallerSeed(), network.now);
  ASSERT_TRUE(network.RunUntilDone(probe, seconds{10}));
  EXPECT_FALSE(probe.PinHolds());
  EXPECT_EQ(probe.dial()->result->peer, peer.id());
  EXPECT_EQ(peer.pongs() + peer.pulls(), 0u);  // nothing was said to the wrong node but goodbye
  EXPECT_EQ(peer.goodbyes(), 1u);
}

TEST(Probe, GetsNoAnswerFromAnotherNetwork) {
  ToyNetwork network;
  network.Add(Loopback(1));
  Probe probe(Ping(1), CallerIdentity(), NetworkKey::Open("another"), CallerSeed(), network.now);
  ASSERT_TRUE(network.RunUntilDone(probe, seconds{10}));
  EXPECT_EQ(probe.dial()->result.error(), Error::kTimeout);
}

TEST(Probe, GoesOnAfterALostPing) {
  ToyNetwork network;
  ToyPeer& peer = network.Add(Loopback(1));
  peer.script.answers_keepalives = false;
  ProbeConfig config = Ping(3);
  config.visit.attempts = 1;
  Probe probe(config, CallerIdentity(), network.key, CallerSeed(), network.now);
  network.RunWhile(probe, [&] { return probe.visit() == nullptr || probe.visit()->questions() < 2; });
  peer.script.answers_keepalives = true;
  ASSERT_TRUE(network.RunUntilDone(probe, seconds{10}));
  EXPECT_EQ(probe.visit()->questions(), 3u);
  EXPECT_EQ(probe.visit()->rtts().size(), 2u);
}

TEST(Probe, StopsAtOnce) {
  ToyNetwork network;
  network.Add(Loopback(1));
  Probe probe(Ping(1000), CallerIdentity(), network.key, CallerSeed(), network.now);
  network.RunWhile(probe, [&] { return probe.visit() == nullptr; });
  Effects out;
  probe.Stop(out);
  EXPECT_TRUE(probe.Done());
  EXPECT_EQ(out.list.size(), 1u);  // goodbye
}

}  // namespace
}  // namespace hearsay

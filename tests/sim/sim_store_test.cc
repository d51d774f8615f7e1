// SPDX-License-Identifier: MIT
//
// What a crash may lose, and what it may not.
#include "tests/sim/sim_store.h"

#include <gtest/gtest.h>

namespace hearsay::sim {
namespace {

using std::chrono::seconds;

KnownPeer Peer(std::uint8_t n) {
  KnownPeer peer;
  peer.id.bytes[0] = std::byte{n};
  peer.endpoint = {IpAddress::V4(0x05000000u + n), 7075};
  return peer;
}

TEST(SimStore, LosesInACrashOnlyWhatNoFlushReached) {
  SimStore store(seconds{5}, seconds{1});
  store.Apply(PersistPeer{Peer(1)}, seconds{2});
  store.Apply(PersistPeer{Peer(2)}, seconds{5});
  store.Apply(PersistPeer{Peer(3)}, seconds{6});
  store.Crash(seconds{10});  // flushes were at 1 s and 6 s
  EXPECT_EQ(store.peers(), 2u);
  EXPECT_EQ(store.pending(), 0u);
}

TEST(SimStore, KeepsOrderWithinABatch) {
  SimStore store(seconds{5}, seconds{0});
  store.Apply(PersistPeer{Peer(1)}, seconds{1});
  store.Apply(ForgetPeer{Peer(1).id}, seconds{1});
  store.Apply(PersistPeer{Peer(2)}, seconds{1});
  store.Flush();
  ASSERT_EQ(store.Rest().size(), 1u);
  EXPECT_EQ(store.Rest()[0].id, Peer(2).id);
}

TEST(SimStore, CommitsANewBootEpochAtOnceWithAllBeforeIt) {
  SimStore store(seconds{5}, seconds{0});
  store.Apply(PersistPeer{Peer(1)}, seconds{1});
  NodeState state;
  state.boot_epoch = 7;
  store.Apply(PersistState{state}, seconds{1});
  state.listen_port = 9;
  store.Apply(PersistState{state}, seconds{2});
  store.Crash(seconds{3});
  EXPECT_EQ(store.Load().state.boot_epoch, 7u);
  EXPECT_EQ(store.Load().state.listen_port, 0u);
  EXPECT_EQ(store.peers(), 1u);
}

TEST(SimStore, LoadsTheViewFirstAndTheRestApart) {
  SimStore store(seconds{5}, seconds{0});
  NodeState state;
  state.boot_epoch = 1;
  state.view = {Peer(2).id, Peer(9).id};
  for (std::uint8_t n = 1; n <= 3; ++n) store.Apply(PersistPeer{Peer(n)}, seconds{1});
  store.Apply(PersistState{state}, seconds{1});
  ASSERT_EQ(store.Load().peers.size(), 1u);
  EXPECT_EQ(store.Load().peers[0].id, Peer(2).id);
  EXPECT_EQ(store.Rest().size(), 2u);
}

}  // namespace
}  // namespace hearsay::sim

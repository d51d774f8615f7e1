// SPDX-License-Identifier: MIT
//
// A PeerBook to fill by hand: numbered peers, one address group a number.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "node/core/peer_book.h"

namespace hearsay::test {

inline const Time kNow = FromUnixSeconds(1'800'000'000);

inline NodeId IdOf(std::uint64_t n) {
  NodeId id;
  StoreBigEndian(n * 0x9e3779b97f4a7c15ull + 1, id.bytes.data());
  StoreBigEndian(n, id.bytes.data() + 8);
  return id;
}

// One address in each /16.
inline Endpoint InGroup(std::uint32_t group, std::uint32_t host = 1) {
  return {IpAddress::V4((0x05000000u + (group << 16)) + host), 7075};
}

struct SmallBook {
  explicit SmallBook(std::size_t capacity) : book(SipKey{}, capacity, AddressGroups::Plain()) {}
  // True when it is in the table afterwards; whoever had to go is gone.
  bool Admit(std::uint64_t n, const Endpoint& endpoint) {
    Peer& peer = book.GetOrAdd(IdOf(n), kNow);
    if (peer.state == PeerState::kHeard) {
      book.SetState(peer, PeerState::kActive);
      book.SetState(peer, PeerState::kVerified);
    }
    std::vector<NodeId> evicted;
    const bool admitted = book.AdmitToTable(peer, endpoint, evicted);
    for (const NodeId& id : evicted) book.Remove(id);
    if (!admitted) book.Remove(IdOf(n));
    book.CheckInvariants();
    return admitted;
  }
  PeerBook book;
};

}  // namespace hearsay::test

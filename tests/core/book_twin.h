// SPDX-License-Identifier: MIT
//
// BookTwin: PeerBook and View driven by a stream of bytes, beside their naive twin. After each operation both must
// agree on the table and its order, who was evicted, what can be found, and whom the slots hold. fuzz_book.cc and
// book_twin_test.cc feed it.
#pragma once

#include <algorithm>
#include <vector>

#include "node/core/peer_book.h"
#include "node/core/peer_state.h"
#include "node/core/view.h"
#include "proto/check.h"
#include "tests/core/naive_book.h"

namespace hearsay::test {

class BookTwin {
 public:
  explicit BookTwin(std::size_t capacity)
      : by_as_(MakeByAs()),
        book_(kSecret, capacity, *groups_),
        view_({}, rng_, *groups_),
        naive_(kSecret, capacity, *groups_, view_.Seeds()) {}

  // Takes one operation off the front.
  void Operate(BytesView& input) {
    const unsigned operation = Take(input);
    const NodeId id = IdOf(Take(input) % kIds);
    if (operation % 16 < 6) {
      Admit(id, EndpointOf(Take(input)));
    } else if (operation % 16 == 6) {
      Regroup();
    } else if (operation % 16 == 7) {
      Reseed();
    } else if (Twin* twin = naive_.Find(id)) {
      Change(*twin, *book_.Find(id), operation % 16);
    }
    view_.Refill(book_.table(), view_.RefillAt());
    Compare();
  }

 private:
  static constexpr unsigned kIds = 96;
  static constexpr SipKey kSecret{std::byte{5}};
  static constexpr Time kNow{};

  static unsigned Take(BytesView& input) {
    if (input.empty()) return 0;
    const auto taken = std::to_integer<unsigned>(input.front());
    input = input.subspan(1);
    return taken;
  }
  // Pairs share the first eight bytes.
  static NodeId IdOf(unsigned n) {
    NodeId id;
    StoreBigEndian((n / 2 + 1) * 0x9e3779b97f4a7c15ull, id.bytes.data());
    StoreBigEndian(std::uint64_t{n}, id.bytes.data() + 8);
    return id;
  }
  // Many ports of one address, some addresses of ten /16s, and private ones.
  static Endpoint EndpointOf(unsigned n) {
    if (n < 64) return {IpAddress::V4(0x05000001), static_cast<std::uint16_t>(1 + n % 40)};
    const auto port = static_cast<std::uint16_t>(1 + n % 2);
    if (n < 224) return {IpAddress::V4(0x05000000 + (n % 10 << 16) + 2 + n / 10 % 8), port};
    return {IpAddress::V4(0x0a000000 + n % 4), static_cast<std::uint16_t>(1 + n / 4 % 8)};
  }
  static AddressGroups MakeByAs() {
    AddressGroups::Builder builder;
    builder.Add({IpAddress::V4(0x05020000), 15, 7});
    builder.Add({IpAddress::V4(0x05040000), 16, 7});
    return std::move(builder).Build();
  }

  void Withdraw(const Peer& peer) {
    view_.Withdraw(peer);
    naive_.Withdraw(peer.id);
  }
  void Offer(const Twin& twin, Peer& peer) {
    if (!twin.IsVerified()) return;
    view_.Offer(peer);
    naive_.Offer(twin);
  }
  void Set(Twin& twin, Peer& peer, PeerState state) {
    twin.state = state;
    book_.SetState(peer, state);
  }
  // As Evict, CloseChannel and RemoveIfUseless of the node do: nobody stays without table and channel.
  void Remove(Twin& twin, Peer& peer) {
    const NodeId id = peer.id;
    if (peer.channel) {
      book_.CloseChannel(peer);
      book_.SetState(peer, PeerState::kVerified);
    }
    view_.Withdraw(peer);  // while it is there: slots point to it
    book_.Remove(id);
    naive_.Forget(twin.id);
    naive_.Withdraw(id);
  }
  // As SetVerified of the node does.
  void Admit(const NodeId& id, const Endpoint& endpoint) {
    Peer& peer = book_.GetOrAdd(id, kNow);
    if (naive_.Find(id) == nullptr) naive_.Add(id);
    if (peer.state == PeerState::kHeard) {
      Set(*naive_.Find(id), peer, PeerState::kActive);
      Set(*naive_.Find(id), peer, PeerState::kVerified);
    }
    if (peer.in_table && peer.endpoint != endpoint) {
      book_.DropFromTable(peer);
      naive_.Leave(*naive_.Find(id));
      Withdraw(peer);
    }
    std::vector<NodeId> evicted;
    std::vector<NodeId> expected;
    const bool admitted = book_.AdmitToTable(peer, endpoint, evicted);
    HEARSAY_CHECK(admitted == naive_.Enter(*naive_.Find(id), endpoint, expected) && evicted == expected);
    if (admitted) Offer(*naive_.Find(id), peer);
    if (!admitted && !peer.channel) Remove(*naive_.Find(id), peer);
    for (const NodeId& gone : evicted) Remove(*naive_.Find(gone), *book_.Find(gone));
  }
  void Change(Twin& twin, Peer& peer, unsigned operation) {
    const PeerState state = peer.state;
    if (operation == 8) return Remove(twin, peer);
    if (operation == 9 && peer.channel && peer.in_table) {
      book_.DropFromTable(peer);
      naive_.Leave(twin);
      Withdraw(peer);
    } else if (operation == 10 && !peer.channel && IsTransition(state, PeerState::kActive)) {
      book_.OpenChannel(peer);
      Set(twin, peer, PeerState::kActive);
      Offer(twin, peer);
    } else if (operation == 11 && peer.channel) {
      if (!peer.in_table) return Remove(twin, peer);
      book_.CloseChannel(peer);
      Set(twin, peer, PeerState::kStale);
      Withdraw(peer);
    } else if (operation == 12 && IsTransition(state, PeerState::kDialling)) {
      Set(twin, peer, PeerState::kDialling);
    } else if (operation == 13 && state == PeerState::kDialling) {
      twin.failures = peer.failures = 0;
      book_.OpenChannel(peer);
      Set(twin, peer, PeerState::kActive);
      Offer(twin, peer);
    } else if (operation > 13 && state == PeerState::kDialling) {
      twin.failures = ++peer.failures;
      Set(twin, peer, operation == 14 ? PeerState::kRetry : PeerState::kRefused);
      Withdraw(peer);
    }
  }
  void Regroup() {
    groups_ = groups_ == &by_as_ ? &AddressGroups::Plain() : &by_as_;
    book_.Regroup(*groups_);
    view_.Regroup(*groups_, book_.table());
    naive_.Regroup(*groups_);
  }
  void Reseed() {
    view_.Reseed(rng_, book_.table());
    const std::size_t which = reseeds_++ % kViewSlots;
    naive_.Reseed(which, view_.Seeds()[which]);
  }

  std::vector<NodeId> Chosen() const {
    std::vector<NodeId> chosen;
    for (const Peer* peer : view_.SlotPeers()) chosen.push_back(peer->id);
    std::ranges::sort(chosen);
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    return chosen;
  }

  void Compare() {
    book_.CheckInvariants();
    view_.CheckInvariants();
    HEARSAY_CHECK(book_.peers().size() == naive_.twins().size());
    HEARSAY_CHECK(std::ranges::equal(book_.table(), naive_.table(), {}, [](const Peer* peer) { return peer->id; }));
    std::size_t verified = 0;
    for (const Twin& twin : naive_.twins()) {
      const Peer* peer = book_.Find(twin.id);
      HEARSAY_CHECK(peer != nullptr && peer->state == twin.state && peer->in_table == twin.in_table);
      HEARSAY_CHECK(!twin.in_table || book_.FindByEndpoint(twin.endpoint) == peer);
      const Peer* alike = book_.FindByPrefix(PrefixOf(twin.id));
      HEARSAY_CHECK(alike != nullptr && PrefixOf(alike->id) == PrefixOf(twin.id));
      verified += twin.IsVerified() ? 1 : 0;
    }
    HEARSAY_CHECK(book_.verified_count() == verified);
    for (unsigned n = 0; n < kIds; ++n) {
      HEARSAY_CHECK((book_.Find(IdOf(n)) != nullptr) == (naive_.Find(IdOf(n)) != nullptr));
    }
    HEARSAY_CHECK(Chosen() == naive_.Chosen());
  }

  const AddressGroups by_as_;
  const AddressGroups* groups_ = &AddressGroups::Plain();
  Rng rng_ = Rng::FromNumber(1);
  PeerBook book_;
  View view_;
  NaiveBook naive_;
  std::size_t reseeds_ = 0;
};

// The first byte is the capacity.
inline void DriveBookTwin(BytesView input, std::size_t max_operations) {
  if (input.empty()) return;
  BookTwin twin(1 + std::to_integer<std::size_t>(input.front()) % 48);
  input = input.subspan(1);
  for (std::size_t n = 0; n < max_operations && !input.empty(); ++n) twin.Operate(input);
}

}  // namespace hearsay::test

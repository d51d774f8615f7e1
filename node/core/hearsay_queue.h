// SPDX-License-Identifier: MIT
//
// HearsayQueue: endpoints that somebody told us of and that nobody has proved, waiting to be dialled.
//
// Three lanes. Winners would take a slot of the view if they were proved: they go first, because they are what the
// budget is for. Plain ones only fill the table. Doubtful ones were told by peers whose word mostly fails (speakers.h):
// they get every kDoubtfulShare-th place, or what the others leave.
// Within a lane it is round-robin over the address group of whoever said it, so that one talkative group delays only
// itself: with s groups of speakers an attacker who holds a of them gets a/s of the verification budget, whatever it
// sends. It cannot aim at the winners' lane either: ranks depend on secret seeds.
// What waits as doubtful leaves that lane when somebody else says it: whoever lies shall not hold back a newcomer by
// naming it first. Who spoke may have been found out since: that is the owner's to look at when it pops.
// Bounded: kPerSource endpoints a group and kCapacity in all, a lane; what does not fit is dropped (it will be said
// again). An endpoint takes 37 to 51 bytes, in one array, and a group of speakers a node of a tree: every endpoint of
// every sample is looked up here, so that costs one hash under `secret` and no walk.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "node/core/flat_index.h"
#include "proto/endpoint.h"
#include "proto/keepalive.h"
#include "proto/siphash.h"

namespace hearsay {

enum class HearsayLane : std::uint8_t { kWinner, kPlain, kDoubtful };

class HearsayQueue {
 public:
  static constexpr std::size_t kCapacity = 1024;       // endpoints; two rounds' dials while the table grows
  static constexpr std::size_t kPerSource = 256;       // a quarter; eight samples
  static constexpr std::uint32_t kDoubtfulShare = 16;  // one dial in so many; Guess

  struct Item {
    Endpoint endpoint;
    AddressGroup source;
    IdPrefix speaker = 0;  // 0: nobody is to be blamed
    HearsayLane lane{};
  };

  explicit HearsayQueue(const SipKey& secret) : secret_(secret) {}

  // False when it waits already, as doubtful or not as this, or there is no room.
  bool Push(const Item& item);
  std::optional<Item> Pop();
  // Does it not wait, or only as doubtful, where now somebody else says it? Push may still have no room.
  bool WouldTake(const Endpoint& endpoint, bool doubtful) const;
  std::size_t size() const { return index_.size(); }
  bool empty() const { return size() == 0; }

 private:
  struct Place {
    Endpoint endpoint;
    HearsayLane lane{};
    bool moved = false;  // to a better lane; not in the index; counts in its old one until its turn comes
    std::uint32_t next = FlatIndex::kNone;  // the one after it from the same source, or the next free place
    IdPrefix speaker = 0;
  };
  static_assert(sizeof(Place) == 32);
  struct Source {  // the places of what it said, the oldest first; never none
    std::uint32_t first = FlatIndex::kNone;
    std::uint32_t last = FlatIndex::kNone;
    std::size_t size = 0;
  };
  struct Lane {
    std::map<AddressGroup, Source> sources;
    AddressGroup last;
    std::size_t size = 0;
  };

  std::uint64_t HashOf(const Endpoint& endpoint) const { return SipHash(secret_, endpoint.ToBytes()); }
  std::uint32_t Find(const Endpoint& endpoint) const;
  bool WouldTake(std::uint32_t waiting, bool doubtful) const;
  std::uint32_t Keep(const Item& item);
  void LeaveIndex(std::uint32_t place);
  std::optional<Item> PopFrom(Lane& lane);

  SipKey secret_;
  std::array<Lane, 3> lanes_;
  std::vector<Place> places_;
  std::uint32_t free_ = FlatIndex::kNone;
  FlatIndex index_;  // of places_ in use and not moved, by endpoint
  std::uint32_t pops_ = 0;
};

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// Attendance: who was there when, while a crawl went on: the moment that its count is of, and how fast nodes leave.
//
// A network moves while it is crawled, so a count of it is of a moment (Stutzbach and Rejaie 2006, "Understanding churn
// in peer-to-peer networks": a slow crawl counts those who left and those who came together). The moment is the median
// of the times at which the nodes that answered their first dial proved their ids. Each of those dials asks one host
// whether it is there, at its own time; while as many come as leave, the answers' sum is right for any moment, and its
// error is what came and went between each answer and the moment: of all moments the median makes that time least.
//
// How fast nodes leave is measured, not supposed: when the walk is over, nodes drawn by lot are dialled once more. As
// in open-population capture-recapture (Jolly 1965, Seber 1965) survival between two looks is told apart from being
// missed: a living node answers one of several packets. That a stay ends is equally likely at any time (Guess; uptimes
// have heavier tails, which matters over hours, not over a crawl); who is gone left halfway between the looks.
//
// Before any look the rate is taken for that of half a leaving in 300 s of one node's time: about one in ten minutes,
// and with 95 % not more than one in two (a gamma prior; Guess: the shortest stays that containers have on average).
// So a crawl that was stopped is not without a rate, and small networks are not said to be still for want of time.
//
// Where packets are lost, by the wire or by busy machines, a living node may leave a look's three unanswered, as often
// as the cube of one: so many are not taken for gone. How often one is lost is said by who left its first dial, of one
// packet, unanswered; of one address group only by its fair share, or its owner could hide with it how fast others
// leave. Loss that comes in long bursts is not seen through: its census says that nodes leave. Nor is growth: as many
// are supposed to come as leave. In a network that grows, those who came after the moment and were found are counted.
#pragma once

#include <cstddef>

#include "proto/time.h"

namespace hearsay {

// Nodes that were found and dialled once more at the end of the walk.
struct SecondLooks {
  std::size_t nodes = 0;
  std::size_t gone = 0;  // of those: nobody answered any more, or somebody else
  Duration watched{};    // from their proofs until then, summed; of those gone half of it
  double lost = 0;       // the share of packets that are lost, by how many found nodes are late (fair_count.h)

  void Add(bool is_gone, Duration since_proof) {
    ++nodes;
    gone += is_gone ? 1 : 0;
    watched += is_gone ? since_proof / 2 : since_proof;
  }
};

struct LeavingRate {  // of one node, a second
  double mean = 0;  // of the looks alone, the likeliest if all were looked at after the same time; 0 without a look
  double high = 0;  // 97.5 %, with the prior
};
inline constexpr std::size_t kLookHellos = 3;  // packets of a second look
LeavingRate LeavingRateOf(const SecondLooks& looks);

struct Attendance {
  SecondLooks looks;
  std::size_t late = 0;  // found nodes that left their first dial unanswered, though not further away than it waited
  double apart = 0;      // node-seconds: from the moment to each proof of the others, either way, summed
  Duration after{};      // from the moment to the proof of a late one, on average: meanwhile it may have come
};

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// History: what is known of a network over many censuses. Pure: a census goes in, what changed comes out.
//
// A census gives each node at most one result:
//   found in it (it proved its id)                                       an answer
//   not found in a complete census that took up all that was named       a failure
//   not found in another one, each of its addresses tried in vain        a failure
//   anything else                                                        nothing: not having looked is no evidence
// A census that found nobody at all gives no results: then it is the crawler that is cut off. An address was tried in
// vain when nobody proved an id there (other than by not being visited), or another node did.
//
// Words: a node `came` when it answered and its last result was none or a failure; it `went` when it failed and its
// last result was an answer; it `moved` when it answered and the set of its addresses changed (in an incomplete census
// an address that was not tried stays); it `changed` when its software did.
//
// Bounds: `nodes`, `of_one_group` of them in one global address group (that of a node's first address), NodeLife's and
// Timeline's. Whose silence (Reliability::silence) is above `forget_after` is forgotten. Above a bound the absent ones
// go, the longest unseen first, then the newest: who makes up identities displaces only them, and only in the groups
// that it has addresses in.
//
// Clocks leap: a machine starts with a wrong one, or somebody sets it. No difference of two clock readings decides
// anything alone:
//   - A result is worth the time since the node's last one, from 0 (the clock went back) to kMostAges times what its
//     results were worth on the average. Of a node that is silent it may be worth as much as the silence until then,
//     up to kLongRest: so often such a one is tried. So a leap is a few results more of what was so anyhow, and nobody
//     is forgotten for it, nor for the time in which no crawler ran.
//   - A result has the time of its census. Other times that are later than a census stay as they are: a clock was ahead
//     before, or this one is behind. Once the timeline knows that it was ahead (Timeline::WasAhead), all that is later
//     becomes the time of the census that shows it.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "crawler/census.h"
#include "crawler/history/node_life.h"
#include "crawler/history/timeline.h"

namespace hearsay {

struct HistoryLimits {
  std::size_t nodes = 2'000'000;  // half as many as a crawl takes endpoints
  // Guess: several times what the fullest /16 of a measured network holds, hundreds; a five-hundredth of `nodes`, so
  // that it takes five hundred groups to displace anybody else. On private and loopback networks nobody is a stranger.
  std::size_t of_one_group = 4096;
  Duration forget_after = std::chrono::hours{90 * 24};
};

struct HistoryChange {
  CensusPoint point;                // as the timeline took it
  std::vector<NodeId> came;         // ordered by id, like the others
  std::vector<NodeId> went;
  std::vector<NodeId> moved;
  std::vector<NodeId> changed;
  std::vector<NodeId> forgotten;    // rows to take out
  std::vector<std::uint32_t> rows;  // rows to write, rising, as places in History::nodes(); good until the next census
  Timeline::Edit timeline;
};

struct GoodNodes {
  std::vector<const NodeLife*> nodes;  // GoodSet's members; good until the next census
  std::size_t good = 0;
  bool few = false;
  std::size_t doubtful = 0;
  std::size_t gone = 0;
};

class History {
 public:
  explicit History(const HistoryLimits& limits = {}) : limits_(limits) {}

  // What was kept, ids rising. False when it is out of order, or there is no room.
  bool Restore(NodeLife life);
  void Restore(CensusPoint point) { timeline_.Restore(std::move(point)); }

  HistoryChange Apply(const Census& census);

  std::span<const NodeLife> nodes() const { return nodes_; }  // ordered by id
  const NodeLife* Find(const NodeId& id) const;
  const Timeline& timeline() const { return timeline_; }

  // At most `count` addresses to offer the next crawl, so that those are tried whom nobody names: of nodes that
  // answered more than once, present ones before absent ones, then likewise of those that answered once. Among equals,
  // who was left out by crawls that were cut short comes first, then who was up more in the last 30 d. Of one global
  // address group at most kContactsOfOneGroup, so that ids which were met once and left cost the next crawls little. A
  // node that fails again and again is offered after its first kEagerFailures failures only at each power of two of
  // them, and when it was not tried for kLongRest before the last census. Without pins: another node may live there
  // now.
  std::vector<Endpoint> Contacts(std::size_t count) const;
  static constexpr std::uint16_t kEagerFailures = 8;
  static constexpr Duration kLongRest = std::chrono::hours{24};
  // Guess: some turns that a crawler missed count in full, and what a leap adds moves no window by much.
  static constexpr int kMostAges = 10;
  // A crawl gives up a silent endpoint after nine seconds, and calls eight of a group at a time: dead, these take it
  // two and a half minutes.
  static constexpr std::size_t kContactsOfOneGroup = 128;

  // The latest time so that a draw of peers (an address group, then a node of it) names with probability `share` at
  // least one that proved its id then or later: how old what is known has become. Of the nodes that may be served and
  // whose last result was an answer; nullopt when there are none. An attacker moves it by its share of the groups only.
  std::optional<Time> ProvedSince(double share) const;

  // Whom to serve (SelectGood), of those that may be, and of whom the caller thinks likewise. `nodes` are at most
  // kMaxServed, shared out by address group (crawler/group_share.h); the counts are of all.
  static constexpr std::size_t kMaxServed = 1 << 14;
  GoodNodes Good(const GoodRule& rule, std::size_t wanted,
                 const std::function<bool(const NodeLife&)>& may = {}) const;

 private:
  void Insert(std::vector<NodeLife> fresh);  // ordered by id, none known
  void Forget(std::vector<NodeId>& forgotten);
  void KeepGroupsWithinBounds(std::vector<NodeId>& forgotten);
  void KeepWithinBounds(std::vector<NodeId>& forgotten);
  // The first `count` of `places` to go above a bound.
  std::span<const std::uint32_t> FirstToGo(std::span<std::uint32_t> places, std::size_t count) const;
  void Drop(const std::vector<bool>& goes, std::vector<NodeId>& forgotten);

  const HistoryLimits limits_;
  std::vector<NodeLife> nodes_;
  Timeline timeline_;
};

}  // namespace hearsay

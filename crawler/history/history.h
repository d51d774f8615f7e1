// SPDX-License-Identifier: MIT
//
// History: what is known of a network over many censuses. Pure: a census goes in, what changed comes out.
//
// A census gives each node at most one result:
//   found in it (it proved its id)                                       an answer
//   not found in a complete census                                       a failure
//   not found in an incomplete one, each of its addresses tried in vain  a failure
//   anything else                                                        nothing: not having looked is no evidence
// A census that found nobody at all gives no results: then it is the crawler that is cut off. An address was tried in
// vain when nobody proved an id there (other than by not being visited), or another node did.
//
// Words: a node `came` when it answered and its last result was none or a failure; it `went` when it failed and its
// last result was an answer; it `moved` when it answered and the set of its addresses changed (in an incomplete census
// an address that was not tried stays); it `changed` when its software did.
//
// Bounds: `nodes`, NodeLife's and Timeline's. A node unseen for `forget_after` is forgotten, by a census that gave
// results. Above `nodes` the absent ones go, the longest unseen first, then the newest: who makes up identities
// displaces only them.
// Clocks: a census that is older than what is known, because a clock was set back, is taken as it is: its results have
// the age 0, and nothing stays in the future that it touches.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "crawler/census.h"
#include "crawler/history/node_life.h"
#include "crawler/history/timeline.h"

namespace hearsay {

struct HistoryLimits {
  std::size_t nodes = 2'000'000;  // half as many as a crawl takes endpoints
  Duration forget_after = std::chrono::hours{90 * 24};
};

struct HistoryChange {
  CensusPoint point;                // as the timeline took it
  std::vector<NodeId> came;         // ordered by id, like the others
  std::vector<NodeId> went;
  std::vector<NodeId> moved;
  std::vector<NodeId> changed;
  std::vector<NodeId> forgotten;    // rows to take out
  std::vector<std::uint32_t> rows;  // rows to write, as places in History::nodes(); good until the next census
  Timeline::Edit timeline;
};

struct GoodNodes {
  std::vector<const NodeLife*> nodes;  // GoodSet's members; good until the next census
  std::size_t good = 0;
  std::size_t doubtful = 0;
  std::size_t gone = 0;
  bool IsShort() const { return doubtful + gone > 0; }
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

  // At most `count` addresses to offer the next crawl, so that those are tried whom nobody names: of nodes that are
  // present, then of absent ones, the last seen first. One that fails again and again is offered after its first
  // kEagerFailures failures only at each power of two of them. Without pins: another node may live there now.
  std::vector<Endpoint> Contacts(std::size_t count) const;
  static constexpr std::uint16_t kEagerFailures = 8;

  // Whom to serve (SelectGood), of those that may be, and of whom the caller thinks likewise.
  GoodNodes Good(const GoodRule& rule, std::size_t wanted,
                 const std::function<bool(const NodeLife&)>& may = {}) const;

 private:
  void Insert(std::vector<NodeLife> fresh);  // ordered by id, none known
  void Forget(Time now, std::vector<NodeId>& forgotten);
  void KeepWithinBounds(std::vector<NodeId>& forgotten);

  const HistoryLimits limits_;
  std::vector<NodeLife> nodes_;
  Timeline timeline_;
};

}  // namespace hearsay

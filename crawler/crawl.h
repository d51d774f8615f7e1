// SPDX-License-Identifier: MIT
//
// Crawl: one walk over a network. A pure machine on the seam of node/core/seam.h; visits are turns of single nodes.
//
//   endpoint state   event                                 next
//   waiting          its group's turn, room in flight      dialling
//   dialling         no answer, first time                 waiting, behind its group
//   dialling         no answer again; wrong id; self       done(timeout, refused, wrong_node_id, self)
//   dialling         proved an id not seen before          visiting
//   dialling         proved an id seen before              done(reachable | unconfirmed): one more endpoint of it
//   visiting         the visit is over                     done(reachable | unconfirmed)
//   any but done     Stop                                  done(not_visited), or what the visit has found so far
//
// Every endpoint named by a visited node is dialled once (twice if silent), if the scope rule lets that node name it.
// The crawl is done when nothing waits and nothing is in flight; it needs no other clock than its deadlines.
// Bounds: `in_flight` endpoints at a time, per address group by the frontier; FrontierLimits on endpoints; `tellings`
// on what is kept for edges; VisitLimits and the dialler's attempts on packets to one endpoint: at most
// MaxPacketsPerEndpoint(). A bound that cut something off makes the census incomplete.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crawler/caller.h"
#include "crawler/census.h"
#include "crawler/frontier.h"
#include "crawler/visit.h"

namespace hearsay {

struct CrawlConfig {
  struct Seed {
    Endpoint endpoint;
    std::optional<NodeId> pin;
  };
  std::vector<Seed> seeds;
  std::string software;                 // "hearsay/0.1.0"
  std::size_t in_flight = 256;          // dials and visits; at most Dialler::kMaxDials dials
  std::size_t tellings = 64'000'000;    // (node, endpoint) pairs, 4 bytes each
  FrontierLimits frontier;
  VisitLimits visit;
};

struct CrawlProgress {
  std::size_t nodes = 0;        // distinct ids so far
  std::size_t endpoints = 0;    // heard of
  std::size_t unreachable = 0;  // endpoints without an answer
  std::size_t waiting = 0;
  std::size_t in_flight = 0;
  std::size_t tellings = 0;     // (node, endpoint) pairs: edges, when the endpoints prove an id
};

class Crawl {
 public:
  Crawl(CrawlConfig config, Identity identity, const NetworkKey& network, const Rng::Seed& seed, Time now);
  Crawl(const Crawl&) = delete;
  Crawl& operator=(const Crawl&) = delete;

  void Receive(const Datagram& datagram, Time now, Effects& out);
  // The first one starts the walk.
  void Tick(Time now, Effects& out);
  Time NextDeadline() const;
  bool Done() const { return done_; }
  // Ends the walk with what it has: says goodbye to the nodes being visited.
  void Stop(Time now, Effects& out);

  CrawlProgress Progress() const;
  const Counters& counters() const { return caller_.counters(); }
  // Of the walk so far; whole when Done().
  Census Result(Time now) const;

  static std::size_t MaxPacketsPerEndpoint(const VisitLimits& visit);

 private:
  static constexpr std::size_t kDialAttempts = 2;
  static constexpr std::uint32_t kNoNode = UINT32_MAX;

  struct Spot {  // what the crawl knows of the frontier's endpoint of the same index
    std::uint32_t node = kNoNode;
    Verdict verdict = Verdict::kNotVisited;
    std::uint8_t dials = 0;
  };
  struct Found {
    NodeId id;
    std::optional<NodeRecord> record;
    std::optional<Duration> rtt;
    std::vector<Frontier::Index> told;
    bool visiting = false;
    bool spoke = false;
  };
  using Turns = std::map<std::uint64_t, Visit>;  // by our session id

  std::optional<Frontier::Index> AddEndpoint(const Endpoint& endpoint);
  void StartDials(Time now, Effects& out);
  void OnDial(const DialOutcome& outcome, Time now, Effects& out);
  void OnProof(Frontier::Index place, const DialOutcome& outcome, Time now, Effects& out);
  void OnFailure(Frontier::Index place, const DialOutcome& outcome);
  std::uint32_t NodeOf(const NodeId& id);
  void Remember(std::uint32_t node, const std::vector<Endpoint>& named);
  // `before` was the turn's deadline until now.
  void Reschedule(Turns::iterator turn, Time before);
  void EndTurn(Turns::iterator turn);
  Frontier::Index PlaceOf(const Endpoint& endpoint) const;
  void FinishStep(Time now, Effects& out, std::size_t first_effect);

  const CrawlConfig config_;
  const Time started_at_;
  Caller caller_;
  Frontier frontier_;
  std::vector<Spot> spots_;
  std::vector<Found> nodes_;
  std::map<NodeId, std::uint32_t> node_index_;
  std::map<Endpoint, NodeId> pins_;                     // of seeds
  Turns turns_;
  std::set<std::pair<Time, std::uint64_t>> deadlines_;  // of turns_
  std::vector<Endpoint> named_;                         // scratch
  std::vector<DialOutcome> failed_;                     // scratch
  std::size_t unreachable_ = 0;
  std::size_t tellings_ = 0;
  bool cut_off_ = false;
  bool started_ = false;
  bool stopped_ = false;
  bool done_ = false;
};

}  // namespace hearsay

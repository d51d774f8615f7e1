// SPDX-License-Identifier: MIT
//
// Crawl: one walk over a network. A pure machine on the seam of node/core/seam.h; visits are turns of single nodes.
// An endpoint's way through it is a table: states.h, shown in README.md.
//
// Every endpoint named by a visited node is dialled, if the scope rule lets that node name it: with one packet at
// first, so that the dead hold nobody up, then twice more, patiently, beside the walk: eight packets in all.
// Beside the last of these dials, nodes drawn by lot from those found are dialled once more: who is gone tells how fast
// nodes leave (attendance.h).
// The crawl is done when nothing waits and nothing is in flight; it needs no other clock than its deadlines.
// Bounds: `in_flight` first dials and visits, `patient` other dials; who answers one of these is visited at once,
// beyond `in_flight` but not beyond the sum. Per address group by the frontier; FrontierLimits on endpoints; `tellings`
// on what is kept for edges; VisitLimits and the dialler's attempts on packets to one endpoint: at most
// MaxPacketsPerEndpoint(). A bound that cut something off makes the census incomplete.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "crawler/attendance.h"
#include "crawler/caller.h"
#include "crawler/census.h"
#include "crawler/estimate.h"
#include "crawler/found_nodes.h"
#include "crawler/frontier.h"
#include "crawler/hidden_ids.h"
#include "crawler/journal.h"
#include "crawler/states.h"
#include "crawler/visit.h"

namespace hearsay {

struct CrawlConfig {
  struct Seed {
    Endpoint endpoint;
    std::optional<NodeId> pin;
  };
  std::vector<Seed> seeds;
  std::string software;                 // "hearsay/0.1.0"
  std::size_t in_flight = 256;          // first dials, and visits; see Bounds above
  std::size_t patient = 16'384;         // dials of those who did not answer the first packet
  std::size_t tellings = 256'000'000;   // (node, endpoint) pairs, about two bytes each
  std::size_t hidden = 1'000'000;       // ids of peers that nobody can dial (hidden_ids.h)
  std::size_t second_looks = 256;       // a twentieth gone is then known as one of 13 +- 7; 16 of an address group
  bool keeps_journal = false;           // then TakeJournal is to be called now and then
  FrontierLimits frontier;
  VisitLimits visit;
};

struct CrawlProgress {
  std::size_t nodes = 0;        // distinct ids so far
  std::size_t visits = 0;       // of them over
  std::size_t endpoints = 0;    // heard of
  std::size_t unreachable = 0;  // endpoints without an answer
  std::size_t waiting = 0;
  std::size_t in_flight = 0;
  std::size_t tellings = 0;     // (node, endpoint) pairs: edges, when the endpoints prove an id
  std::optional<Estimate> estimate;  // of reachable nodes; costs a pass over the endpoints
};

class Crawl {
 public:
  Crawl(CrawlConfig config, Identity identity, const NetworkKey& network, const Rng::Seed& seed, Time now);
  Crawl(const Crawl&) = delete;
  Crawl& operator=(const Crawl&) = delete;

  // Before the first Tick: goes on where the crawl that wrote this journal was. Its seeds come first, ours after them.
  void Resume(const JournalContent& journal);
  // Appends what happened since the last call, to be appended to the journal's file.
  void TakeJournal(Bytes& out) { journal_.Take(out); }

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
  static constexpr std::array<std::size_t, 3> kHellos = {1, 4, 3};  // of an endpoint's dials
  static constexpr std::size_t kAnsweredDials = 2;  // that ended without a proof: then it refuses
  static constexpr std::uint32_t kHiddenNamings = 2;
  static constexpr std::uint32_t kLookRounds = 4;  // of a group's second looks; each takes 3 s of silence at most
  static constexpr std::uint32_t kNoNode = UINT32_MAX;

  enum class Fault : std::uint8_t { kNone, kVersion, kNetwork };
  struct Spot {  // what the crawl knows of the frontier's endpoint of the same index
    std::uint32_t node = kNoNode;
    std::uint16_t named = 0;  // by so many nodes; stays at its largest
    Verdict verdict : 4 = Verdict::kNotVisited;
    EndpointState state : 3 = EndpointState::kWaiting;
    std::uint8_t dials : 2 = 0;
    std::uint8_t answered : 2 = 0;    // of those
    Fault fault : 2 = Fault::kNone;   // of what came while it was dialled: it was not for us
  };
  static_assert(sizeof(Spot) == 8);
  // Nothing has ever come from there.
  static bool IsMute(const Spot& spot) {
    return spot.node == kNoNode && spot.answered == 0 && spot.fault == Fault::kNone;
  }
  struct Turn {
    Visit visit;
    std::vector<Frontier::Index> told;
  };
  using Turns = std::map<std::uint64_t, Turn>;  // by our session id

  std::optional<Frontier::Index> AddEndpoint(const Endpoint& endpoint, std::optional<Frontier::Index> teller = {});
  void AddSeeds();
  void Replay(const JournalVisited& visited, FoundNodes::Number node, Frontier::Index place);
  void Replay(const JournalLooked& looked);
  void DrawLooks();
  void RecallLooks();
  void OnLook(Frontier::Index place, const DialOutcome& outcome, Time now, Effects& out);
  void SayGoodbye(Frontier::Index place, const DialOutcome& outcome, Time now, Effects& out);
  bool Dial(Frontier::Turn turn, Time now, Effects& out);
  // The last of an endpoint: it is done.
  void Finish(Frontier::Index place, EndpointEvent event);
  void AddTold(FoundNodes::Number node, Frontier::Index teller, std::vector<Frontier::Index> told);
  void StartDials(Time now, Effects& out);
  void GiveUp(Frontier::Index place);
  void OnDial(const DialOutcome& outcome, Time now, Effects& out);
  void OnProof(Frontier::Index place, const DialOutcome& outcome, Time now, Effects& out);
  void OnFailure(Frontier::Index place, const DialOutcome& outcome);
  Verdict VerdictOf(Frontier::Index place, const DialOutcome& outcome) const;
  void NoteFault(const Datagram& datagram, Error fault);
  void Remember(Turn& turn, const std::vector<Endpoint>& named);
  void Move(Frontier::Index place, EndpointEvent event);
  // `before` was the turn's deadline until now.
  void Reschedule(Turns::iterator turn, Time before);
  void EndTurn(Turns::iterator turn);
  Frontier::Index PlaceOf(const Endpoint& endpoint) const;
  void FinishStep(Time now, Effects& out, std::size_t first_effect);
  // The walk itself is over: no endpoint waits or has its turn but those looked at again.
  bool Walked() const { return started_ && frontier_.waiting() + frontier_.in_turn() == looks_open_; }
  Namings CountNamings() const;
  std::vector<std::size_t> NamingsByGroup() const;  // by the frontier's numbers of strangers' groups
  struct Attended {
    Attendance attendance;
    Duration moment{};  // since the crawl began
  };
  Attended Attend() const;
  bool IsLate(Frontier::Index place) const;
  // `order`: the nodes by id, as they stand in the census; `place_of` each of them there.
  void AddNodes(const std::vector<FoundNodes::Number>& order, const std::vector<std::uint32_t>& place_of,
                Census& census) const;
  void AddEdges(const std::vector<FoundNodes::Number>& order, const std::vector<std::uint32_t>& place_of,
                Census& census) const;
  std::size_t CountEdges() const;
  void AddHiddenNodes(Census& census) const;

  const CrawlConfig config_;
  Time started_at_;
  Caller caller_;
  Frontier frontier_;
  BlockVector<Spot> spots_;
  FoundNodes nodes_;
  HiddenIds hidden_;
  std::map<Endpoint, NodeId> pins_;                     // of seeds
  JournalWriter journal_;
  Turns turns_;
  std::set<std::pair<Time, std::uint64_t>> deadlines_;  // of turns_
  std::vector<Endpoint> named_;                         // scratch
  std::vector<DialOutcome> failed_;                     // scratch
  std::size_t busy_ = 0;     // first dials, and visits
  std::size_t patient_ = 0;  // other dials
  std::size_t visits_ = 0;   // over
  std::size_t unreachable_ = 0;
  std::size_t tellings_ = 0;
  std::size_t last_dials_ = 0;  // of patient_: nobody will be dialled again for the same reason
  std::vector<Frontier::Index> to_look_at_;  // drawn by lot
  std::size_t looks_open_ = 0;  // drawn, and in the frontier
  SecondLooks looks_;
  bool walked_ = false;
  bool cut_off_ = false;
  bool looks_drawn_ = false;
  bool started_ = false;
  bool resumed_ = false;
  bool stopped_ = false;
  bool done_ = false;
};

}  // namespace hearsay

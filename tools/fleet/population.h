// SPDX-License-Identifier: MIT
//
// Population: the residents of a fleet and what connects them to the world: sockets, one heap of deadlines, contacts.
//
// A reachable or natted resident is the real Node, whose Persist effects are dropped: nothing is stored but the boot
// epoch, so that one that comes back is newer than it was. Its names are looked up here: the outside peers, and `links`
// residents that can be dialled, drawn anew each time, as a seed's DNS would answer. So it dials `links` others, and is
// dialled by as many on average. It asks for more peers only while it has less than half of `links`
// (CoreConfig::enough_peers). A natted one is told that its address is a private one, and a NatFilter stands before it.
//
// Decides nothing about when: the loop (fleet.h) does. One thread.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "node/core/node.h"
#include "node/core/timers.h"
#include "node/io/clock.h"
#include "tools/fleet/liar.h"
#include "tools/fleet/nat_filter.h"
#include "tools/fleet/plan.h"
#include "tools/fleet/sockets.h"
#include "tools/fleet/standing.h"
#include "tools/fleet/truth.h"

namespace hearsay::fleet {

struct PopulationConfig {
  NetworkKey network;
  IpAddress base;               // the plan's
  std::uint16_t port = 0;       // of every resident; 0: any free one each
  std::size_t links = 8;        // residents that a node dials at its start
  std::size_t lies = 32;        // endpoints that a liar has made up
  std::vector<Endpoint> peers;  // outside of the fleet; every node gets them as contacts
  std::uint64_t seed = 0;
};

// Verified peers that a node must have, and residents who must have verified one so that it is easily found.
constexpr std::size_t Enough(std::size_t links) { return (links + 1) / 2; }

class Population {
 public:
  // `clock` is borrowed.
  Population(PopulationConfig config, std::vector<Resident> plan, const SystemClock& clock);
  ~Population();
  Population(const Population&) = delete;
  Population& operator=(const Population&) = delete;

  std::size_t size() const { return members_.size(); }
  // The error is the socket's. A resident of kind dead lives until Stop.
  Result<void> Start(std::size_t resident);
  // As by kill -9: nobody is told.
  void Stop(std::size_t resident);
  // One that was stopped comes back, as a reachable node at the endpoint that it had.
  Result<void> Return(std::size_t resident);
  bool lives(std::size_t resident) const { return members_[resident].node || members_[resident].liar; }
  Kind kind(std::size_t resident) const { return members_[resident].kind; }
  Kind planned(std::size_t resident) const { return members_[resident].resident.kind; }
  Time since(std::size_t resident) const { return members_[resident].since; }
  const Endpoint& endpoint(std::size_t resident) const { return members_[resident].outside; }

  // Serves up to Sockets::kReady sockets that have something; returns how many had.
  std::size_t Poll();
  // Runs up to `most` nodes whose deadline has come; returns how many.
  std::size_t RunDue(std::size_t most);
  Time NextDeadline() const { return timers_.Next(); }
  int epoll_descriptor() const { return sockets_.epoll_descriptor(); }

  // Who has verified whom, as Judge takes it. `planned` counts those who are to die as dead already.
  Standing Judge(std::size_t floor) const;
  // Tells some reachable nodes, drawn at random, of this resident, as a look-up of their contacts would.
  void Introduce(std::size_t resident, std::size_t to_how_many);
  // Every node tells its peers outside of the fleet that it goes; those inside go too. Nothing runs afterwards.
  void Leave();

  std::vector<TruthNode> Truth() const;
  const Traffic& traffic() const { return sockets_.traffic(); }

 private:
  struct Member {
    Member(std::uint32_t number, Resident r) : timer(TimerKind::kRound, number), resident(std::move(r)) {}
    Timer timer;
    Resident resident;
    Kind kind{};       // now; of a plan's dead, once it was stopped
    Endpoint outside;  // where its socket is bound
    NodeId id;
    Time since{};
    std::uint64_t boot_epoch = 0;
    std::unique_ptr<Node> node;
    std::unique_ptr<Liar> liar;
    std::unique_ptr<NatFilter> nat;
  };
  void MakeNode(Member& member, Time now);
  void MakeLiar(Member& member, Time now);
  void OnDatagrams(std::size_t resident, std::span<const Datagram> datagrams);
  void Apply(std::size_t resident, Time now);  // effects_
  std::vector<Resolved::Contact> DrawContacts(std::size_t asker);
  std::optional<std::uint32_t> NumberOf(const Endpoint& endpoint) const;
  void SetDialable(std::size_t resident, bool dialable);

  const PopulationConfig config_;
  const SystemClock& clock_;
  Rng rng_;
  Sockets sockets_;
  std::deque<Member> members_;  // a Timer does not move
  Timers timers_;               // of members_: destroyed before them
  std::vector<std::uint32_t> dialable_;
  Effects effects_;
  std::vector<hearsay::Send> sends_;
};

}  // namespace hearsay::fleet

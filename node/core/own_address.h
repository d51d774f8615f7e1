// SPDX-License-Identifier: MIT
//
// OwnAddress: which endpoints are ours, and how we know.
//
//   announced  the operator says so (--announce)
//   bound      a datagram came in that was sent to it (IP_PKTINFO): no translation lies between
//   voted      peers of >= kVoteGroups address groups see us there, and then a first packet came in, dialled there,
//              from an address that we had not contacted: not through a mapping that we opened ourselves
// Only what is global tells of a global address: a neighbour on our side of the translation sees nothing of it, and has
// an address group for each address that it gives itself.
// An attacker needs kVoteGroups groups among the peers that we dial, more than see us anywhere else (of one family:
// where is known counts too), and for the last step one address that we never contacted.
// Source: discv5's ip_vote, which counts ids; those are free, groups are not.
// What was voted is given up when kVoteGroups groups see us elsewhere, and more of them than, for kVoteLife, see us
// there (a line that got another address). An attacker who wants that must own more groups than the others whom we dial
// in that time; then we are as before the vote. Until then whoever dials us there is answered; nothing is confirmed.
//
// Whom we contacted is remembered for at least half an hour, in two generations. Where that is too many to remember,
// nobody counts as never contacted until those that were forgotten early would have been forgotten anyhow: a node that
// joins a network of tens of thousands learns its address half an hour later, and so does one that was restarted, which
// remembers nobody. Whoever makes us send to five new addresses a second keeps us from learning it: that is what
// --announce is for.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "proto/endpoint.h"
#include "proto/time.h"

namespace hearsay {

class OwnAddress {
 public:
  static constexpr std::size_t kVoteGroups = 3;
  static constexpr std::size_t kMaxVotes = 64;  // as many as a view has slots
  static constexpr std::size_t kMaxContacted = 4096;  // of each generation; 16 bytes each
  static constexpr Duration kVoteLife = std::chrono::minutes{10};  // Guess; geth's statements live for five
  static constexpr Duration kContactLife = std::chrono::minutes{30};  // of a UDP mapping: at least 2 min (RFC 4787)
  enum class Verdict { kMine, kUnknown, kNotMine };

  // `unsure_until`: until then anybody may have been contacted by an earlier run.
  explicit OwnAddress(std::vector<Endpoint> announced, Time unsure_until = {})
      : announced_(std::move(announced)), forgot_until_(unsure_until) {}

  // Is `claimed`, at which a datagram that came in on `local` says it reached us, ours? kNotMine: the datagram was
  // passed on by somebody else. kUnknown: an address translation may lie between, and nobody told us.
  Verdict Judge(const Endpoint& claimed, const Endpoint& local, Time now) const;

  // Can `observed`, as which the other side sees what we sent from `local`, be us? Behind a translation anything can:
  // the mapping of what goes out need not be the forwarding of what comes in. Elsewhere a difference means a relay.
  bool MayBeSeenAs(const Endpoint& observed, const Endpoint& local) const {
    return observed == local || local.scope() == Scope::kPrivate || IsKnown(observed);
  }

  bool IsKnown(const Endpoint& endpoint) const;
  // Is one of them known by votes?
  bool IsVoted() const { return !confirmed_.empty(); }

  // True when the set of our endpoints grew. The newest comes first; over kMaxBound the oldest goes.
  bool LearnBound(const Endpoint& local);
  // The peer that we dialled at `voter`, of address group `group`, sees us as `observed`. True when an endpoint was
  // given up.
  bool Vote(const Endpoint& voter, const AddressGroup& group, const Endpoint& observed, Time now);
  // The voters' groups mean something else from now on.
  void ForgetVotes() { votes_.clear(); }
  void NoteContacted(const IpAddress& address, Time now);
  // `source` dialled us at `dialled`. True when that is ours, and was not known to be.
  bool OnProofFrom(const Endpoint& source, const Endpoint& dialled, Time now);

  // What may be told to a peer at this scope; announced first; at most kMaxRecordEndpoints.
  std::vector<Endpoint> EndpointsFor(Scope peer) const;
  std::vector<Endpoint> All() const;

 private:
  struct VoteCast {
    Endpoint endpoint;
    Time at{};
  };
  // Where most groups see us that is not confirmed, if they are enough, and more than see us where that is.
  std::optional<Endpoint> Winner(Time now) const;
  std::size_t GroupsThatSee(const Endpoint& endpoint, Time now) const;
  bool MayHaveContacted(const IpAddress& address, Time now) const;

  std::vector<Endpoint> announced_;
  std::vector<Endpoint> bound_;      // at most kMaxBound
  std::vector<Endpoint> confirmed_;  // at most kMaxBound
  std::map<AddressGroup, VoteCast> votes_;
  using Addresses = std::vector<IpAddress>;  // in order
  Addresses contacted_;                      // since generation_began_
  Addresses contacted_before_;
  Time generation_began_{};
  Time forgot_until_{};  // somebody was forgotten who should have been remembered until then
};

}  // namespace hearsay

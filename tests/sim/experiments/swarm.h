// SPDX-License-Identifier: MIT
//
// Swarm: one attacker with many endpoints and as many ids, who speaks the real wire at each of them.
//
// A member answers hellos and proofs like a node does, keeps sealed channels, answers pings and path challenges, and
// dials whom it is told to. What it says when asked for a sample, and what it leaves undone, is the attack: subclasses
// (attackers.h) override the virtual functions. Members share one memory: what one learns all know, for nothing.
//
// It answers as an Answerer does. Channels silent for two minutes go.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "tests/sim/experiments/answerer.h"
#include "tests/sim/sim_network.h"

namespace hearsay::sim {

class Swarm {
 public:
  // Adds a socket for each endpoint; all are up at once. The network is borrowed and outlives the swarm.
  Swarm(SimNetwork& network, const std::vector<Endpoint>& endpoints, std::uint64_t seed);
  virtual ~Swarm() = default;
  Swarm(const Swarm&) = delete;
  Swarm& operator=(const Swarm&) = delete;

  // From now on every member dials `per_round` of the targets, drawn at random, in each round of 15 s.
  void PushAt(std::vector<Endpoint> targets, std::uint32_t per_round);
  void StopPushing() { pushes_per_round_ = 0; }
  std::size_t size() const { return members_.size(); }
  const Endpoint& endpoint(std::size_t member) const { return members_[member].endpoint; }
  std::vector<Endpoint> endpoints() const;
  std::uint64_t pulls_answered() const { return pulls_answered_; }
  std::uint64_t dials_received() const { return dials_received_; }

 protected:
  // What a member says to a pull; at most kMaxSampleEndpoints. Default: other members, drawn at random.
  virtual void Sample(std::size_t member, const Endpoint& asker, std::vector<Endpoint>& out);
  virtual bool AnswersPulls(std::size_t, const Endpoint&) { return true; }
  virtual bool AnswersPings(std::size_t, const Endpoint&) { return true; }
  // Who a member says that it is, to whom it dials; null: who it is when it answers.
  virtual std::unique_ptr<const Identity> DialAs(std::size_t) { return nullptr; }
  // Where it says that it lives.
  virtual Endpoint Announces(std::size_t member) { return members_[member].endpoint; }
  // Of members, without repeats.
  void SampleOfMembers(std::size_t count, std::vector<Endpoint>& out);
  void Dial(std::size_t member, const Endpoint& target);

  SimNetwork& network_;
  Rng rng_;

 private:
  struct Member {
    Endpoint endpoint;
    Identity identity;
    HostId host = kNoHost;
  };
  using Link = Answerer::Link;
  struct Dialling {
    std::size_t member = 0;
    std::unique_ptr<const Identity> identity;  // as DialAs
    Initiator initiator;
    Duration since{};
  };
  Time Now() const { return SimClock::Epoch() + network_.now(); }
  void OnDatagram(std::size_t member, const Delivery& delivery);
  void OnHello(std::size_t member, const BareKeepalive& hello, const Delivery& delivery);
  void OnProof(std::size_t member, const HandshakeProof& proof, const Delivery& delivery);
  void OnQuery(std::size_t member, const HandshakeQuery& query, const Delivery& delivery);
  void OnResponse(std::size_t member, const HandshakeResponse& response, const Delivery& delivery);
  void OnSealed(const SealedPacket& packet, const Delivery& delivery);
  void Say(Link& link, const Endpoint& to, const Keepalive& keepalive);
  const Identity& IdentityOf(const Dialling& dial) const {
    return dial.identity ? *dial.identity : members_[dial.member].identity;
  }
  Bytes MakeRecord(std::size_t member, const Identity& identity);
  void PushSome();
  void Sweep();
  template <typename P>
  void Send(std::size_t member, const Endpoint& to, const P& packet);

  NetworkKey key_ = NetworkKey::Open("simulation");
  Answerer answerer_{key_};
  std::vector<Member> members_;
  std::map<Cookie, Dialling> dials_;
  std::uint64_t next_session_ = 1;
  std::vector<Endpoint> targets_;
  std::uint64_t pushes_per_round_ = 0;
  std::uint64_t push_debt_ = 0;  // in members x pushes x slices
  std::size_t next_pusher_ = 0;
  bool pushing_ = false;
  std::uint64_t pulls_answered_ = 0;
  std::uint64_t dials_received_ = 0;
  Keepalive incoming_;
  Keepalive answer_;
  DatagramBuffer buffer_;
};

}  // namespace hearsay::sim

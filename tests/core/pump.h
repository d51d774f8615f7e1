// SPDX-License-Identifier: MIT
//
// Pump: the smallest world for a few Nodes: every datagram arrives at once and in order, unless a filter says
// otherwise. For tests of what one or two machines decide; tests/sim is the world with faults.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "node/core/node.h"

namespace hearsay::test {

inline Identity MakeIdentity(std::uint16_t number) {
  ByteArray<32> seed{};
  seed.fill(static_cast<std::byte>(number));
  seed[0] = static_cast<std::byte>(number >> 8);
  return Identity(seed);
}

inline Endpoint At(std::string_view text) { return *Endpoint::Parse(text); }

struct InFlight {
  Endpoint from;
  Endpoint to;
  Bytes bytes;
};

struct MemberOptions {
  std::string network = "test";
  std::optional<ByteArray<32>> key;
  std::vector<Endpoint> bootstrap;
  Snapshot snapshot;
  std::optional<Endpoint> local;
  std::optional<Endpoint> second;  // where it lives too; packets leave from the one of the family that they go to
  std::uint8_t identity = 0;  // 0: the member's number
  CoreConfig config;
};

class Pump {
 public:
  struct Member {
    std::unique_ptr<Node> node;
    Endpoint endpoint;
    Endpoint local;  // what IP_PKTINFO says; differs from endpoint behind a translation
    std::optional<Endpoint> second;
    std::vector<Resolved::Contact> contacts;
    std::vector<PeerEvent> events;
    std::vector<KnownPeer> persisted;
    std::vector<NodeState> states;
    std::vector<NodeId> forgotten;
    std::vector<BanEntry> banned;
    std::vector<BanSubject> unbanned;
  };

  Time now = FromUnixSeconds(1'800'000'000);
  // Return false to drop; may alter the datagram.
  std::function<bool(InFlight&)> filter = [](InFlight&) { return true; };
  std::vector<InFlight> log;  // everything that was sent, as sent

  std::size_t Add(std::string_view endpoint, MemberOptions options = {}) {
    const auto index = members.size();
    Member member;
    member.endpoint = At(endpoint);
    member.local = options.local.value_or(member.endpoint);
    member.second = options.second;
    for (const Endpoint& e : options.bootstrap) member.contacts.push_back({e, {}});
    CoreConfig config = options.config;
    config.software = "test/1";
    config.listen_port = member.local.port;
    if (!member.contacts.empty()) config.preconfigured.push_back({"list", {}});
    const NetworkKey network =
        options.key ? NetworkKey::Closed(options.network, *options.key) : NetworkKey::Open(options.network);
    Rng rng = Rng::FromNumber(1000 + index);
    const auto number = options.identity != 0 ? options.identity : static_cast<std::uint8_t>(index + 1);
    member.node = std::make_unique<Node>(std::move(config), MakeIdentity(number), network, options.snapshot,
                                         rng.Array<32>(), now);
    members.push_back(std::move(member));
    return index;
  }

  Node& node(std::size_t i) { return *members[i].node; }
  NodeId id(std::size_t i) { return members[i].node->Status().id; }
  std::optional<PeerInfo> Sees(std::size_t i, std::size_t j) { return node(i).FindPeer(id(j)); }
  bool InView(std::size_t i, std::size_t j) {
    const auto info = Sees(i, j);
    return info && info->in_view;
  }

  // Runs every timer and delivers every datagram until `until`.
  void RunUntil(Time until) {
    for (;;) {
      Deliver();
      Time next = until;
      for (const Member& m : members) {
        if (m.node) next = std::min(next, std::max(m.node->NextDeadline(), now));
      }
      if (next >= until) break;
      now = next;
      for (std::size_t i = 0; i < members.size(); ++i) {
        if (!members[i].node || members[i].node->NextDeadline() > now) continue;
        effects_.Clear();
        members[i].node->Tick(now, effects_);
        Apply(i, effects_);
      }
    }
    now = until;
  }
  void RunFor(Duration d) { RunUntil(now + d); }

  void Inject(const Endpoint& from, const Endpoint& to, BytesView bytes) {
    flight_.push_back({from, to, Bytes(bytes.begin(), bytes.end())});
  }
  void Deliver() {
    while (!flight_.empty()) {
      InFlight f = std::move(flight_.front());
      flight_.pop_front();
      if (!filter(f)) continue;
      for (std::size_t i = 0; i < members.size(); ++i) {
        const bool at_second = members[i].second == f.to;
        if (!members[i].node || (members[i].endpoint != f.to && !at_second)) continue;
        effects_.Clear();
        members[i].node->Receive({f.from, at_second ? f.to : members[i].local, f.bytes}, now, effects_);
        members[i].node->CheckInvariants(now);
        Apply(i, effects_);
      }
    }
  }
  void Kill(std::size_t i) { members[i].node.reset(); }
  void Leave(std::size_t i) {
    effects_.Clear();
    members[i].node->Leave(now, effects_);
    Apply(i, effects_);
    Deliver();
  }

  tl::expected<void, BanRefusal> Ban(std::size_t i, const BanEntry& ban) {
    effects_.Clear();
    const auto done = node(i).Ban(ban, now, effects_);
    node(i).CheckInvariants(now);
    Apply(i, effects_);
    return done;
  }
  tl::expected<void, BanRefusal> Unban(std::size_t i, const BanSubject& subject) {
    effects_.Clear();
    const auto done = node(i).Unban(subject, now, effects_);
    Apply(i, effects_);
    return done;
  }

  std::vector<Member> members;

 private:
  void Apply(std::size_t i, const Effects& effects) {
    Member& m = members[i];
    const std::vector<Effect> list = effects.list;  // OnResolved below uses another Effects
    for (const Effect& effect : list) {
      if (const auto* send = std::get_if<Send>(&effect)) {
        const BytesView view = effects.View(*send);
        const bool from_second = m.second && m.second->address.IsV4() == send->to.address.IsV4();
        log.push_back({from_second ? *m.second : m.endpoint, send->to, Bytes(view.begin(), view.end())});
        flight_.push_back(log.back());
      } else if (const auto* event = std::get_if<PeerEvent>(&effect)) {
        m.events.push_back(*event);
      } else if (const auto* peer = std::get_if<PersistPeer>(&effect)) {
        m.persisted.push_back(peer->peer);
      } else if (const auto* state = std::get_if<PersistState>(&effect)) {
        m.states.push_back(state->state);
      } else if (const auto* forget = std::get_if<ForgetPeer>(&effect)) {
        m.forgotten.push_back(forget->id);
      } else if (const auto* ban = std::get_if<PersistBan>(&effect)) {
        m.banned.push_back(ban->ban);
      } else if (const auto* lifted = std::get_if<ForgetBan>(&effect)) {
        m.unbanned.push_back(lifted->subject);
      } else if (const auto* resolve = std::get_if<Resolve>(&effect)) {
        Effects answer;
        m.node->OnResolved({resolve->entry, m.contacts, "no such name"}, now, answer);
        Apply(i, answer);
      }
    }
  }

  Effects effects_;
  std::deque<InFlight> flight_;
};

}  // namespace hearsay::test

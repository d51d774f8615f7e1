// SPDX-License-Identifier: MIT
#include "tools/fleet/population.h"

#include <algorithm>

#include "proto/check.h"

namespace hearsay::fleet {
namespace {

constexpr std::uint64_t kContactsStream = 0x636f6e7461637473;  // apart from the plan's own draws

}  // namespace

Population::Population(PopulationConfig config, std::vector<Resident> plan, const SystemClock& clock)
    : config_(std::move(config)), clock_(clock), rng_(Rng::FromNumber(config_.seed ^ kContactsStream)) {
  for (Resident& resident : plan) {
    members_.emplace_back(static_cast<std::uint32_t>(members_.size()), std::move(resident));
  }
}

Population::~Population() = default;

Result<void> Population::Start(std::size_t resident) {
  Member& member = members_[resident];
  HEARSAY_CHECK(!lives(resident));
  const std::uint16_t port = member.outside.port != 0 ? member.outside.port : config_.port;
  const auto bound = sockets_.Open(resident, {member.resident.address, port});
  if (!bound) return tl::unexpected(bound.error());
  member.outside = *bound;
  const Time now = clock_.Now();
  member.since = now;
  member.kind = member.resident.kind == Kind::kDead ? Kind::kReachable : member.resident.kind;
  if (member.kind == Kind::kLiar) {
    MakeLiar(member, now);
  } else {
    MakeNode(member, now);
    member.node->Tick(now, effects_);
    Apply(resident, now);
  }
  if (member.kind != Kind::kNatted) SetDialable(resident, true);
  return {};
}

void Population::MakeNode(Member& member, Time now) {
  CoreConfig core;
  core.software = member.resident.software;
  core.role = member.resident.role;
  core.profile = Profile::kInternet;  // on loopback addresses the LAN's rhythm would be 30 times as much work
  core.listen_port = member.outside.port;
  // It begins with twice as many contacts as it must have: losing some makes it busy no sooner than that.
  core.enough_peers = core.online_weight_minimum = Enough(config_.links);
  // Looked up by the first ones too, who ask again until there are others.
  core.preconfigured.push_back({"the fleet", std::nullopt});
  if (member.kind == Kind::kNatted) member.nat = std::make_unique<NatFilter>();
  Snapshot snapshot;
  snapshot.state.boot_epoch = member.boot_epoch;
  Identity identity(member.resident.identity);
  member.id = identity.id();
  member.node = std::make_unique<Node>(std::move(core), std::move(identity), config_.network, std::move(snapshot),
                                       member.resident.chance, now);
}

void Population::MakeLiar(Member& member, Time now) {
  Rng rng(member.resident.chance);
  std::vector<Endpoint> lies;
  for (std::size_t i = 0; i < config_.lies; ++i) {
    lies.push_back(MadeUpEndpoint(config_.base, members_.size(), member.outside.port, rng));
  }
  Identity identity(member.resident.identity);
  member.id = identity.id();
  member.liar = std::make_unique<Liar>(std::move(identity), config_.network, member.outside,
                                       Liar::Says{member.resident.software, member.resident.role}, std::move(lies),
                                       rng.Array<32>(), now);
}

void Population::Stop(std::size_t resident) {
  Member& member = members_[resident];
  timers_.Cancel(member.timer);
  sockets_.Close(resident);
  member.node.reset();
  member.liar.reset();
  member.nat.reset();
  member.kind = Kind::kDead;
  member.since = clock_.Now();
  SetDialable(resident, false);
}

Result<void> Population::Return(std::size_t resident) {
  Member& member = members_[resident];
  // What it draws must differ from its last life, and still come from the seed.
  Rng rng(member.resident.chance);
  rng.Array<32>();
  member.resident.chance = rng.Array<32>();
  return Start(resident);
}

void Population::SetDialable(std::size_t resident, bool dialable) {
  const auto number = static_cast<std::uint32_t>(resident);
  if (dialable) {
    dialable_.push_back(number);
  } else {
    std::erase(dialable_, number);
  }
}

std::size_t Population::Poll() {
  return sockets_.Poll([this](std::size_t resident, std::span<const Datagram> datagrams) {
    OnDatagrams(resident, datagrams);
  });
}

void Population::OnDatagrams(std::size_t resident, std::span<const Datagram> datagrams) {
  Member& member = members_[resident];
  const Time now = clock_.Now();
  for (Datagram datagram : datagrams) {
    if (member.liar) {
      member.liar->Receive(datagram, now, effects_);
      continue;
    }
    if (member.nat) {
      if (!member.nat->Passes(datagram.from, now)) continue;
      datagram.local.address = NatFilter::PrivateAddress(datagram.local.address);
    }
    member.node->Receive(datagram, now, effects_);
  }
  Apply(resident, now);
}

std::size_t Population::RunDue(std::size_t most) {
  std::size_t count = 0;
  for (; count < most; ++count) {
    const Time now = clock_.Now();
    const Timer* timer = timers_.PopDue(now);
    if (timer == nullptr) break;
    members_[timer->owner].node->Tick(now, effects_);
    Apply(timer->owner, now);
  }
  return count;
}

void Population::Apply(std::size_t resident, Time now) {
  Member& member = members_[resident];
  sends_.clear();
  for (std::size_t i = 0; i < effects_.list.size(); ++i) {  // answers to look-ups are appended on the way
    if (const auto* send = std::get_if<hearsay::Send>(&effects_.list[i])) {
      sends_.push_back(*send);
      if (member.nat) member.nat->NoteSent(send->to, now);
    } else if (const auto* state = std::get_if<PersistState>(&effects_.list[i])) {
      member.boot_epoch = state->state.boot_epoch;
    } else if (const auto* resolve = std::get_if<Resolve>(&effects_.list[i])) {
      const Resolved resolved{.entry = resolve->entry, .contacts = DrawContacts(resident), .error = "nobody yet"};
      member.node->OnResolved(resolved, now, effects_);
    }
  }
  sockets_.Send(resident, sends_, effects_);
  effects_.Clear();
  if (member.node) timers_.Set(member.timer, member.node->NextDeadline());
}

std::vector<Resolved::Contact> Population::DrawContacts(std::size_t asker) {
  std::vector<Resolved::Contact> contacts;
  for (const Endpoint& peer : config_.peers) contacts.push_back({peer, std::nullopt});
  std::vector<std::uint32_t> drawn;
  // Some draws repeat; when there are hardly more to draw from than wanted, a few less will do.
  for (std::size_t tries = 4 * config_.links; tries > 0 && drawn.size() < config_.links; --tries) {
    if (dialable_.empty()) break;
    const std::uint32_t draw = dialable_[rng_.Below(dialable_.size())];
    if (draw != asker && std::find(drawn.begin(), drawn.end(), draw) == drawn.end()) drawn.push_back(draw);
  }
  for (const std::uint32_t number : drawn) contacts.push_back({members_[number].outside, std::nullopt});
  return contacts;
}

std::optional<std::uint32_t> Population::NumberOf(const Endpoint& endpoint) const {
  const std::uint64_t base = LoadBigEndian<std::uint32_t>(config_.base.bytes.data() + 12) + 1;
  const std::uint64_t address = LoadBigEndian<std::uint32_t>(endpoint.address.bytes.data() + 12);
  if (!endpoint.address.IsV4() || address < base || address - base >= members_.size()) return std::nullopt;
  const auto number = static_cast<std::uint32_t>(address - base);
  return members_[number].outside == endpoint ? std::optional(number) : std::nullopt;
}

Standing Population::Judge(std::size_t floor) const {
  std::vector<Kind> kinds;
  std::vector<std::vector<std::uint32_t>> verified(members_.size());
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const bool dies = members_[i].resident.kind == Kind::kDead;
    kinds.push_back(dies ? Kind::kDead : members_[i].kind);
    if (kinds.back() != Kind::kReachable || !members_[i].node) continue;
    members_[i].node->ForEachVerified([&](const Endpoint& endpoint) {
      if (const auto number = NumberOf(endpoint)) verified[i].push_back(*number);
    });
  }
  return fleet::Judge(kinds, verified, floor);
}

void Population::Introduce(std::size_t resident, std::size_t to_how_many) {
  const Time now = clock_.Now();
  for (std::size_t i = 0; i < to_how_many; ++i) {
    const std::uint32_t host = dialable_[rng_.Below(dialable_.size())];
    if (host == resident || !members_[host].node) continue;
    members_[host].node->OnResolved({.entry = 0, .contacts = {{members_[resident].outside, std::nullopt}}, .error = {}},
                                    now, effects_);
    Apply(host, now);
  }
}

void Population::Leave() {
  const Time now = clock_.Now();
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& member = members_[i];
    timers_.Cancel(member.timer);
    bool knows_others = false;
    if (member.node) member.node->ForEachInView([&](const Endpoint& e) { knows_others |= !NumberOf(e); });
    if (!knows_others) continue;
    member.node->Leave(now, effects_);
    sends_.clear();
    for (const Effect& effect : effects_.list) {
      const auto* send = std::get_if<hearsay::Send>(&effect);
      if (send != nullptr && !NumberOf(send->to)) sends_.push_back(*send);
    }
    sockets_.Send(i, sends_, effects_);
    effects_.Clear();
  }
}

std::vector<TruthNode> Population::Truth() const {
  std::vector<TruthNode> nodes;
  for (const Member& member : members_) {
    nodes.push_back({.id = member.id,
                     .endpoint = member.outside,
                     .kind = member.kind,
                     .software = member.resident.software,
                     .role = member.resident.role,
                     .since = member.since});
  }
  return nodes;
}

}  // namespace hearsay::fleet

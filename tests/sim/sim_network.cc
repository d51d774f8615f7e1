// SPDX-License-Identifier: MIT
#include "tests/sim/sim_network.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "proto/check.h"
#include "tests/sim/mix.h"
#include "tests/sim/random_time.h"

namespace hearsay::sim {
namespace {

// Streams made from one seed; a new kind of choice must not disturb the others.
enum class Stream : std::uint64_t { kScript = 1, kLink, kIdentity, kNode };
std::uint64_t StreamSeed(std::uint64_t seed, Stream stream) { return Mix(seed, static_cast<std::uint64_t>(stream)); }

// A page of what the store remembers beyond the last view.
constexpr std::size_t kRememberPage = 256;
// A machine whose deadline does not move is asked this often before it is called broken.
constexpr std::uint32_t kMaxIdleTicks = 1000;

}  // namespace

SimNetwork::SimNode::SimNode(NodeSpec s, const SimConfig& config, Duration phase)
    : spec(std::move(s)), clock(spec.skew), store(config.flush_interval, phase) {}

SimNetwork::SimNetwork(const SimConfig& config)
    : config_(config),
      rng_(Rng::FromNumber(StreamSeed(config.seed, Stream::kScript))),
      wire_(config.link, StreamSeed(config.seed, Stream::kLink), queue_),
      referee_(roster_, config.keep_ledgers) {
  // Chooses libsodium's vectorized code; its results are the same without, at half the speed.
  HEARSAY_CHECK(sodium_init() >= 0);
  AddNetwork(NetworkKey::Open("simulation"));
}

SimNetwork::~SimNetwork() = default;

std::uint32_t SimNetwork::AddNetwork(const NetworkKey& key) {
  networks_.push_back(key);
  reachable_.push_back(0);
  last_start_.push_back(Duration::zero());
  return static_cast<std::uint32_t>(networks_.size() - 1);
}

NatId SimNetwork::AddNat(NatKind kind, Duration timeout) {
  house_members_.push_back(0);
  return wire_.AddNat(NatConfig{kind, plan_.NextPublic(), timeout});
}

HostId SimNetwork::Add(NodeSpec spec) {
  const Endpoint inside = spec.nat        ? Endpoint{AddressPlan::Inside(house_members_[*spec.nat]++), kDefaultPort}
                          : spec.endpoint ? *spec.endpoint
                                          : plan_.Next(spec.scope);
  const HostId host = wire_.AddHost(inside, spec.nat);
  if (spec.nat && spec.announced) wire_.Forward(host);
  const Duration phase = RandomBelow(rng_, config_.flush_interval);
  nodes_.push_back(std::make_unique<SimNode>(std::move(spec), config_, phase));
  sockets_.emplace_back();
  HEARSAY_CHECK(nodes_.size() == host + 1);
  Rng identity = Rng::FromNumber(Mix(StreamSeed(config_.seed, Stream::kIdentity), host));
  nodes_[host]->identity_seed = identity.Array<Identity::kSeedSize>();
  SetResident(host);
  return host;
}

HostId SimNetwork::AddSocket(const Endpoint& endpoint, SocketHandler handler) {
  const HostId host = wire_.AddHost(endpoint);
  wire_.SetUp(host, true);
  nodes_.emplace_back();
  sockets_.push_back(std::move(handler));
  roster_.Set(host, Resident{});
  return host;
}

void SimNetwork::AddCrowd(SocketHandler handler) {
  wire_.SetCrowd(AddSocket(Endpoint{IpAddress{}, 0}, std::move(handler)));
}

void SimNetwork::SetResident(HostId host) {
  const SimNode& n = *nodes_[host];
  Resident resident{.id = Identity(n.identity_seed).id(), .network = n.spec.network, .node = true};
  resident.scope = wire_.inside(host).scope();
  if (n.spec.nat && !wire_.forwarded(host)) {
    const bool full_cone = wire_.nat(*n.spec.nat).config().kind == NatKind::kFullCone;
    resident.reachability = full_cone ? Reachability::kMaybe : Reachability::kNo;
  }
  roster_.Set(host, resident);
}

Endpoint SimNetwork::PublicEndpoint(HostId host) const {
  const Endpoint inside = wire_.inside(host);
  const auto nat = wire_.nat_of(host);
  if (!nat) return inside;
  return {wire_.nat(*nat).config().address, inside.port};
}

CoreConfig SimNetwork::MakeCoreConfig(HostId host) const {
  const SimNode& n = *nodes_[host];
  CoreConfig core;
  core.software = "hearsay-sim/1";
  core.name = "node-" + std::to_string(host);
  core.role = n.spec.role;
  core.crawlers = n.spec.crawlers;
  core.attributes = n.spec.attributes;
  core.profile = n.spec.profile;
  core.listen_port = wire_.inside(host).port;
  if (n.spec.announced) core.announce.push_back(PublicEndpoint(host));
  for (const HostId peer : n.spec.bootstrap) {
    core.preconfigured.push_back({"node-" + std::to_string(peer) + ".sim", {}});
  }
  if (!n.spec.contacts.empty()) core.preconfigured.push_back({"seeds.sim", {}});
  return core;
}

void SimNetwork::Start(HostId host) {
  SimNode& n = *nodes_[host];
  HEARSAY_CHECK(n.node == nullptr);
  ++n.incarnation;
  n.join = JoinTimes{.started = now_, .first_peer = {}, .full_view = {}};
  last_start_[n.spec.network] = now_;
  Rng seed = Rng::FromNumber(Mix(StreamSeed(config_.seed, Stream::kNode), host, n.incarnation));
  n.node = std::make_unique<Node>(MakeCoreConfig(host), Identity(n.identity_seed), networks_[n.spec.network],
                                  n.store.Load(), seed.Array<32>(), n.clock.Local(now_));
  referee_.Restarted(host);
  wire_.SetUp(host, true);
  CountReachable(host, +1);
  const std::vector<KnownPeer> rest = n.store.Rest();
  Step(host, nullptr, [](Node& node, Time now, Effects& out) { node.Tick(now, out); });
  for (std::size_t begin = 0; begin < rest.size() && IsRunning(host); begin += kRememberPage) {
    const auto page = std::span(rest).subspan(begin, std::min(kRememberPage, rest.size() - begin));
    Step(host, nullptr, [&](Node& node, Time now, Effects& out) { node.Remember(page, now, out); });
  }
}

void SimNetwork::Kill(HostId host) {
  nodes_[host]->store.Crash(now_);
  Stop(host);
}

void SimNetwork::Leave(HostId host) {
  Step(host, nullptr, [](Node& node, Time now, Effects& out) { node.Leave(now, out); });
  nodes_[host]->store.Flush();
  Stop(host);
}

void SimNetwork::Stop(HostId host) {
  HEARSAY_CHECK(IsRunning(host));
  nodes_[host]->node.reset();
  queue_.SetTimer(host, kNoTimer);
  wire_.SetUp(host, false);
  CountReachable(host, -1);
}

void SimNetwork::LoseDisk(HostId host) {
  HEARSAY_CHECK(!IsRunning(host));
  nodes_[host]->store.Erase();
}

void SimNetwork::Move(HostId host) {
  SimNode& n = *nodes_[host];
  HEARSAY_CHECK(!n.spec.nat);
  wire_.Move(host, plan_.Next(n.spec.scope));
}

void SimNetwork::SetAttributes(HostId host, const Attributes& attributes) {
  nodes_[host]->spec.attributes = attributes;
  if (!IsRunning(host)) return;
  const CoreConfig core = MakeCoreConfig(host);
  Step(host, nullptr, [&](Node& node, Time now, Effects& out) { node.Reconfigure(core, now, out); });
}

void SimNetwork::At(Duration when, Script script) {
  queue_.Push(std::max(when, now_), EventKind::kScript, scripts_.Put(std::move(script)));
}

void SimNetwork::RunUntil(Duration when) {
  while (!violation_) {
    const std::optional<Event> event = queue_.Pop(when);
    if (!event) break;
    Handle(*event);
  }
  if (!violation_) now_ = std::max(now_, when);
}

bool SimNetwork::RunUntilTrue(Duration limit, Duration step, const std::function<bool()>& predicate) {
  const Duration end = now_ + limit;
  while (!violation_) {
    if (predicate()) return true;
    if (now_ >= end) return false;
    RunUntil(std::min(end, now_ + step));
  }
  return false;
}

void SimNetwork::Fail(HostId host, std::string what) {
  if (!violation_) violation_ = Violation{now_, host, std::move(what)};
}

Time SimNetwork::LocalTime(HostId host) const { return nodes_[host]->clock.Local(now_); }

std::size_t SimNetwork::ReachableOthers(HostId host) const {
  const Resident& resident = roster_[host];
  const bool counted = IsRunning(host) && resident.reachability == Reachability::kYes;
  return reachable_[resident.network] - (counted ? 1 : 0);
}

void SimNetwork::CountReachable(HostId host, int change) {
  if (roster_[host].reachability != Reachability::kYes) return;
  reachable_[roster_[host].network] += static_cast<std::size_t>(change);
}

void SimNetwork::Handle(const Event& event) {
  HEARSAY_CHECK(event.at >= now_);
  now_ = event.at;
  moment_.at = now_;
  ++events_;
  trace_.AddEvent(event);
  switch (event.kind) {
    case EventKind::kTimer:
      OnTimer(event.index);
      break;
    case EventKind::kDatagram:
      OnDatagram(event.index);
      break;
    case EventKind::kResolved:
      lookups_.Release(event.index);
      OnResolved(Lookup(lookups_[event.index]));
      break;
    case EventKind::kScript: {
      const Script script = std::exchange(scripts_[event.index], nullptr);
      scripts_.Release(event.index);
      script();
      break;
    }
  }
}

void SimNetwork::OnTimer(HostId host) {
  SimNode& n = *nodes_[host];
  n.idle_ticks = n.last_tick == now_ ? n.idle_ticks + 1 : 0;
  n.last_tick = now_;
  if (n.idle_ticks > kMaxIdleTicks) {
    Fail(host, "NextDeadline() does not move on after Tick()");
    return;
  }
  Step(host, nullptr, [](Node& node, Time now, Effects& out) { node.Tick(now, out); });
}

void SimNetwork::OnDatagram(std::uint32_t flight) {
  const std::optional<Delivery> delivery = wire_.Arrive(flight, now_);
  if (delivery && nodes_[delivery->host] == nullptr) {
    sockets_[delivery->host](*delivery);
  } else if (delivery) {
    const Datagram datagram{delivery->from, delivery->local, delivery->bytes};
    Step(delivery->host, &*delivery, [&](Node& node, Time now, Effects& out) { node.Receive(datagram, now, out); });
  }
  wire_.Release(flight);
}

void SimNetwork::OnResolved(const Lookup& lookup) {
  const SimNode& n = *nodes_[lookup.host];
  if (n.node == nullptr || n.incarnation != lookup.incarnation) return;
  Resolved resolved;
  resolved.entry = lookup.entry;
  if (names_resolve_ && lookup.entry < n.spec.bootstrap.size()) {
    resolved.contacts.push_back({PublicEndpoint(n.spec.bootstrap[lookup.entry]), {}});
  } else if (names_resolve_ && !n.spec.contacts.empty()) {
    for (const Endpoint& contact : n.spec.contacts) resolved.contacts.push_back({contact, {}});
  } else {
    resolved.error = "no such name in this simulation";
  }
  Step(lookup.host, nullptr, [&](Node& node, Time now, Effects& out) { node.OnResolved(resolved, now, out); });
}

template <typename Call>
void SimNetwork::Step(HostId host, const Delivery* delivery, Call&& call) {
  if (violation_) return;
  SimNode& n = *nodes_[host];
  HEARSAY_CHECK(n.node != nullptr);
  moment_.host = host;
  const Time local = n.clock.Local(now_);
  effects_.Clear();
  referee_.Before(host, *n.node, delivery);
  call(*n.node, local, effects_);
  if (config_.keep_trace) trace_.AddStep(host, effects_);
  if (Complaint complaint = referee_.After(host, *n.node, effects_, delivery)) Fail(host, std::move(*complaint));
  if (events_ % config_.check_every == 0) n.node->CheckInvariants(local);
  if (events_ % config_.inspect_every == 0) {
    if (Complaint complaint = referee_.Inspect(host, *n.node)) Fail(host, std::move(*complaint));
  }
  Apply(host);
  queue_.SetTimer(host, std::max(now_, n.clock.When(n.node->NextDeadline())));
}

void SimNetwork::Apply(HostId host) {
  SimNode& n = *nodes_[host];
  for (const Effect& effect : effects_.list) {
    if (const auto* send = std::get_if<Send>(&effect)) {
      wire_.Send(host, send->to, effects_.View(*send), now_);
    } else if (const auto* peer = std::get_if<PersistPeer>(&effect)) {
      n.store.Apply(*peer, now_);
    } else if (const auto* forget = std::get_if<ForgetPeer>(&effect)) {
      n.store.Apply(*forget, now_);
    } else if (const auto* state = std::get_if<PersistState>(&effect)) {
      n.store.Apply(*state, now_);
    } else if (const auto* ban = std::get_if<PersistBan>(&effect)) {
      n.store.Apply(*ban, now_);
    } else if (const auto* lifted = std::get_if<ForgetBan>(&effect)) {
      n.store.Apply(*lifted, now_);
    } else if (const auto* event = std::get_if<PeerEvent>(&effect)) {
      OnPeerEvent(host, *event);
    } else if (const auto* resolve = std::get_if<Resolve>(&effect)) {
      queue_.Push(now_ + RandomBelow(rng_, config_.resolve_time), EventKind::kResolved,
                  lookups_.Put({host, n.incarnation, resolve->entry}));
    }
  }
}

void SimNetwork::OnPeerEvent(HostId host, const PeerEvent& event) {
  JoinTimes& join = nodes_[host]->join;
  if (event.kind == PeerEventKind::kVerified && !join.first_peer) join.first_peer = now_ - join.started;
  if (event.kind == PeerEventKind::kActive || event.kind == PeerEventKind::kVerified) {
    // Above 64 peers slots decide, and two slots may hold one peer: half of them is a view to work with.
    const std::size_t others = ReachableOthers(host);
    const std::size_t wanted = others <= kViewSlots ? others : kViewSlots / 2;
    if (wanted > join.full_of && nodes_[host]->node->Status().view >= wanted) {
      join.full_of = wanted;
      join.full_view = now_ - last_start_[nodes_[host]->spec.network];
    }
  }
  if (observer_) observer_(host, event);
}

}  // namespace hearsay::sim

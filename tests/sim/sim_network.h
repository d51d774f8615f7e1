// SPDX-License-Identifier: MIT
//
// SimNetwork: any number of real nodes in one process, one thread, one seed.
//
// It is a driver of Node like node/io is: it owns clocks, disks, names and the wire, applies effects in their order and
// decides nothing. Same seed and same calls give the same trace hash. After every step it asks the node's own
// invariants and the referee; at the first complaint it stops for good: violation() says when, who and what, and Run*
// return at once.
//
// Scripts (At) and the calls of a test happen between steps, never inside one.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/core/node.h"
#include "tests/sim/address_plan.h"
#include "tests/sim/event_queue.h"
#include "tests/sim/pool.h"
#include "tests/sim/referee.h"
#include "tests/sim/roster.h"
#include "tests/sim/sim_clock.h"
#include "tests/sim/sim_store.h"
#include "tests/sim/trace_hash.h"
#include "tests/sim/wire.h"

namespace hearsay::sim {

struct SimConfig {
  std::uint64_t seed = 1;
  LinkConfig link;
  Duration flush_interval = std::chrono::seconds{3};
  Duration resolve_time = std::chrono::milliseconds{20};  // of a name, at most
  bool keep_ledgers = true;                                // costs memory for each pair that ever talked
  bool keep_trace = true;                                  // hashing every effect: a fifth of a large run's time
  std::uint32_t check_every = 1;                           // steps between Node::CheckInvariants
  std::uint32_t inspect_every = 32;                        // steps between Referee::Inspect
};

struct NodeSpec {
  Scope scope = Scope::kGlobal;       // where its address comes from, when it is behind no translator
  std::optional<NatId> nat;           // or it gets an address of that house
  bool announced = false;             // its port is forwarded, and its operator says so
  std::uint32_t network = 0;          // from AddNetwork; 0 is there from the start
  std::optional<Endpoint> endpoint;   // this one instead of the next of its scope
  std::vector<HostId> bootstrap;      // preconfigured peers, one name each
  std::vector<Endpoint> contacts;     // one more name, with all of these behind it
  Profile profile = Profile::kAuto;
  Role role = Role::kDual;
  CrawlerPolicy crawlers = CrawlerPolicy::kAllow;
  Attributes attributes;
  ClockSkew skew;
};

struct Violation {
  Duration at{};
  HostId host = kNoHost;
  std::string what;
};

struct JoinTimes {
  Duration started{};
  std::optional<Duration> first_peer;  // from its start to its first verified peer
  std::optional<Duration> full_view;   // from the last start of anybody to as many in view as are there to be had
  std::size_t full_of = 0;             // how many those were
};

class SimNetwork {
 public:
  using Script = std::function<void()>;
  using SocketHandler = std::function<void(const Delivery&)>;
  using EventObserver = std::function<void(HostId, const PeerEvent&)>;

  explicit SimNetwork(const SimConfig& config);
  ~SimNetwork();
  SimNetwork(const SimNetwork&) = delete;
  SimNetwork& operator=(const SimNetwork&) = delete;

  // ---- who is there ----
  std::uint32_t AddNetwork(const NetworkKey& key);
  NatId AddNat(NatKind kind, Duration timeout = std::chrono::seconds{60});
  HostId Add(NodeSpec spec);  // not started
  // A socket that a test speaks through: a hostile peer, a prober.
  HostId AddSocket(const Endpoint& endpoint, SocketHandler handler);
  // All endpoints where nobody else is, once: Delivery::local says which one was meant.
  void AddCrowd(SocketHandler handler);
  void SendFromCrowd(const Endpoint& from, const Endpoint& to, BytesView bytes) {
    wire_.SendFromCrowd(from, to, bytes, now_);
  }
  void SendFrom(HostId socket, const Endpoint& to, BytesView bytes) { wire_.Send(socket, to, bytes, now_); }
  void Inject(const Endpoint& from, const Endpoint& to, BytesView bytes) { wire_.Inject(from, to, bytes, now_); }

  // ---- what happens to them ----
  void Start(HostId host);
  void Kill(HostId host);   // as by kill -9: nobody is told, the last batch is lost
  void Leave(HostId host);  // as by SIGTERM: peers are told, the store is flushed
  void LoseDisk(HostId host);
  void Move(HostId host);   // a new address of the same scope; the process does not know
  void SetAttributes(HostId host, const Attributes& attributes);
  // What the list of contacts holds when it is asked for next.
  void SetContacts(HostId host, std::vector<Endpoint> contacts) { nodes_[host]->spec.contacts = std::move(contacts); }
  void SetNamesResolve(bool resolve) { names_resolve_ = resolve; }

  void At(Duration when, Script script);
  void RunUntil(Duration when);
  void RunFor(Duration time) { RunUntil(now_ + time); }
  // Runs until the predicate, asked every `step`, holds; false when it does not within `limit` or something is broken.
  bool RunUntilTrue(Duration limit, Duration step, const std::function<bool()>& predicate);
  // Stops the run as an invariant does.
  void Fail(HostId host, std::string what);

  // ---- what a test may see ----
  Duration now() const { return now_; }
  Time LocalTime(HostId host) const;
  std::size_t hosts() const { return nodes_.size(); }
  bool IsRunning(HostId host) const { return nodes_[host] != nullptr && nodes_[host]->node != nullptr; }
  bool IsNode(HostId host) const { return nodes_[host] != nullptr; }
  const Node& node(HostId host) const { return *nodes_[host]->node; }
  Node& node(HostId host) { return *nodes_[host]->node; }
  const Resident& resident(HostId host) const { return roster_[host]; }
  const JoinTimes& join_times(HostId host) const { return nodes_[host]->join; }
  const SimStore& store(HostId host) const { return nodes_[host]->store; }
  Endpoint PublicEndpoint(HostId host) const;
  const Roster& roster() const { return roster_; }
  Referee& referee() { return referee_; }
  Wire& wire() { return wire_; }
  const Wire& wire() const { return wire_; }
  Rng& rng() { return rng_; }
  void Observe(EventObserver observer) { observer_ = std::move(observer); }
  const std::optional<Violation>& violation() const { return violation_; }
  std::uint64_t events() const { return events_; }
  std::string trace_hash() const { return trace_.ToString(); }
  // Live and reachable nodes of the host's network, itself not counted.
  std::size_t ReachableOthers(HostId host) const;
  // Where the simulation is: for a report of an aborted run.
  struct Moment {
    Duration at{};
    HostId host = kNoHost;
  };
  const Moment& moment() const { return moment_; }

 private:
  struct SimNode {
    SimNode(NodeSpec s, const SimConfig& config, Duration phase);
    NodeSpec spec;
    ByteArray<Identity::kSeedSize> identity_seed{};
    SimClock clock;
    SimStore store;
    std::unique_ptr<Node> node;  // null while stopped
    std::uint32_t incarnation = 0;
    std::uint32_t idle_ticks = 0;  // ticks in a row at one moment
    Duration last_tick{-1};
    JoinTimes join;
  };
  struct Lookup {
    HostId host = kNoHost;
    std::uint32_t incarnation = 0;
    std::size_t entry = 0;
  };

  CoreConfig MakeCoreConfig(HostId host) const;
  void SetResident(HostId host);
  void CountReachable(HostId host, int change);
  void Stop(HostId host);
  template <typename Call>
  void Step(HostId host, const Delivery* delivery, Call&& call);
  void Apply(HostId host);
  void OnPeerEvent(HostId host, const PeerEvent& event);
  void Handle(const Event& event);
  void OnTimer(HostId host);
  void OnDatagram(std::uint32_t flight);
  void OnResolved(const Lookup& lookup);

  SimConfig config_;
  Rng rng_;
  EventQueue queue_;
  Wire wire_;
  AddressPlan plan_;
  Roster roster_;
  Referee referee_;
  TraceHash trace_;
  std::vector<NetworkKey> networks_;
  std::vector<std::size_t> reachable_;            // by network: live and reachable
  std::vector<Duration> last_start_;              // by network
  std::vector<std::unique_ptr<SimNode>> nodes_;   // by host; null for sockets
  std::vector<SocketHandler> sockets_;            // by host; empty for nodes
  std::vector<std::uint32_t> house_members_;      // by translator
  Pool<Script> scripts_;
  Pool<Lookup> lookups_;
  Effects effects_;  // of the step under way; reused
  EventObserver observer_;
  bool names_resolve_ = true;
  Duration now_{};
  Moment moment_;
  std::uint64_t events_ = 0;
  std::optional<Violation> violation_;
};

}  // namespace hearsay::sim

// SPDX-License-Identifier: MIT
//
// The seam: what goes into a pure machine of this project, and what comes out.
//
//   Datagram, now ─► Receive ┐                     ┌► Send        one datagram
//             now ─► Tick ───┤ state + Rng(seed)   ├► PersistPeer / ForgetPeer / PersistBan / ForgetBan / PersistState
//        Resolved ─► ────────┘                     ├► PeerEvent   for the application, the log and the API
//                     NextDeadline() ─► one timer  └► Resolve     look a preconfigured entry up
//
// The machine never reads a clock, a socket or entropy; the driver (node/io, the simulator, a fuzzer) never decides.
// Effects are appended in the order in which they must be applied: a Persist stands before the Sends that depend on it.
// An Effects object is reused: in the steady state no step allocates.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "proto/ban.h"
#include "proto/bytes.h"
#include "proto/endpoint.h"
#include "proto/error.h"
#include "proto/known_peer.h"
#include "proto/node_id.h"
#include "proto/record.h"
#include "proto/time.h"

namespace hearsay {

// One datagram as it came in. `local` is the address it was sent to (IP_PKTINFO) with the bound port: the one thing
// that tells a node behind no NAT which endpoint is its own.
struct Datagram {
  Endpoint from;
  Endpoint local;
  BytesView bytes;  // borrowed for the call
};

// The life of a peer. The table of transitions is kTransitions in node/core/peer_state.h.
enum class PeerState : std::uint8_t {
  kHeard,  // this one and kStale only within a step: nobody outside the core sees them
  kStale,
  kDialling,
  kVerified,
  kActive,
  kRetry,
  kRefused,
};
std::string_view PeerStateName(PeerState state);  // "dialling", "verified", ...

struct Send {
  Endpoint to;
  std::size_t offset = 0;  // into Effects::bytes
  std::size_t size = 0;
};
struct PersistPeer {
  KnownPeer peer;
};
struct ForgetPeer {
  NodeId id;
};
struct PersistBan {
  BanEntry ban;
};
struct ForgetBan {
  BanSubject subject;
};
struct PersistState {
  NodeState state;
};
enum class PeerEventKind : std::uint8_t {
  kVerified,           // proved its id at its endpoint; now in the table
  kActive,             // has a live channel
  kStale,              // missed its keepalives
  kLeft,               // said so itself, on its own channel
  kEvicted,            // left the table: forgotten, or no longer where it was proved
  kUpdated,            // a newer node record: attributes may differ
  kDuplicateIdentity,  // another live process holds our identity, at `endpoint`
  kBootstrapFailed,    // a preconfigured entry could not be used; `detail` names it; said once until it works again
  kSelfEndpoint,       // our own reachable endpoint became known, `endpoint`
  kBanned,             // forgotten, its channel ended; `detail` is the reason of the ban
};
std::string_view PeerEventName(PeerEventKind kind);  // "peer_verified", "duplicate_identity", ...
struct PeerEvent {
  PeerEventKind kind{};
  NodeId id;               // zero where there is none
  Endpoint endpoint;
  std::string detail;      // a reason, empty when plain
  Attributes attributes;   // of the peer's record, when known
};
// Asks the driver to look up entry `entry` of CoreConfig::preconfigured; answered by one Resolved.
struct Resolve {
  std::size_t entry = 0;
};
struct Resolved {
  struct Contact {
    Endpoint endpoint;
    std::optional<NodeId> pin;
  };
  std::size_t entry = 0;
  std::vector<Contact> contacts;  // at most kMaxResolvedContacts are read
  std::string error;              // for people, when contacts is empty
};
inline constexpr std::size_t kMaxResolvedContacts = 1024;

using Effect = std::variant<Send, PersistPeer, ForgetPeer, PersistState, PeerEvent, Resolve, PersistBan, ForgetBan>;

class Effects {
 public:
  std::vector<Effect> list;
  Bytes bytes;  // what the Sends point into

  void Clear() {
    list.clear();
    bytes.clear();
  }
  void AddSend(const Endpoint& to, BytesView datagram) {
    list.push_back(Send{to, bytes.size(), datagram.size()});
    bytes.insert(bytes.end(), datagram.begin(), datagram.end());
  }
  template <typename T>
  void Add(T effect) {
    list.push_back(std::move(effect));
  }
  BytesView View(const Send& send) const { return BytesView(bytes).subspan(send.offset, send.size); }
};

// What is remembered at start: the state, the first peers to try, and every ban, so that they hold from the first
// packet on. More known peers may follow in Remember().
struct Snapshot {
  NodeState state;
  std::vector<KnownPeer> peers;
  std::vector<BanEntry> bans;
};

// A preconfigured peer as the operator wrote it; only the driver understands `text`.
struct Preconfigured {
  std::string text;
  std::optional<NodeId> pin;
  friend bool operator==(const Preconfigured&, const Preconfigured&) = default;
};

enum class Profile : std::uint8_t { kAuto, kLan, kInternet };

enum class CrawlerPolicy : std::uint8_t { kAllow, kExclude };

class AddressGroups;  // node/core/address_groups.h

struct CoreConfig {
  std::string software;                      // "hearsay/0.1.0"
  std::string name;
  Role role = Role::kDual;
  Attributes attributes;
  Profile profile = Profile::kAuto;          // kAuto: by each peer's address scope
  CrawlerPolicy crawlers = CrawlerPolicy::kAllow;  // kExclude: whoever says it is a crawler is told so and closed
  std::vector<Endpoint> announce;            // endpoints that the operator says are ours
  std::uint16_t listen_port = 0;             // the bound port
  std::vector<Preconfigured> preconfigured;
  std::map<NodeId, std::uint64_t> weights;   // empty: every verified peer weighs 1
  const AddressGroups* address_groups = nullptr;  // borrowed until the next Reconfigure; null: /16 and /32 alone
  std::optional<std::uint64_t> online_weight_minimum;  // absent: Bootstrap::minimum()
  std::vector<BanEntry> bans;                // of the settings; at most kMaxBans are taken
  // While so many are verified or being dialled, it asks for no more and dials nobody that it is told of; whoever dials
  // it is answered and verified. For many nodes on one machine. Absent: it wants to know everybody.
  std::optional<std::size_t> enough_peers;
};

// Why a ban was not taken or not lifted; nothing has changed.
enum class BanRefusal : std::uint8_t {
  kFull,      // kMaxBans are held; none gives way, so that nobody can push one out
  kSelf,      // our own node id
  kOver,      // it would be over already
  kSettings,  // of the settings alone, and to be taken out there
  kUnknown,   // there is no such ban
};

// ---- What the API, the CLI and the metrics read ----

struct PeerInfo {
  NodeId id;
  Endpoint endpoint;
  PeerState state{};
  bool in_view = false;       // has an active channel and is one of the peers that this node chose
  bool reachable = false;     // proved at `endpoint` by a dial or path challenge of ours
  std::optional<Duration> rtt;
  std::uint64_t heard_from = 0;  // as KnownPeer::heard_from
  Time first_seen{};
  Time last_seen{};
  std::string last_error;     // ErrorName or empty
  std::string software;
  std::string name;
  Role role{};
  Attributes attributes;
  std::uint64_t weight = 0;
  std::uint32_t failures = 0;
  Time next_retry = kNever;   // in state retry
};

enum class Influence : std::uint8_t;  // node/core/speakers.h

// Why a peer is where it is. Of a peer that is not known there is none: a banned one is not.
struct PeerExplanation {
  struct Channel {
    Time opened_at{};
    Time last_heard{};
    bool inbound = false;        // the peer dialled us and we have not chosen it
    bool preconfigured = false;  // reached through the operator's list
    std::size_t sessions = 0;
  };
  struct Speaker {
    std::uint32_t proved = 0;    // endpoints that it told us of lately, by what came of dialling them
    std::uint32_t failed = 0;
    Influence influence{};
    Time shunned_until = kNever; // set where it has no influence
  };
  PeerInfo peer;
  bool in_table = false;         // its endpoint was proved to us, in this run or an earlier one
  Time last_verified{};
  std::optional<NodeId> teller;  // whose id begins with peer.heard_from, while it is known
  std::string group;             // AddressGroups::NameOf its endpoint
  std::size_t group_peers = 0;   // peers of the table in that group; it too, where it is in_table
  bool chosen = false;           // one of those that this node keeps a channel to
  std::vector<std::size_t> slots;    // of the view that hold it; they choose once more than kViewSlots are verified
  std::size_t verified_peers = 0;
  std::optional<Channel> channel;
  Speaker speaker;
};

struct CoreStatus {
  NodeId id;
  std::uint64_t boot_epoch = 0;
  std::vector<Endpoint> own_endpoints;  // known to be ours
  std::size_t view = 0;                 // peers of our choice with an active channel
  std::size_t channels = 0;             // all active channels
  std::size_t table = 0;                // verified peers
  std::size_t heard = 0;                // hearsay waiting
  std::size_t dialling = 0;
  std::uint64_t online_weight = 0;
  std::uint64_t online_weight_minimum = 0;
  std::size_t duplicate_identities = 0; // seen since start
  std::size_t as_prefixes = 0;          // of the table that tells address groups by autonomous system
  std::size_t bans = 0;
};

}  // namespace hearsay

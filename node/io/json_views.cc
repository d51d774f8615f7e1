// SPDX-License-Identifier: MIT
#include "node/io/json_views.h"

#include <algorithm>

#include "node/core/speakers.h"
#include "node/io/json_writer.h"
#include "proto/rfc3339.h"

namespace hearsay {
namespace {

// A time that is not set is null.
void WriteTime(JsonWriter& out, std::string_view key, Time t) {
  out.Key(key);
  t == kNever || t == Time{} ? out.Null() : out.String(FormatRfc3339(t));
}

// A text that is not there is null.
void WriteText(JsonWriter& out, std::string_view key, std::string_view text) {
  out.Key(key);
  text.empty() ? out.Null() : out.String(text);
}

void WriteEndpoint(JsonWriter& out, const Endpoint& endpoint) {
  out.Key("endpoint");
  endpoint == Endpoint{} ? out.Null() : out.String(endpoint.ToString());
}

void WriteEndpoints(JsonWriter& out, std::string_view key, const std::vector<Endpoint>& endpoints) {
  out.Key(key).BeginArray();
  for (const Endpoint& endpoint : endpoints) out.String(endpoint.ToString());
  out.EndArray();
}

void WriteAttributes(JsonWriter& out, const Attributes& attributes) {
  out.Key("attributes").BeginObject();
  for (const auto& [key, value] : attributes) out.Key(key).String(value);
  out.EndObject();
}

void WriteCounters(JsonWriter& out, const NodeView& node) {
  const Counters& counters = node.CoreCounters();
  out.Key("counters").BeginObject();
  for (std::size_t i = 0; i < counters.values.size(); ++i) {
    out.Key(CounterName(static_cast<Counter>(i))).Number(counters.values[i]);
  }
  for (const auto& [name, value] : node.IoCounters()) out.Key(name).Number(value);
  out.EndObject();
}

// Only reasons that happened: the list of all of them is in proto/error.h.
template <std::size_t N>
void WriteReasons(JsonWriter& out, std::string_view key, const std::array<std::uint64_t, N>& counts) {
  out.Key(key).BeginObject();
  for (std::size_t i = 0; i < N; ++i) {
    if (counts[i] != 0) out.Key(ErrorName(static_cast<Error>(i))).Number(counts[i]);
  }
  out.EndObject();
}

void WritePeer(JsonWriter& out, const PeerInfo& peer) {
  out.BeginObject().Key("node_id").String(peer.id.ToString());
  WriteEndpoint(out, peer.endpoint);
  out.Key("state").String(PeerStateName(peer.state));
  out.Key("in_view").Bool(peer.in_view);
  out.Key("reachable").Bool(peer.reachable);
  out.Key("rtt_ms");
  peer.rtt ? out.Thousandths(peer.rtt->count()) : out.Null();
  WriteTime(out, "first_seen", peer.first_seen);
  WriteTime(out, "last_seen", peer.last_seen);
  WriteText(out, "last_error", peer.last_error);
  out.Key("software").String(peer.software);
  out.Key("name").String(peer.name);
  out.Key("role").String(RoleName(peer.role));
  WriteAttributes(out, peer.attributes);
  out.Key("weight").Number(peer.weight);
  out.Key("failures").Number(peer.failures);
  WriteTime(out, "next_retry", peer.next_retry);
  out.EndObject();
}

void WriteHeardFrom(JsonWriter& out, const PeerExplanation& why) {
  out.Key("heard_from");
  if (why.peer.heard_from == 0) {
    out.Null();
    return;
  }
  ByteArray<8> prefix;
  StoreBigEndian(why.peer.heard_from, prefix.data());
  out.BeginObject().Key("prefix").String(ToHex(prefix)).Key("node_id");
  why.teller ? out.String(why.teller->ToString()) : out.Null();
  out.EndObject();
}

void WriteChannel(JsonWriter& out, const std::optional<PeerExplanation::Channel>& channel) {
  out.Key("channel");
  if (!channel) {
    out.Null();
    return;
  }
  out.BeginObject();
  WriteTime(out, "opened_at", channel->opened_at);
  WriteTime(out, "last_heard", channel->last_heard);
  out.Key("inbound").Bool(channel->inbound);
  out.Key("preconfigured").Bool(channel->preconfigured);
  out.Key("sessions").Number(channel->sessions).EndObject();
}

void WriteView(JsonWriter& out, const PeerExplanation& why) {
  out.Key("view").BeginObject().Key("chosen").Bool(why.chosen);
  out.Key("slots").BeginArray();
  for (const std::size_t slot : why.slots) out.Number(slot);
  out.EndArray();
  out.Key("slots_in_all").Number(kViewSlots);
  out.Key("slots_choose").Bool(why.verified_peers > kViewSlots);
  out.Key("verified_peers").Number(why.verified_peers).EndObject();
}

void WriteSpeaker(JsonWriter& out, const PeerExplanation::Speaker& speaker) {
  out.Key("speaker").BeginObject().Key("proved").Number(speaker.proved).Key("failed").Number(speaker.failed);
  out.Key("influence").String(InfluenceName(speaker.influence));
  WriteTime(out, "shunned_until", speaker.shunned_until);
  out.EndObject();
}

void WriteBanKeys(JsonWriter& out, const BanEntry& ban) {
  out.Key("subject").String(BanSubjectText(ban.subject));
  out.Key("kind").String(std::holds_alternative<NodeId>(ban.subject) ? "node_id" : "prefix");
  out.Key("reason").String(ban.reason);
  out.Key("source").String(BanSourceName(ban.source));
  WriteTime(out, "created", ban.created);
  WriteTime(out, "expires", ban.expires);
}

// Cuts at a byte; a character cut in two is replaced when it is written.
std::string_view Cut(std::string_view text, std::size_t bytes) { return text.substr(0, std::min(text.size(), bytes)); }

template <typename Visit>
void ForEachPeerState(Visit visit) {
  for (const PeerState state : {PeerState::kDialling, PeerState::kVerified, PeerState::kActive, PeerState::kRetry,
                                PeerState::kRefused}) {
    visit(state);
  }
}

}  // namespace

bool PeerFilter::Matches(const PeerInfo& peer) const {
  if (state && peer.state != *state) return false;
  if (in_view && peer.in_view != *in_view) return false;
  return std::all_of(attributes.begin(), attributes.end(), [&peer](const auto& wanted) {
    const auto found = peer.attributes.find(wanted.first);
    return found != peer.attributes.end() && found->second == wanted.second;
  });
}

std::optional<PeerState> ParsePeerState(std::string_view name) {
  std::optional<PeerState> found;
  ForEachPeerState([&](PeerState state) {
    if (PeerStateName(state) == name) found = state;
  });
  return found;
}

std::string PeerStateNames() {
  std::string names;
  ForEachPeerState([&](PeerState state) {
    if (!names.empty()) names += ", ";
    names += PeerStateName(state);
  });
  return names;
}

std::string StatusJson(const NodeView& node, const ApiIdentity& api) {
  const CoreStatus status = node.Status();
  JsonWriter out;
  out.BeginObject();
  out.Key("node_id").String(status.id.ToString());
  out.Key("network").String(node.Network());
  out.Key("closed").Bool(node.Closed());
  WriteEndpoints(out, "listen", node.Listen());
  WriteEndpoints(out, "own_endpoints", status.own_endpoints);
  out.Key("api").String(api.address);
  out.Key("software").String(api.software);
  WriteTime(out, "started_at", node.StartedAt());
  out.Key("uptime_seconds").Thousandths((node.Now() - node.StartedAt()) / std::chrono::milliseconds{1});
  out.Key("view").Number(status.view);
  out.Key("table").Number(status.table);
  out.Key("heard").Number(status.heard);
  out.Key("dialling").Number(status.dialling);
  out.Key("channels").Number(status.channels);
  out.Key("online_weight").Number(status.online_weight);
  out.Key("online_weight_minimum").Number(status.online_weight_minimum);
  out.Key("boot_epoch").Number(status.boot_epoch);
  out.Key("as_prefixes").Number(status.as_prefixes);
  out.Key("duplicate_identities").Number(status.duplicate_identities);
  out.Key("bans").Number(status.bans);
  WriteCounters(out, node);
  WriteReasons(out, "drops", node.CoreCounters().drops);
  WriteReasons(out, "dial_failures", node.CoreCounters().dial_failures);
  return out.EndObject().Take();
}

std::string PeersJson(const std::vector<PeerInfo>& peers, const PeerFilter& filter) {
  JsonWriter out;
  out.BeginObject().Key("peers").BeginArray();
  for (const PeerInfo& peer : peers) {
    if (filter.Matches(peer)) WritePeer(out, peer);
  }
  return out.EndArray().EndObject().Take();
}

std::string PeerJson(const PeerInfo& peer) {
  JsonWriter out;
  WritePeer(out, peer);
  return out.Take();
}

std::string ExplanationJson(const PeerExplanation& why) {
  JsonWriter out;
  out.BeginObject().Key("peer");
  WritePeer(out, why.peer);
  WriteHeardFrom(out, why);
  out.Key("in_table").Bool(why.in_table);
  WriteTime(out, "last_verified", why.last_verified);
  out.Key("group").BeginObject().Key("name").String(why.group).Key("table_peers").Number(why.group_peers).EndObject();
  WriteView(out, why);
  WriteChannel(out, why.channel);
  WriteSpeaker(out, why.speaker);
  return out.EndObject().Take();
}

std::string BansJson(const std::vector<BanEntry>& bans) {
  JsonWriter out;
  out.BeginObject().Key("bans").BeginArray();
  for (const BanEntry& ban : bans) {
    out.BeginObject();
    WriteBanKeys(out, ban);
    out.EndObject();
  }
  return out.EndArray().EndObject().Take();
}

std::string BanJson(const BanEntry& ban, std::string_view warning) {
  JsonWriter out;
  out.BeginObject();
  WriteBanKeys(out, ban);
  WriteText(out, "warning", warning);
  return out.EndObject().Take();
}

std::string UnbannedJson(const BanSubject& subject, std::string_view warning) {
  JsonWriter out;
  out.BeginObject().Key("unbanned").String(BanSubjectText(subject));
  WriteText(out, "warning", warning);
  return out.EndObject().Take();
}

std::string HealthJson(const NodeView& node, std::string_view unhealthy) {
  const CoreStatus status = node.Status();
  JsonWriter out;
  out.BeginObject();
  out.Key("node_id").String(status.id.ToString());
  out.Key("status").String(unhealthy.empty() ? "ok" : "unhealthy");
  out.Key("view").Number(status.view);
  out.Key("table").Number(status.table);
  out.Key("heard").Number(status.heard);
  if (!unhealthy.empty()) out.Key("reason").String(unhealthy);
  return out.EndObject().Take();
}

std::string EventJson(std::uint64_t id, Time at, const PeerEvent& event, std::size_t max_detail_bytes) {
  JsonWriter out;
  out.BeginObject();
  out.Key("id").Number(id);
  WriteTime(out, "time", at);
  out.Key("event").String(PeerEventName(event.kind));
  out.Key("node_id");
  event.id == NodeId{} ? out.Null() : out.String(event.id.ToString());
  WriteEndpoint(out, event.endpoint);
  out.Key("detail").String(Cut(event.detail, max_detail_bytes));
  WriteAttributes(out, event.attributes);
  return out.EndObject().Take();
}

std::string ErrorJson(std::string_view text) {
  JsonWriter out;
  return out.BeginObject().Key("error").String(text).EndObject().Take();
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
#include "crawler/seed/zone.h"

#include <algorithm>
#include <span>

#include "node/io/peer_entry.h"

#include "crawler/seed/ldns_library.h"

namespace hearsay {
namespace {

// Nobody transfers this zone, so these matter to nobody; RFC 1912 section 2.2's order of magnitude.
constexpr std::uint32_t kRefreshSeconds = 3600;
constexpr std::uint32_t kRetrySeconds = 600;
constexpr std::uint32_t kExpireSeconds = 86400;
constexpr std::string_view kAnyText = "RFC8482";

void PutBytes(Bytes& out, BytesView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

template <typename Number>
void PutNumber(Bytes& out, Number value) {
  std::byte bytes[sizeof(Number)];
  StoreBigEndian(value, bytes);
  PutBytes(out, bytes);
}

void PutText(Bytes& out, std::string_view text) {
  out.push_back(static_cast<std::byte>(text.size()));
  PutBytes(out, AsBytes(text));
}

Bytes AddressData(const IpAddress& address) {
  const BytesView bytes = address.IsV4() ? BytesView(address.bytes).last(4) : BytesView(address.bytes);
  return Bytes(bytes.begin(), bytes.end());
}

std::uint16_t AddressType(const IpAddress& address) { return address.IsV4() ? DnsType::kA : DnsType::kAaaa; }

std::size_t UdpLimit(const DnsQuery& query) {
  if (!query.edns) return kPlainDnsBytes;
  return std::clamp<std::size_t>(query.edns->udp_size, kPlainDnsBytes, kEdnsBytes);
}

bool IsRefusedType(std::uint16_t type) { return type >= DnsType::kTkey && type <= DnsType::kAxfr; }

tl::unexpected<std::string> Wrong(std::string why) { return tl::unexpected(std::move(why)); }

}  // namespace

struct Zone::Turn {
  const DnsQuestion& question;
  DnsName zone;  // in the letters that were asked, so that ldns compresses it
  DnsReply reply;
  Time now;
  Rng& rng;
  bool found = false;  // any record in the answer

  bool Asks(std::uint16_t type) const { return question.type == type; }
  bool Answer(std::uint16_t type, std::uint32_t ttl, Bytes data) {
    if (!reply.Add(DnsSection::kAnswer, {question.name, type, ttl, std::move(data)})) {
      reply.truncated = true;
      return false;
    }
    found = true;
    return true;
  }
};

Result<Zone::NameServer> Zone::MakeNameServer(const ZoneConfig::NameServer& config, const DnsName& zone) {
  const auto name = IsHostName(config.name) ? DnsName::FromText(config.name) : std::nullopt;
  if (!name) return Wrong("name server '" + config.name + "' is no host name");
  NameServer out{.name = *name, .label = {}, .addresses = config.addresses};
  if (!name->SuffixIn(zone)) return out;
  const auto labels = name->Labels();
  if (labels.size() != zone.Labels().size() + 1) {
    return Wrong("name server '" + config.name + "' is not one label below the zone; call it ns." + zone.ToString());
  }
  if (ReadZoneName(std::span(labels).first(1), GoodPeers({}, SipKey{})).kind != ZoneName::Kind::kUnknown) {
    return Wrong("name server '" + config.name + "' has the name of a filter; call it ns." + zone.ToString());
  }
  if (config.addresses.empty()) {
    return Wrong("name server '" + config.name + "' is in the zone, so it needs an address; write NAME=ADDRESS");
  }
  out.label = labels[0];
  return out;
}

Result<Zone> Zone::Make(const ZoneConfig& config, const Identity& seed) {
  const auto ldns = LdnsLibrary::Load();
  if (!ldns) return tl::unexpected(ldns.error());
  const auto name = IsHostName(config.zone) ? DnsName::FromText(CanonicalDnsName(config.zone)) : std::nullopt;
  const auto hostmaster = name ? DnsName::Join("hostmaster", *name) : std::nullopt;
  // Room for the longest name below it, VALUE.KEY.is, is not asked for: such a name then cannot be asked.
  const auto longest = name ? DnsName::Join(std::string(33, 'p'), *name) : std::nullopt;
  if (!hostmaster || !longest) {
    return Wrong("zone '" + config.zone + "' is no host name, or too long for names below it");
  }
  if (config.ttl < std::chrono::seconds{1} || config.ttl > kMaxTtl) {
    return Wrong("ttl " + std::to_string(config.ttl.count()) + " is not between 1 and 900 seconds");
  }
  if (config.name_servers.empty()) return Wrong("zone '" + config.zone + "' has no name server");
  Zone out(**ldns, config, seed);
  out.zone_ = *name;
  out.hostmaster_ = Bytes(hostmaster->wire().begin(), hostmaster->wire().end());
  for (const ZoneConfig::NameServer& server : config.name_servers) {
    auto made = MakeNameServer(server, out.zone_);
    if (!made) return tl::unexpected(made.error());
    out.name_servers_.push_back(std::move(*made));
  }
  return out;
}

std::optional<DnsAnswer> Zone::Answer(BytesView bytes, DnsTransport transport, Time now, Rng& rng) {
  const auto query = ReadDnsQuery(*ldns_, bytes);
  if (!query) return std::nullopt;
  DnsReply reply(*ldns_, *query, transport == DnsTransport::kTcp ? kMaxTcpBytes : UdpLimit(*query));
  const auto fail = [&](DnsRcode rcode) {
    reply.authoritative = false;
    return DnsAnswer{reply.Finish(rcode), AnswerKind::kError};
  };
  if (query->rcode != DnsRcode::kNoError) return fail(query->rcode);
  const auto zone = query->question->name.SuffixIn(zone_);
  if (!zone || query->question->dns_class != kDnsClassIn || IsRefusedType(query->question->type)) {
    return fail(DnsRcode::kRefused);
  }
  Turn turn{.question = *query->question, .zone = *zone, .reply = std::move(reply), .now = now, .rng = rng};
  const DnsRcode rcode = Fill(turn);
  const bool empty = !turn.found && !turn.reply.truncated;
  if (empty) AddSoa(turn, DnsSection::kAuthority);
  const AnswerKind none = rcode == DnsRcode::kNxDomain ? AnswerKind::kNxDomain : AnswerKind::kNoData;
  return DnsAnswer{turn.reply.Finish(rcode), empty ? none : AnswerKind::kRecords};
}

DnsRcode Zone::Fill(Turn& turn) {
  using Kind = ZoneName::Kind;
  std::vector<std::string> labels = turn.question.name.Labels();
  labels.resize(labels.size() - zone_.Labels().size());
  const NameServer* server = FindNameServer(labels);
  const ZoneName name = server != nullptr ? ZoneName{.kind = Kind::kEmpty} : ReadZoneName(labels, peers_);
  if (name.kind == Kind::kUnknown) return DnsRcode::kNxDomain;
  if (turn.Asks(DnsType::kAny)) {
    Bytes data;
    PutText(data, kAnyText);
    PutText(data, "");
    turn.Answer(DnsType::kHinfo, ttl_, std::move(data));
    return DnsRcode::kNoError;
  }
  if (labels.empty()) AddApex(turn);
  if (name.kind == Kind::kPeers) AddPeers(turn, name.view);
  if (name.kind == Kind::kServices) AddServices(turn, name.view);
  if (name.kind == Kind::kAddress) AddAddress(turn, name.address);
  if (server != nullptr) {
    for (const IpAddress& address : server->addresses) AddAddress(turn, address);
  }
  return DnsRcode::kNoError;
}

const Zone::NameServer* Zone::FindNameServer(std::span<const std::string> labels) const {
  if (labels.size() != 1) return nullptr;
  const auto found = std::ranges::find(name_servers_, labels[0], &NameServer::label);
  return found == name_servers_.end() ? nullptr : &*found;
}

void Zone::AddAddress(Turn& turn, const IpAddress& address) {
  if (turn.Asks(AddressType(address))) turn.Answer(AddressType(address), ttl_, AddressData(address));
}

void Zone::AddPeers(Turn& turn, const std::string& view) {
  const std::uint16_t type = turn.question.type;
  if (type != DnsType::kA && type != DnsType::kAaaa && type != DnsType::kTxt) return;
  const bool text = type == DnsType::kTxt;
  const std::size_t bytes = text ? 1 + SeedEntry::kMaxBytes : type == DnsType::kA ? 4 : 16;
  const std::size_t count = std::clamp(turn.reply.Room(bytes), kFewestPeersInAnswer, kMaxPeersInAnswer);
  const PeerKind address_kind = type == DnsType::kA ? PeerKind::kV4OnDefaultPort : PeerKind::kV6OnDefaultPort;
  if (text) return AddEntries(turn, view, count);
  for (const GoodPeer* peer : peers_.Draw(view, address_kind, count, turn.rng)) {
    if (!turn.Answer(type, ttl_, AddressData(peer->endpoint.address))) return;
  }
}

void Zone::AddEntries(Turn& turn, const std::string& view, std::size_t count) {
  const auto drawn = peers_.Draw(view, PeerKind::kAny, kMaxPeersInAnswer, turn.rng);
  const auto& entries = signer_.Sign(turn.question.name.ToString(), drawn, peers_, turn.now, turn.rng);
  for (const EntrySigner::Entry& entry : std::span(entries).first(std::min(count, entries.size()))) {
    Bytes data;
    PutText(data, entry.text);
    if (!turn.Answer(DnsType::kTxt, ttl_, std::move(data))) return;
  }
}

void Zone::AddServices(Turn& turn, const std::string& view) {
  if (!turn.Asks(DnsType::kSrv)) return;
  constexpr std::size_t kFields = 6;        // priority, weight, port
  constexpr std::size_t kLongestLabel = 34;  // with its length
  const std::size_t bytes = kFields + kLongestLabel + turn.zone.wire().size();
  const std::size_t count = std::clamp(turn.reply.Room(bytes), kFewestPeersInAnswer, kMaxPeersInAnswer);
  std::vector<DnsRecord> targets;
  for (const GoodPeer* peer : peers_.Draw(view, PeerKind::kAny, count, turn.rng)) {
    const IpAddress& address = peer->endpoint.address;
    const auto target = DnsName::Join(AddressLabel(address), turn.zone);
    Bytes data;
    PutNumber<std::uint16_t>(data, 0);  // priority and weight: no peer is better than another
    PutNumber<std::uint16_t>(data, 0);
    PutNumber<std::uint16_t>(data, peer->endpoint.port);
    PutBytes(data, target->wire());
    if (!turn.Answer(DnsType::kSrv, ttl_, std::move(data))) return;
    targets.push_back({*target, AddressType(address), ttl_, AddressData(address)});
  }
  // What does not fit is asked for by its name.
  for (const DnsRecord& target : targets) turn.reply.Add(DnsSection::kAdditional, target);
}

void Zone::AddApex(Turn& turn) {
  if (turn.Asks(DnsType::kSoa)) AddSoa(turn, DnsSection::kAnswer);
  if (!turn.Asks(DnsType::kNs)) return;
  for (const NameServer& server : name_servers_) {
    const BytesView name = server.name.wire();
    if (!turn.Answer(DnsType::kNs, ttl_, Bytes(name.begin(), name.end()))) return;
  }
  for (const NameServer& server : name_servers_) {
    if (server.label.empty()) continue;
    const DnsName owner = *DnsName::Join(server.label, turn.zone);
    for (const IpAddress& address : server.addresses) {
      turn.reply.Add(DnsSection::kAdditional, {owner, AddressType(address), ttl_, AddressData(address)});
    }
  }
}

void Zone::AddSoa(Turn& turn, DnsSection section) const {
  const BytesView primary = name_servers_.front().name.wire();
  Bytes data(primary.begin(), primary.end());
  PutBytes(data, hostmaster_);
  const auto serial = static_cast<std::uint32_t>(UnixSeconds(turn.now));
  for (const std::uint32_t value : {serial, kRefreshSeconds, kRetrySeconds, kExpireSeconds, ttl_}) {
    PutNumber(data, value);
  }
  const bool added = turn.reply.Add(section, {turn.zone, DnsType::kSoa, ttl_, std::move(data)});
  if (!added) turn.reply.truncated = true;
  if (section == DnsSection::kAnswer) turn.found = added;
}

}  // namespace hearsay

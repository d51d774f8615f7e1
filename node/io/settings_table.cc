// SPDX-License-Identifier: MIT
#include "node/io/settings_table.h"

#include <algorithm>
#include <charconv>

#include "node/io/ban_setting.h"
#include "node/io/peer_entry.h"
#include "proto/limits.h"
#include "proto/network.h"
#include "proto/text.h"

namespace hearsay {
namespace {

using Values = std::vector<std::string>;

constexpr std::size_t kMaxListen = 8;            // sockets: a few addresses of one machine
constexpr std::size_t kMaxPeers = 1024;          // preconfigured entries; more belong in a file: list
constexpr std::size_t kMaxBanSettings = 1024;    // of the 4,096 that a ban list takes from each source
constexpr std::size_t kMaxPathBytes = 4096;      // PATH_MAX of Linux
constexpr std::uint64_t kMaxStoreCapacity = 100'000'000;
constexpr std::uint64_t kMaxStoreMapMib = 1 << 20;  // a tebibyte of address space
constexpr std::string_view kLogLevels[] = {"trace", "debug", "info", "warn", "error", "off"};
constexpr std::string_view kProfiles[] = {"auto", "lan", "internet"};  // by Profile's values
constexpr std::string_view kCrawlers[] = {"allow", "exclude"};         // by CrawlerPolicy's values
constexpr std::string_view kLogFormats[] = {"text", "json"};           // by LogFormat's values

std::string OneOf(std::span<const std::string_view> words) {
  std::string out = "is none of";
  for (const std::string_view word : words) out += " " + std::string(word);
  return out;
}

template <typename Enum>
std::string AddEnum(std::span<const std::string_view> words, std::string_view text, Enum& out) {
  const auto found = std::find(words.begin(), words.end(), text);
  if (found == words.end()) return OneOf(words);
  out = static_cast<Enum>(found - words.begin());
  return {};
}

std::string Full(std::string_view bound) { return std::string(kOneTooMany) + ": " + std::string(bound); }

std::string AddPath(std::string_view text, std::string& out) {
  if (text.empty() || text.size() > kMaxPathBytes || text.find('\0') != std::string_view::npos) {
    return "is no path of 1 to 4096 bytes";
  }
  out = text;
  return {};
}

std::string AddNumber(std::string_view text, std::uint64_t least, std::uint64_t most, std::uint64_t& out) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value < least || value > most) {
    return "is no whole number from " + std::to_string(least) + " to " + std::to_string(most);
  }
  out = value;
  return {};
}

std::string AddListen(Settings& s, std::string_view text) {
  const auto endpoint = Endpoint::Parse(text, kDefaultPort);
  if (!endpoint) return "is no address to listen on; write 0.0.0.0:7075 or [::]:7075";
  if (s.listen.size() >= kMaxListen) return Full("at most 8");
  s.listen.push_back(*endpoint);
  return {};
}

std::string AddPeer(Settings& s, std::string_view text) {
  if (std::string wrong = ExplainPeerEntry(text); !wrong.empty()) return wrong;
  if (s.peers.size() >= kMaxPeers) return Full("at most 1024; keep more in a list: file:PATH");
  s.peers.emplace_back(text);
  return {};
}

std::string AddAnnounce(Settings& s, std::string_view text) {
  const auto endpoint = Endpoint::Parse(text);
  if (!endpoint) return "is no ADDRESS:PORT, like 8.8.4.4:7075";
  if (endpoint->port == 0) return "has port 0: give the port at which peers reach this node";
  if (!endpoint->IsDialable()) {
    return "has an address that no peer can have (unspecified, multicast, documentation or reserved); give this node's "
           "own as peers see it";
  }
  if (s.announce.size() >= kMaxRecordEndpoints) return Full("at most 4");
  s.announce.push_back(*endpoint);
  return {};
}

std::string AddAttribute(Settings& s, std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return "is no KEY=VALUE";
  Attributes with = s.attributes;
  if (!with.emplace(text.substr(0, equals), text.substr(equals + 1)).second) return "gives its key a second time";
  if (const std::string wrong = CheckAttributes(with); !wrong.empty()) return "is not allowed: " + wrong;
  s.attributes = std::move(with);
  return {};
}

std::string AddBan(Settings& s, std::string_view text) {
  auto ban = ParseBanSetting(text);
  if (!ban) return ban.error();
  if (s.bans.size() >= kMaxBanSettings) return Full("at most 1024; more go by `hearsay ban`");
  const auto same = [&](const BanEntry& other) { return other.subject == ban->subject; };
  if (std::any_of(s.bans.begin(), s.bans.end(), same)) return "bans its subject a second time; keep one of them";
  s.bans.push_back(std::move(*ban));
  return {};
}

std::string AddApi(Settings& s, std::string_view text) {
  auto address = ApiAddress::Parse(text);
  if (!address) return address.error();
  s.api = std::move(*address);
  return {};
}

Values OneUnlessEmpty(std::string text) { return text.empty() ? Values{} : Values{std::move(text)}; }

Values Endpoints(const std::vector<Endpoint>& endpoints) {
  Values out;
  for (const Endpoint& e : endpoints) out.push_back(e.ToString());
  return out;
}

// A member of Settings goes back to what a fresh Settings has.
template <auto Member>
void Clear(Settings& s) {
  s.*Member = Settings{}.*Member;
}
template <auto Member>
std::string SetPath(Settings& s, std::string_view text) {
  return AddPath(text, s.*Member);
}
template <auto Member>
Values Text(const Settings& s) {
  return OneUnlessEmpty(s.*Member);
}

constexpr auto kScalar = SettingShape::kScalar;
constexpr auto kList = SettingShape::kList;
constexpr auto kMap = SettingShape::kMap;
constexpr auto kReload = SettingChange::kReload;
constexpr auto kRestart = SettingChange::kRestart;

// In the order in which people need them.
constexpr Setting kTable[] = {
    {"network", "--network", "NAME", kScalar, kRestart, "hearsay",
     "The network to be in: 1 to 64 letters, digits, '_', '.' or '-'. Nodes of different networks never talk.",
     [](Settings& s, std::string_view t) {
       if (!IsNetworkName(t)) return std::string("is no network name: 1 to 64 letters, digits, '_', '.' or '-'");
       s.network = t;
       return std::string();
     },
     Clear<&Settings::network>, Text<&Settings::network>},
    {"network_key_file", "--network-key-file", "FILE", kScalar, kRestart, "none: an open network",
     "A file with the network's pre-shared key: 64 hex digits or a passphrase of at least 12 characters, mode 0600. "
     "Only nodes with the same key are in the network.",
     SetPath<&Settings::network_key_file>, Clear<&Settings::network_key_file>, Text<&Settings::network_key_file>},
    {"listen", "--listen", "ADDRESS:PORT", kList, kRestart, "[::]:7075, which is IPv4 as well",
     "UDP endpoint to listen on, at most 8. Port 0 takes a free one, the same as last time where possible.", AddListen,
     Clear<&Settings::listen>, [](const Settings& s) { return Endpoints(s.listen); }},
    {"peers", "--peer", "PEER", kList, kReload, "none",
     "Preconfigured peer to join by: HOST[:PORT], ADDRESS:PORT, dns:NAME, file:PATH, http(s)://URL; NODEID@ before a "
     "host or address accepts only that node; #key=NODEID after dns:NAME or a URL takes only what that seed signed. "
     "At most 1,024.",
     AddPeer, Clear<&Settings::peers>, [](const Settings& s) { return s.peers; }},
    {"announce", "--announce", "ADDRESS:PORT", kList, kRestart, "learned from peers",
     "Endpoint at which others reach this node, where it can't know it: behind a port mapping, in a container. At "
     "most 4.",
     AddAnnounce, Clear<&Settings::announce>, [](const Settings& s) { return Endpoints(s.announce); }},
    {"data_dir", "--data-dir", "DIR", kScalar, kRestart,
     "root: /var/lib/hearsay; else $XDG_STATE_HOME/hearsay or ~/.local/state/hearsay",
     "Where identity, known peers and the API's socket are. One running node each.", SetPath<&Settings::data_dir>,
     Clear<&Settings::data_dir>, Text<&Settings::data_dir>},
    {"api", "--api", "ADDRESS", kScalar, kRestart, "unix:DATA_DIR/api.sock",
     "Where the local API listens: 127.0.0.1:PORT (port 0: any free one), unix:PATH or off.", AddApi,
     Clear<&Settings::api>, [](const Settings& s) { return OneUnlessEmpty(s.api.ToString()); }},
    {"api_token_file", "--api-token-file", "FILE", kScalar, kRestart, "none: over TCP the API only reads",
     "A file with the token that allows changes over a TCP API: one line of 16 to 256 printable characters, mode 0600. "
     "A unix socket needs none: its mode is 0600.",
     SetPath<&Settings::api_token_file>, Clear<&Settings::api_token_file>, Text<&Settings::api_token_file>},
    {"name", "--name", "TEXT", kScalar, kReload, "none",
     "A name for people, told to peers: at most 64 bytes. It identifies nobody.",
     [](Settings& s, std::string_view t) {
       const bool fine = t.size() <= kMaxNameBytes && IsPrintableUtf8(t);
       if (!fine) return std::string("is no printable text of at most 64 bytes");
       s.name = t;
       return std::string();
     },
     Clear<&Settings::name>, Text<&Settings::name>},
    {"role", "--role", "ROLE", kScalar, kReload, "dual",
     "What this node says it is for: dual, controller, worker, seed or crawler.",
     [](Settings& s, std::string_view t) {
       const auto role = ParseRole(t);
       if (!role) return std::string("is none of dual controller worker seed crawler");
       s.role = *role;
       return std::string();
     },
     Clear<&Settings::role>, [](const Settings& s) { return Values{std::string(RoleName(s.role))}; }},
    {"attributes", "--attribute", "KEY=VALUE", kMap, kReload, "none",
     "Told to every peer: a service port, a tag. Keys of a-z, digits, '_', '.' and '-'; at most 16, 256 bytes in all.",
     AddAttribute, Clear<&Settings::attributes>,
     [](const Settings& s) {
       Values out;
       for (const auto& [key, value] : s.attributes) out.push_back(key + "=" + value);
       return out;
     }},
    {"profile", "--profile", "PROFILE", kScalar, kRestart, "auto",
     "The rhythm of keepalives and probes: lan, internet, or auto, by the scope of each peer's address. How far an "
     "address is trusted goes by its scope alone.",
     [](Settings& s, std::string_view t) { return AddEnum(kProfiles, t, s.profile); }, Clear<&Settings::profile>,
     [](const Settings& s) { return Values{std::string(kProfiles[static_cast<std::size_t>(s.profile)])}; }},
    {"crawlers", "--crawlers", "POLICY", kScalar, kReload, "allow",
     "What those get who say that they are crawlers, which map networks: allow, or exclude: they are told so, learn "
     "nothing of this node's peers, and count it as there.",
     [](Settings& s, std::string_view t) { return AddEnum(kCrawlers, t, s.crawlers); }, Clear<&Settings::crawlers>,
     [](const Settings& s) { return Values{std::string(kCrawlers[static_cast<std::size_t>(s.crawlers)])}; }},
    {"weights_file", "--weights-file", "FILE", kScalar, kReload, "none: every verified peer weighs 1",
     "Lines of 'NODEID WEIGHT': how much each peer counts towards the online weight minimum.",
     SetPath<&Settings::weights_file>, Clear<&Settings::weights_file>, Text<&Settings::weights_file>},
    {"online_weight_minimum", "--online-weight-minimum", "WEIGHT", kScalar, kReload,
     "8, or all preconfigured peers when fewer, at least 1; with weights_file more than half of its total",
     "While verified peers weigh less than this together, preconfigured peers are contacted again.",
     [](Settings& s, std::string_view t) { return AddNumber(t, 0, UINT64_MAX, s.online_weight_minimum.emplace()); },
     Clear<&Settings::online_weight_minimum>,
     [](const Settings& s) {
       return s.online_weight_minimum ? Values{std::to_string(*s.online_weight_minimum)} : Values{};
     }},
    {"as_file", "--as-file", "FILE", kScalar, kReload, "none: IPv4 /16 and IPv6 /32",
     "Lines of 'PREFIX AS', like '203.0.113.0/24 AS64500': global addresses of one autonomous system are one address "
     "group, which caps what one provider's customer can be in this node's view. Read again on SIGHUP when it changed. "
     "The whole format: docs/settings.md.",
     SetPath<&Settings::as_file>, Clear<&Settings::as_file>, Text<&Settings::as_file>},
    {"bans", "--ban", "BAN", kList, kReload, "none",
     "Whom to have nothing to do with: SUBJECT [until TIME] [because REASON]; SUBJECT is a node id, an address or a "
     "prefix like 203.0.113.0/24, TIME like 2027-01-01T00:00:00Z. At most 1,024. `hearsay unban` does not "
     "lift these.",
     AddBan, Clear<&Settings::bans>,
     [](const Settings& s) {
       Values out;
       for (const BanEntry& ban : s.bans) out.push_back(FormatBanSetting(ban));
       return out;
     }},
    {"store_capacity", "--store-capacity", "PEERS", kScalar, kRestart, "1000000",
     "Known peers kept on disk, at most: 1 to 100,000,000; 0.4 kB each.",
     [](Settings& s, std::string_view t) { return AddNumber(t, 1, kMaxStoreCapacity, s.store_capacity); },
     Clear<&Settings::store_capacity>, [](const Settings& s) { return Values{std::to_string(s.store_capacity)}; }},
    {"store_map_mib", "--store-map-mib", "MIB", kScalar, kRestart, "1024",
     "The store's greatest size on disk, in MiB: 1 to 1,048,576; 1,024 hold two million peers. It is address space "
     "until used.",
     [](Settings& s, std::string_view t) { return AddNumber(t, 1, kMaxStoreMapMib, s.store_map_mib); },
     Clear<&Settings::store_map_mib>, [](const Settings& s) { return Values{std::to_string(s.store_map_mib)}; }},
    {"log_level", "--log-level", "LEVEL", kScalar, kReload, "info",
     "trace, debug, info, warn, error or off.",
     [](Settings& s, std::string_view t) {
       if (std::find(std::begin(kLogLevels), std::end(kLogLevels), t) == std::end(kLogLevels)) return OneOf(kLogLevels);
       s.log_level = t;
       return std::string();
     },
     Clear<&Settings::log_level>, Text<&Settings::log_level>},
    {"log_format", "--log-format", "FORMAT", kScalar, kRestart, "text", "text, or json: one object a line.",
     [](Settings& s, std::string_view t) { return AddEnum(kLogFormats, t, s.log_format); },
     Clear<&Settings::log_format>,
     [](const Settings& s) { return Values{std::string(kLogFormats[static_cast<std::size_t>(s.log_format)])}; }},
    {"list_ca_file", "--list-ca-file", "FILE", kScalar, kRestart, "the system's",
     "Certificates (PEM) that https:// peer lists must lead to.", SetPath<&Settings::list_ca_file>,
     Clear<&Settings::list_ca_file>, Text<&Settings::list_ca_file>},
};

}  // namespace

std::string Setting::Variable() const {
  std::string out = "HEARSAY_" + std::string(key);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return out;
}

std::span<const Setting> SettingsTable() { return kTable; }

const Setting* FindSetting(std::string_view key) {
  const auto found = std::find_if(std::begin(kTable), std::end(kTable), [&](const Setting& s) { return s.key == key; });
  return found == std::end(kTable) ? nullptr : found;
}

}  // namespace hearsay

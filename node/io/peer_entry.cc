// SPDX-License-Identifier: MIT
#include "node/io/peer_entry.h"

#include <algorithm>
#include <charconv>

namespace hearsay {
namespace {

constexpr std::size_t kMaxHostBytes = 253;   // RFC 1035 section 2.3.4, in text
constexpr std::size_t kMaxLabelBytes = 63;
constexpr std::string_view kKeyMark = "#key=";
constexpr std::size_t kMaxQuotedBytes = 128;  // of a wrong entry, in an error
constexpr std::string_view kForms =
    "write HOST[:PORT], IPV4[:PORT], [IPV6]:PORT, dns:NAME, file:PATH, http(s)://URL or NODEID@HOST:PORT";

tl::unexpected<std::string> Wrong(std::string why) { return tl::unexpected(std::move(why)); }

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsLabelCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c) || c == '-' || c == '_';
}

bool IsLabel(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabelBytes && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), IsLabelCharacter);
}

struct NameAndPort {
  std::string name;
  std::uint16_t port = kDefaultPort;
};

Result<NameAndPort> ParseHost(std::string_view text) {
  NameAndPort out;
  const auto colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (colon != std::string_view::npos) {
    const std::string_view digits = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
    if (error != std::errc{} || end != digits.data() + digits.size() || out.port == 0) {
      return Wrong("has no port from 1 to 65535 after ':'; write HOST:PORT, or HOST alone for port 7075");
    }
  }
  if (!IsHostName(name)) return Wrong("is no address and no host name; " + std::string(kForms));
  out.name = name;
  return out;
}

Result<void> CheckUrl(std::string_view url) {
  const std::string_view rest = url.substr(url.find("://") + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::string_view host = authority.substr(authority.rfind('@') + 1);  // npos + 1 is 0
  const bool printable = std::all_of(url.begin(), url.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!printable) return Wrong("holds white space or bytes that a URL must percent-encode");
  if (host.empty() || host.front() == ':') return Wrong("has no host; write https://HOST/PATH");
  return {};
}

// Takes "#key=HEX64" off the end. A mistyped one must not become a list that nobody checks, so no other fragment may
// stand there.
Result<std::optional<NodeId>> TakeKey(std::string_view& text) {
  const auto mark = text.find('#');
  if (mark == std::string_view::npos) return std::nullopt;
  const std::string_view fragment = text.substr(mark);
  const auto key = fragment.starts_with(kKeyMark) ? NodeId::Parse(fragment.substr(kKeyMark.size())) : std::nullopt;
  if (!key) return Wrong("has something else than #key= and 64 hex digits, the seed's node id, after '#'");
  text = text.substr(0, mark);
  return key;
}

Result<PeerEntry> ParseUrl(std::string_view text, PeerEntry entry) {
  const auto key = TakeKey(text);
  if (!key) return tl::unexpected(key.error());
  if (auto fine = CheckUrl(text); !fine) return tl::unexpected(fine.error());
  entry.target = UrlPeer{std::string(text), *key};
  return entry;
}

Result<PeerEntry> ParseDns(std::string_view text, PeerEntry entry) {
  const auto key = TakeKey(text);
  if (!key) return tl::unexpected(key.error());
  auto host = ParseHost(text);
  if (!host) return tl::unexpected(host.error());
  if (*key && text.find(':') != std::string_view::npos) {
    return Wrong("has a port and a key; the signed entries name their ports: write dns:NAME#key=HEX64");
  }
  entry.target = DnsPeer{std::move(host->name), host->port, *key};
  return entry;
}

Result<PeerEntry> ParsePinnable(std::string_view text, PeerEntry entry) {
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    entry.pin = NodeId::Parse(text.substr(0, at));
    if (!entry.pin) return Wrong("has no node id before '@': a node id is 64 hex digits");
    text = text.substr(at + 1);
  }
  if (const auto endpoint = Endpoint::Parse(text, kDefaultPort)) {
    if (endpoint->port == 0) return Wrong("has port 0; a peer listens on a port from 1 to 65535");
    if (!endpoint->IsDialable()) {
      return Wrong("is an address that no peer can have (unspecified, multicast, documentation or reserved)");
    }
    entry.target = *endpoint;
    return entry;
  }
  if (std::count(text.begin(), text.end(), ':') > 1) {
    return Wrong("is no IPv6 address; write [2001:db8::7]:7075, without a zone");
  }
  auto host = ParseHost(text);
  if (!host) return tl::unexpected(host.error());
  entry.target = HostPeer{std::move(host->name), host->port};
  return entry;
}

// The error is without the entry's text.
Result<PeerEntry> Parse(std::string_view text) {
  if (text.empty()) return Wrong("is empty; " + std::string(kForms));
  if (text.size() > kMaxPeerEntryBytes) return Wrong("is longer than 2048 characters");
  PeerEntry entry;
  entry.text = text;
  if (text.starts_with("http://") || text.starts_with("https://")) return ParseUrl(text, std::move(entry));
  if (text.starts_with("file:")) {
    FilePeer file{std::string(text.substr(5))};
    if (file.path.empty() || file.path.find('\0') != std::string::npos) {
      return Wrong("names no file; write file:PATH");
    }
    entry.target = std::move(file);
    return entry;
  }
  if (text.find("://") != std::string_view::npos) return Wrong("has a scheme that is neither http nor https");
  if (text.starts_with("dns:")) return ParseDns(text.substr(4), std::move(entry));
  return ParsePinnable(text, std::move(entry));
}

}  // namespace

bool IsHostName(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > kMaxHostBytes) return false;
  std::string_view last;
  for (std::string_view rest = name;;) {
    const auto dot = rest.find('.');
    last = rest.substr(0, dot);
    if (!IsLabel(last)) return false;
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  // RFC 1123 section 2.1: a top label is alphabetic. All digits is a mistyped address, which resolvers would guess at.
  return !std::all_of(last.begin(), last.end(), IsDigit);
}

std::string RedactUrl(std::string_view text) {
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return std::string(text);
  const std::size_t start = scheme_end + 3;
  const std::size_t authority_end = std::min(text.find_first_of("/?#", start), text.size());
  const std::string_view authority = text.substr(start, authority_end - start);
  std::string out(text.substr(0, start));
  const auto at = authority.rfind('@');
  if (at != std::string_view::npos) out += "REDACTED@";
  out += authority.substr(at + 1);
  const auto query = text.find('?', authority_end);
  out += text.substr(authority_end, query - authority_end);
  if (query != std::string_view::npos) out += "?REDACTED";
  return out;
}

std::string PeerEntry::Display() const { return RedactUrl(text); }

Result<PeerEntry> ParsePeerEntry(std::string_view text) {
  auto entry = Parse(Trim(text));
  if (entry) return entry;
  // Lists come from strangers too: what cannot be printed must not break the line or reach a terminal.
  std::string quoted = RedactUrl(Trim(text)).substr(0, kMaxQuotedBytes);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  std::replace_if(quoted.begin(), quoted.end(), is_control, '?');
  return Wrong("peer '" + quoted + "' " + entry.error());
}

std::string ExplainPeerEntry(std::string_view text) {
  const auto entry = Parse(Trim(text));
  return entry ? std::string() : entry.error();
}

}  // namespace hearsay

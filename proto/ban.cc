// SPDX-License-Identifier: MIT
#include "proto/ban.h"

#include <algorithm>
#include <charconv>

#include "proto/stored.pb.h"
#include "proto/stored_value.h"
#include "proto/text.h"

namespace hearsay {
namespace {

constexpr std::string_view kGive =
    "give a node id of 64 hex digits, an address, or a prefix like 192.0.2.0/24 or 2001:db8::/32";

// Which bits of byte `i` belong to the first `length` bits.
std::byte Mask(std::size_t i, unsigned length) {
  const unsigned before = static_cast<unsigned>(i) * 8;
  const unsigned bits = length <= before ? 0 : std::min(length - before, 8u);
  return static_cast<std::byte>(0xff00u >> bits);
}

tl::unexpected<std::string> IsNo(std::string_view what) {
  return tl::unexpected(std::string(what) + "; " + std::string(kGive));
}

}  // namespace

bool IpPrefix::Contains(const IpAddress& other) const {
  if (IsV4() != other.IsV4()) return false;
  return Of(other, length)->address == address;
}

IpAddress IpPrefix::Last() const {
  IpAddress last = address;
  for (std::size_t i = 0; i < last.bytes.size(); ++i) last.bytes[i] |= ~Mask(i, length);
  return last;
}

std::string IpPrefix::ToString() const {
  if (length == 128) return address.ToString();
  return address.ToString() + "/" + std::to_string(IsV4() ? length - kV4Length : length);
}

std::optional<IpPrefix> IpPrefix::Of(const IpAddress& any, unsigned length) {
  if (length > 128) return std::nullopt;
  IpPrefix prefix{any, static_cast<std::uint8_t>(length)};
  for (std::size_t i = 0; i < prefix.address.bytes.size(); ++i) prefix.address.bytes[i] &= Mask(i, length);
  return prefix;
}

std::string BanSubjectText(const BanSubject& subject) {
  if (const auto* id = std::get_if<NodeId>(&subject)) return id->ToString();
  return std::get<IpPrefix>(subject).ToString();
}

Result<BanSubject> ParseBanSubject(std::string_view text) {
  if (const auto id = NodeId::Parse(text)) return *id;
  const auto slash = text.find('/');
  const auto address = IpAddress::Parse(text.substr(0, slash));
  if (!address) {
    const auto endpoint = Endpoint::Parse(text);
    if (endpoint) return IsNo("has a port, and a ban is of an address: " + endpoint->address.ToString());
    return IsNo("is no node id, address or prefix");
  }
  if (slash == std::string_view::npos) return *IpPrefix::Of(*address, 128);
  const std::string_view digits = text.substr(slash + 1);
  // An IPv4 prefix may be written in IPv6: ::ffff:192.0.2.0/120.
  const bool dotted = address->IsV4() && text.find(':') == std::string_view::npos;
  const unsigned most = dotted ? 32 : 128;
  unsigned length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (error != std::errc{} || end != digits.data() + digits.size() || length > most) {
    return tl::unexpected("has no prefix length from 0 to " + std::to_string(most) + " behind the slash");
  }
  const IpPrefix prefix = *IpPrefix::Of(*address, dotted ? length + IpPrefix::kV4Length : length);
  if (prefix.address != *address) {
    return tl::unexpected("has address bits behind its prefix length; write " + prefix.ToString());
  }
  return prefix;
}

std::string_view BanSourceName(BanSource source) {
  return source == BanSource::kCommand ? "command" : "settings";
}

std::string CheckBanReason(std::string_view reason) {
  if (reason.size() <= kMaxBanReasonBytes && IsPrintableUtf8(reason)) return {};
  return "is no printable text of at most " + std::to_string(kMaxBanReasonBytes) + " bytes; shorten it";
}

Bytes EncodeBan(const BanEntry& ban) {
  stored::Ban m;
  if (const auto* id = std::get_if<NodeId>(&ban.subject)) {
    m.set_node_id(stored_value::Text(id->bytes));
  } else {
    const IpPrefix& prefix = std::get<IpPrefix>(ban.subject);
    m.set_address(stored_value::Text(prefix.address.bytes));
    m.set_prefix_length(prefix.length);
  }
  m.set_reason(ban.reason);
  m.set_created(stored_value::ToMicros(ban.created));
  m.set_expires(ban.expires == kNever ? 0 : stored_value::ToMicros(ban.expires));
  return stored_value::Serialize(m);
}

Expected<BanEntry> DecodeBan(BytesView bytes) {
  if (bytes.size() > kMaxStoredBanBytes) return Unexpected(Error::kTooLong);
  stored::Ban m;
  if (!m.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Unexpected(Error::kMalformed);
  if (!stored_value::IsTime(m.created()) || !stored_value::IsTime(m.expires()) || !CheckBanReason(m.reason()).empty() ||
      m.node_id().empty() == m.address().empty()) {
    return Unexpected(Error::kMalformed);
  }
  BanEntry ban;
  if (m.address().empty()) {
    const auto id = NodeId::FromBytes(AsBytes(m.node_id()));
    if (!id) return Unexpected(Error::kMalformed);
    ban.subject = *id;
  } else {
    IpAddress address;
    const BytesView in = AsBytes(m.address());
    if (in.size() != address.bytes.size()) return Unexpected(Error::kMalformed);
    std::copy(in.begin(), in.end(), address.bytes.begin());
    const auto prefix = IpPrefix::Of(address, m.prefix_length());
    if (!prefix || prefix->address != address) return Unexpected(Error::kMalformed);
    ban.subject = *prefix;
  }
  ban.reason = m.reason();
  ban.created = stored_value::FromMicros(m.created());
  if (m.expires() != 0) ban.expires = stored_value::FromMicros(m.expires());
  return ban;
}

}  // namespace hearsay

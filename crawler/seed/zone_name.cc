// SPDX-License-Identifier: MIT
#include "crawler/seed/zone_name.h"

#include <algorithm>

namespace hearsay {
namespace {

constexpr std::string_view kService = "_hearsay";
constexpr std::string_view kProtocol = "_udp";

std::optional<IpAddress> ReadAddressLabel(std::string_view label) {
  if (!label.starts_with('p')) return std::nullopt;
  label.remove_prefix(1);
  ByteArray<4> v4;
  if (FromHex(label, v4)) return IpAddress::V4(LoadBigEndian<std::uint32_t>(v4.data()));
  IpAddress v6;
  if (!FromHex(label, v6.bytes) || v6.IsV4()) return std::nullopt;  // an IPv4 address has one name, the short one
  return v6;
}

ZoneName ReadPeersName(std::string view, const GoodPeers& peers) {
  using Kind = ZoneName::Kind;
  if (peers.HasView(view)) return {.kind = Kind::kPeers, .view = std::move(view)};
  return {.kind = peers.HasViewBelow(view) ? Kind::kEmpty : Kind::kUnknown};
}

}  // namespace

ZoneName ReadZoneName(std::span<const std::string> labels, const GoodPeers& peers) {
  using Kind = ZoneName::Kind;
  // GoodPeers joins labels by dots, so none may hold one.
  const auto has_dot = [](const std::string& label) { return label.find('.') != std::string::npos; };
  if (std::ranges::any_of(labels, has_dot)) return {};
  if (labels.size() == 1) {
    const auto address = ReadAddressLabel(labels[0]);
    const bool shown = address && (address->scope() == Scope::kGlobal || peers.HasAddress(*address));
    if (shown) return {.kind = Kind::kAddress, .address = *address};
  }
  const auto view_of = [](std::span<const std::string> part) {
    std::string view;
    for (auto label = part.rbegin(); label != part.rend(); ++label) view += (view.empty() ? "" : ".") + *label;
    return view;
  };
  const auto protocol = std::ranges::find(labels, kProtocol);
  // An attribute may be called like the protocol's label.
  std::string whole = view_of(labels);
  if (protocol == labels.end() || peers.HasView(whole)) return ReadPeersName(std::move(whole), peers);
  const auto above = static_cast<std::size_t>(protocol - labels.begin());
  ZoneName name = ReadPeersName(view_of(labels.subspan(above + 1)), peers);
  if (name.kind != Kind::kPeers) return {};
  if (above == 0) return {.kind = Kind::kEmpty};
  if (above != 1 || labels[0] != kService) return {};
  name.kind = Kind::kServices;
  return name;
}

std::string AddressLabel(const IpAddress& address) {
  const BytesView bytes(address.bytes);
  return "p" + ToHex(address.IsV4() ? bytes.last(4) : bytes);
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
#include "proto/record.h"

#include <algorithm>

#include "proto/check.h"
#include "proto/hearsay.pb.h"
#include "proto/text.h"

namespace hearsay {
namespace {

constexpr std::size_t kSignatureBytes = sizeof(Signature);
constexpr std::string_view kLabel = "hearsay v1 record";
constexpr std::string_view kRoleNames[] = {"dual", "controller", "worker", "seed", "crawler"};

bool IsKeyCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

// What a signature covers: the network and the body as it travels.
Bytes Signed(BytesView body, const NetworkKey& network) {
  Bytes out(network.id().begin(), network.id().end());
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

bool FillAttributes(const wire::NodeRecord& m, Attributes& out) {
  if (m.attributes_size() > static_cast<int>(kMaxAttributes)) return false;
  for (const std::string& text : m.attributes()) {
    const auto equals = text.find('=');
    if (equals == std::string::npos) return false;
    if (!out.emplace(text.substr(0, equals), text.substr(equals + 1)).second) return false;
  }
  return CheckAttributes(out).empty();
}

Expected<NodeRecord> FromWire(const wire::NodeRecord& m, const NodeId& signer) {
  NodeRecord record;
  const auto id = NodeId::FromBytes(AsBytes(m.node_id()));
  if (!id) return Unexpected(Error::kMalformed);
  if (*id != signer) return Unexpected(Error::kWrongNodeId);
  record.id = *id;
  record.sequence = m.sequence();
  const BytesView endpoints = AsBytes(m.endpoints());
  if (endpoints.size() % Endpoint::kSize != 0 || endpoints.size() / Endpoint::kSize > kMaxRecordEndpoints) {
    return Unexpected(Error::kMalformed);
  }
  for (std::size_t i = 0; i < endpoints.size(); i += Endpoint::kSize) {
    const Endpoint e = Endpoint::FromBytes(endpoints.subspan(i).first<Endpoint::kSize>());
    if (!e.IsDialable()) return Unexpected(Error::kBadEndpoint);
    record.endpoints.push_back(e);
  }
  if (m.software().size() > kMaxSoftwareBytes || m.name().size() > kMaxNameBytes ||
      !IsPrintableAscii(m.software()) || !IsPrintableUtf8(m.name()) || !FillAttributes(m, record.attributes)) {
    return Unexpected(Error::kMalformed);
  }
  // A role of a later version is tolerated as the plain one.
  record.role = m.role() < std::size(kRoleNames) ? static_cast<Role>(m.role()) : Role::kDual;
  record.software = m.software();
  record.name = m.name();
  return record;
}

}  // namespace

std::string_view RoleName(Role role) { return kRoleNames[static_cast<std::size_t>(role)]; }

std::optional<Role> ParseRole(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kRoleNames); ++i) {
    if (kRoleNames[i] == name) return static_cast<Role>(i);
  }
  return std::nullopt;
}

std::string CheckAttributes(const Attributes& attributes) {
  if (attributes.size() > kMaxAttributes) {
    return "more than " + std::to_string(kMaxAttributes) + " attributes";
  }
  std::size_t total = 0;
  for (const auto& [key, value] : attributes) {
    if (key.empty() || key.size() > 32 || !std::all_of(key.begin(), key.end(), IsKeyCharacter)) {
      return "attribute key '" + key + "' is not 1 to 32 characters of a-z 0-9 _ . -";
    }
    if (!IsPrintableUtf8(value)) return "attribute " + key + " has a value that is not printable UTF-8";
    total += key.size() + value.size() + 2;
  }
  if (total > kMaxAttributeBytes) {
    return "attributes take " + std::to_string(total) + " bytes, at most " + std::to_string(kMaxAttributeBytes);
  }
  return {};
}

Bytes SignRecord(const NodeRecord& record, const Identity& identity, const NetworkKey& network) {
  HEARSAY_CHECK(record.id == identity.id() && record.endpoints.size() <= kMaxRecordEndpoints);
  wire::NodeRecord m;
  m.set_node_id(std::string(AsText(record.id.bytes)));
  m.set_sequence(record.sequence);
  for (const Endpoint& e : record.endpoints) m.mutable_endpoints()->append(AsText(e.ToBytes()));
  m.set_role(static_cast<std::uint32_t>(record.role));
  m.set_software(record.software);
  m.set_name(record.name);
  for (const auto& [key, value] : record.attributes) m.add_attributes(key + "=" + value);
  Bytes out(m.ByteSizeLong());
  m.SerializeToArray(out.data(), static_cast<int>(out.size()));
  const Signature signature = identity.Sign(kLabel, Signed(out, network));
  out.insert(out.end(), signature.begin(), signature.end());
  HEARSAY_CHECK(out.size() <= kMaxRecordBytes);
  return out;
}

Expected<NodeRecord> ReadRecord(BytesView bytes, const NodeId& signer) {
  if (bytes.size() > kMaxRecordBytes) return Unexpected(Error::kTooLong);
  if (bytes.size() < kSignatureBytes) return Unexpected(Error::kTooShort);
  const BytesView body = bytes.first(bytes.size() - kSignatureBytes);
  wire::NodeRecord m;
  if (!m.ParseFromArray(body.data(), static_cast<int>(body.size()))) return Unexpected(Error::kMalformed);
  return FromWire(m, signer);
}

Expected<NodeRecord> OpenRecord(BytesView bytes, const NodeId& signer, const NetworkKey& network) {
  auto record = ReadRecord(bytes, signer);
  if (!record) return record;
  Signature signature;
  const BytesView body = bytes.first(bytes.size() - kSignatureBytes);
  std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(body.size()), bytes.end(), signature.begin());
  if (!VerifySignature(signer, kLabel, Signed(body, network), signature)) return Unexpected(Error::kBadSignature);
  return record;
}

}  // namespace hearsay

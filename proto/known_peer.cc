// SPDX-License-Identifier: MIT
#include "proto/known_peer.h"

#include <algorithm>

#include "proto/stored.pb.h"
#include "proto/stored_value.h"

namespace hearsay {
using stored_value::FromMicros;
using stored_value::IsTime;
using stored_value::Serialize;
using stored_value::Text;
using stored_value::ToMicros;

Bytes EncodeKnownPeer(const KnownPeer& peer) {
  stored::KnownPeer m;
  m.set_node_id(Text(peer.id.bytes));
  m.set_endpoint(Text(peer.endpoint.ToBytes()));
  m.set_first_seen(ToMicros(peer.first_seen));
  m.set_last_seen(ToMicros(peer.last_seen));
  m.set_last_verified(ToMicros(peer.last_verified));
  m.set_failures(peer.failures);
  m.set_heard_from(peer.heard_from);
  return Serialize(m);
}

Expected<KnownPeer> DecodeKnownPeer(BytesView bytes) {
  if (bytes.size() > kMaxStoredPeerBytes) return Unexpected(Error::kTooLong);
  stored::KnownPeer m;
  if (!m.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Unexpected(Error::kMalformed);
  const auto id = NodeId::FromBytes(AsBytes(m.node_id()));
  const BytesView endpoint = AsBytes(m.endpoint());
  if (!id || endpoint.size() != Endpoint::kSize || !IsTime(m.first_seen()) || !IsTime(m.last_seen()) ||
      !IsTime(m.last_verified())) {
    return Unexpected(Error::kMalformed);
  }
  KnownPeer peer;
  peer.id = *id;
  peer.endpoint = Endpoint::FromBytes(endpoint.first<Endpoint::kSize>());
  if (!peer.endpoint.IsDialable()) return Unexpected(Error::kBadEndpoint);
  peer.first_seen = FromMicros(m.first_seen());
  peer.last_seen = FromMicros(m.last_seen());
  peer.last_verified = FromMicros(m.last_verified());
  peer.failures = m.failures();
  peer.heard_from = m.heard_from();
  return peer;
}

Bytes EncodeNodeState(const NodeState& state) {
  stored::NodeState m;
  m.set_boot_epoch(state.boot_epoch);
  m.set_table_secret(Text(state.table_secret));
  for (const std::uint64_t seed : state.slot_seeds) m.add_slot_seeds(seed);
  for (const NodeId& id : state.view) m.add_view(Text(id.bytes));
  m.set_listen_port(state.listen_port);
  return Serialize(m);
}

Expected<NodeState> DecodeNodeState(BytesView bytes) {
  if (bytes.size() > kMaxStoredStateBytes) return Unexpected(Error::kTooLong);
  stored::NodeState m;
  if (!m.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Unexpected(Error::kMalformed);
  const BytesView secret = AsBytes(m.table_secret());
  if (secret.size() != 16 || m.slot_seeds_size() > static_cast<int>(kViewSlots) ||
      m.view_size() > static_cast<int>(kViewSlots) || m.listen_port() > 65535 || m.boot_epoch() == UINT64_MAX) {
    return Unexpected(Error::kMalformed);
  }
  NodeState state;
  state.boot_epoch = m.boot_epoch();
  std::copy(secret.begin(), secret.end(), state.table_secret.begin());
  state.slot_seeds.assign(m.slot_seeds().begin(), m.slot_seeds().end());
  for (const std::string& text : m.view()) {
    const auto id = NodeId::FromBytes(AsBytes(text));
    if (!id) return Unexpected(Error::kMalformed);
    state.view.push_back(*id);
  }
  state.listen_port = static_cast<std::uint16_t>(m.listen_port());
  return state;
}

}  // namespace hearsay

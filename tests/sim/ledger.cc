// SPDX-License-Identifier: MIT
#include "tests/sim/ledger.h"

#include "proto/packet.h"

namespace hearsay::sim {
namespace {

bool Is(BytesView bytes, PacketKind kind) { return !bytes.empty() && bytes[0] == PacketByte(kind); }

}  // namespace

void Ledger::Received(const Endpoint& from, BytesView bytes) {
  Entry& entry = Of(from);
  entry.received += bytes.size();
  // An answer to our hello carries its cookie, or the node will not act on it. If it does act, its proof must pass.
  if (entry.dialled && Is(bytes, PacketKind::kNodeIdHandshake)) entry.proven = true;
}

std::optional<std::string> Ledger::Sent(const Endpoint& to, BytesView bytes, Why why) {
  Entry& entry = Of(to);
  if (entry.proven) return std::nullopt;
  const bool hello = Is(bytes, PacketKind::kBareKeepalive);
  if (hello || (why == Why::kChallenge && Is(bytes, PacketKind::kSealed))) {
    entry.dialled |= hello;
    entry.asked += bytes.size();
    return std::nullopt;
  }
  entry.sent += bytes.size();
  if (entry.sent <= entry.received) return std::nullopt;
  return "amplification: sent " + std::to_string(entry.sent) + " bytes to " + to.ToString() + ", which sent " +
         std::to_string(entry.received) + " and has proven nothing (packet kind " +
         std::to_string(std::to_integer<int>(bytes[0]) & 15) + ")";
}

std::uint64_t Ledger::asked(const Endpoint& endpoint) const {
  const auto found = index_.Find(endpoint);
  return found ? entries_[*found].asked : 0;
}

Ledger::Entry& Ledger::Of(const Endpoint& endpoint) {
  const auto found = index_.Find(endpoint);
  if (found) return entries_[*found];
  index_.Insert(endpoint, static_cast<std::uint32_t>(entries_.size()));
  return entries_.emplace_back();
}

}  // namespace hearsay::sim

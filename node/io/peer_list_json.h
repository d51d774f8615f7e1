// SPDX-License-Identifier: MIT
//
// The JSON of peer lists, plain and signed: what both are, parsed for their readers. From servers that mean harm.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "node/io/peer_entry.h"
#include "proto/error.h"

namespace hearsay {

inline constexpr std::uint64_t kPeerListSchema = 1;
// The list itself, its "peers", one peer, and room for what later versions nest; deeper values are dropped as they
// are read.
inline constexpr int kMaxPeerListDepth = 8;

// An object of this schema. Errors are texts for people, without the input.
Result<nlohmann::json> ParsePeerListObject(std::string_view text);
// Its "network", when it names one, and its "peers". With an empty `network`, any.
Result<std::vector<PeerEntry>> TakePeers(const nlohmann::json& list, std::string_view network);

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// StoredHistory: the rows of a history on disk. One ordered key space:
//
//   "c" end of a census (8 bytes, big-endian, microseconds)   -> stored.CensusPoint
//   "m" "network"                                             -> the id of the network whose history it is, 32 bytes
//   "m" "schema"                                              -> schema version (store/lmdb_file.h)
//   "n" node id (32 bytes)                                    -> stored.CrawledNode
//
// A change of this, or of a value that an older program would misread, raises kHistorySchema. Decoding is total: any
// bytes give a value within the bounds of NodeLife and CensusPoint, or an error.
#pragma once

#include <optional>
#include <string_view>

#include "crawler/history/node_life.h"
#include "crawler/history/timeline.h"
#include "proto/bytes.h"
#include "proto/error.h"

namespace hearsay {

inline constexpr std::uint32_t kHistorySchema = 1;
inline constexpr std::string_view kNetworkKey = "mnetwork";
inline constexpr std::byte kCensusPrefix{'c'};
inline constexpr std::byte kNodePrefix{'n'};
inline constexpr std::size_t kMaxStoredHistoryBytes = 1536;  // a node or a point with all that it may have

using HistoryNodeKey = ByteArray<1 + NodeId::kSize>;
HistoryNodeKey MakeNodeKey(const NodeId& id);
std::optional<NodeId> ParseNodeKey(BytesView key);  // nullopt when it is none

using CensusKey = ByteArray<1 + 8>;
CensusKey MakeCensusKey(Time at);
std::optional<Time> ParseCensusKey(BytesView key);

// `out` is overwritten, and keeps its memory from call to call.
void EncodeNodeLife(const NodeLife& life, Bytes& out);
Expected<NodeLife> DecodeNodeLife(const NodeId& id, BytesView bytes);
void EncodeCensusPoint(const CensusPoint& point, Bytes& out);
Expected<CensusPoint> DecodeCensusPoint(Time at, BytesView bytes);

}  // namespace hearsay

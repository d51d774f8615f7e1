// SPDX-License-Identifier: MIT
//
// FillHidden: peers that have a live channel with us and no endpoint that we could prove: behind a translator or a
// filter. Only a crawler asks for them, to count who can't be dialled. Ids are cut to eight bytes: enough to count, and
// nothing to dial.
#pragma once

#include <vector>

#include "node/core/peer_book.h"
#include "proto/keepalive.h"
#include "proto/rng.h"

namespace hearsay {

// At most kMaxHidden of those whose channel is older than kHiddenAfter, without the asker and without crawlers: with a
// seed those of the smallest keyed hash, else drawn without replacement. Takes as long as the book has channels.
inline constexpr Duration kHiddenAfter = std::chrono::seconds{10};  // proving an endpoint takes a second or two
void FillHidden(const PeerBook& book, const NodeId& asker, std::uint64_t seed, Time now, Rng& rng,
                std::vector<IdPrefix>& out);

}  // namespace hearsay

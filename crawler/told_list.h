// SPDX-License-Identifier: MIT
//
// ToldList: the endpoints that one node named, numbers of the frontier, as few bytes as they can be.
//
//   count (LEB128), rice parameter k (one byte), then for each number in rising order the gap to the one before: its
//   upper bits in unary (that many ones, then a zero), its lower k bits; bits from the lowest of each byte on
//
// Names are drawn at random from all endpoints, so gaps are geometric, for which Rice's code is within a thirtieth of
// the least there can be (Golomb 1966; Rice 1979): for 64 out of a million and a half, two bytes a name.
#pragma once

#include <cstdint>
#include <vector>

#include "proto/bytes.h"

namespace hearsay {

// `rising`: in order, each once.
Bytes EncodeToldList(const std::vector<std::uint32_t>& rising);
// Of what EncodeToldList made, and of nothing: how many, and which, in rising order.
std::size_t CountOfToldList(BytesView list);
std::vector<std::uint32_t> DecodeToldList(BytesView list);

}  // namespace hearsay

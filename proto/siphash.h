// SPDX-License-Identifier: MIT
//
// SipHash-2-4 (Aumasson, Bernstein 2012): a keyed order that an attacker cannot aim at. Ranks and caps use it.
#pragma once

#include <cstdint>

#include "proto/bytes.h"

namespace hearsay {

using SipKey = ByteArray<16>;
std::uint64_t SipHash(const SipKey& key, BytesView message);
// The key made of a slot's or a pull's 64-bit seed: seed big-endian, then zeros.
SipKey SipKeyFromSeed(std::uint64_t seed);

}  // namespace hearsay

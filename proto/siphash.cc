// SPDX-License-Identifier: MIT
#include "proto/siphash.h"

#include <sodium.h>

namespace hearsay {

std::uint64_t SipHash(const SipKey& key, BytesView message) {
  ByteArray<crypto_shorthash_BYTES> hash;
  crypto_shorthash(AsUnsigned(hash.data()), AsUnsigned(message.data()), message.size(), AsUnsigned(key.data()));
  return LoadBigEndian<std::uint64_t>(hash.data());
}

SipKey SipKeyFromSeed(std::uint64_t seed) {
  SipKey key{};
  StoreBigEndian(seed, key.data());
  return key;
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
#include "proto/x25519.h"

#include <sodium.h>

namespace hearsay {

KeyPair KeyPair::Generate(Rng& rng) {
  KeyPair pair;
  rng.Fill(pair.secret);
  crypto_scalarmult_curve25519_base(AsUnsigned(pair.public_key.data()), AsUnsigned(pair.secret.data()));
  return pair;
}

KeyPair::~KeyPair() { sodium_memzero(secret.data(), secret.size()); }

SharedSecret::~SharedSecret() { sodium_memzero(bytes.data(), bytes.size()); }

std::optional<SharedSecret> KeyPair::Agree(const PublicKey& other) const {
  SharedSecret shared;
  if (crypto_scalarmult_curve25519(AsUnsigned(shared.bytes.data()), AsUnsigned(secret.data()),
                                   AsUnsigned(other.data())) != 0) {
    return std::nullopt;
  }
  return shared;
}

}  // namespace hearsay

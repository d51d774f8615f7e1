// SPDX-License-Identifier: MIT
//
// KeyPair: an ephemeral X25519 key pair (RFC 7748), and what two of them agree on. Secrets are wiped when they die.
#pragma once

#include <optional>

#include "proto/bytes.h"
#include "proto/packet.h"
#include "proto/rng.h"

namespace hearsay {

struct SharedSecret {
  ByteArray<32> bytes{};

  SharedSecret() = default;
  SharedSecret(const SharedSecret&) = default;
  SharedSecret& operator=(const SharedSecret&) = default;
  ~SharedSecret();
};

struct KeyPair {
  ByteArray<32> secret{};
  PublicKey public_key{};

  static KeyPair Generate(Rng& rng);
  KeyPair() = default;
  KeyPair(const KeyPair&) = default;
  KeyPair& operator=(const KeyPair&) = default;
  ~KeyPair();
  // nullopt when the result is all zero: the other key has small order (RFC 7748 section 6.1).
  std::optional<SharedSecret> Agree(const PublicKey& other) const;
};

}  // namespace hearsay

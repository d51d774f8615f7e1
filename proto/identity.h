// SPDX-License-Identifier: MIT
//
// Identity: an Ed25519 key pair. Its public half is the node id. Move only; the secret is wiped when it dies.
#pragma once

#include "proto/bytes.h"
#include "proto/node_id.h"

namespace hearsay {

using Signature = ByteArray<64>;

class Identity {
 public:
  static constexpr std::size_t kSeedSize = 32;  // RFC 8032's private key; what an identity file holds
  explicit Identity(const ByteArray<kSeedSize>& seed);
  Identity(Identity&&) noexcept;
  Identity& operator=(Identity&&) noexcept;
  Identity(const Identity&) = delete;
  Identity& operator=(const Identity&) = delete;
  ~Identity();

  const NodeId& id() const { return id_; }
  ByteArray<kSeedSize> Seed() const;
  // Signs `label` ‖ 0x00 ‖ `message`. There is no way to sign bare bytes: no signing oracle.
  Signature Sign(std::string_view label, BytesView message) const;

 private:
  NodeId id_;
  ByteArray<64> secret_{};  // libsodium's form: seed ‖ public key
};

bool VerifySignature(const NodeId& signer, std::string_view label, BytesView message, const Signature& signature);

}  // namespace hearsay

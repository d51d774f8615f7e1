// SPDX-License-Identifier: MIT
#include "proto/identity.h"

#include <sodium.h>

#include <algorithm>

#include "proto/check.h"

namespace hearsay {
namespace {

// Messages are at most a transcript or a record; a stack buffer holds them.
constexpr std::size_t kMaxSigned = 1024;

std::size_t Labelled(std::string_view label, BytesView message, std::array<unsigned char, kMaxSigned>& out) {
  HEARSAY_CHECK(label.size() + 1 + message.size() <= out.size());
  std::copy(label.begin(), label.end(), out.begin());
  out[label.size()] = 0;
  std::copy_n(AsUnsigned(message.data()), message.size(), out.begin() + static_cast<std::ptrdiff_t>(label.size()) + 1);
  return label.size() + 1 + message.size();
}

}  // namespace

Identity::Identity(const ByteArray<kSeedSize>& seed) {
  crypto_sign_ed25519_seed_keypair(AsUnsigned(id_.bytes.data()), AsUnsigned(secret_.data()), AsUnsigned(seed.data()));
}

Identity::Identity(Identity&& other) noexcept : id_(other.id_), secret_(other.secret_) {
  sodium_memzero(other.secret_.data(), other.secret_.size());
}

Identity& Identity::operator=(Identity&& other) noexcept {
  if (this != &other) {
    id_ = other.id_;
    secret_ = other.secret_;
    sodium_memzero(other.secret_.data(), other.secret_.size());
  }
  return *this;
}

Identity::~Identity() { sodium_memzero(secret_.data(), secret_.size()); }

ByteArray<Identity::kSeedSize> Identity::Seed() const {
  ByteArray<kSeedSize> seed;
  crypto_sign_ed25519_sk_to_seed(AsUnsigned(seed.data()), AsUnsigned(secret_.data()));
  return seed;
}

Signature Identity::Sign(std::string_view label, BytesView message) const {
  std::array<unsigned char, kMaxSigned> buffer;
  const std::size_t n = Labelled(label, message, buffer);
  Signature signature;
  crypto_sign_ed25519_detached(AsUnsigned(signature.data()), nullptr, buffer.data(), n, AsUnsigned(secret_.data()));
  return signature;
}

bool VerifySignature(const NodeId& signer, std::string_view label, BytesView message, const Signature& signature) {
  std::array<unsigned char, kMaxSigned> buffer;
  if (label.size() + 1 + message.size() > buffer.size()) return false;
  const std::size_t n = Labelled(label, message, buffer);
  return crypto_sign_ed25519_verify_detached(AsUnsigned(signature.data()), buffer.data(), n,
                                             AsUnsigned(signer.bytes.data())) == 0;
}

}  // namespace hearsay

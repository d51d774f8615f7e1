// SPDX-License-Identifier: MIT
#include "proto/session.h"

#include <sodium.h>

#include <algorithm>

#include "proto/check.h"
#include "proto/packet.h"

namespace hearsay {
namespace {

using Nonce = std::array<unsigned char, crypto_aead_chacha20poly1305_IETF_NPUBBYTES>;

Nonce MakeNonce(std::uint64_t counter) {
  Nonce nonce{};
  StoreBigEndian(counter, reinterpret_cast<std::byte*>(nonce.data()) + 4);
  return nonce;
}

}  // namespace

SessionKeys::~SessionKeys() {
  sodium_memzero(send.data(), send.size());
  sodium_memzero(receive.data(), receive.size());
}

bool ReplayWindow::WouldAccept(std::uint64_t counter) const {
  if (counter >= next_) return true;
  if (next_ - counter > kReplayWindow) return false;
  const std::uint64_t word = bits_[(counter / 64) % kWords];
  return (word >> (counter % 64) & 1) == 0;
}

bool ReplayWindow::Accept(std::uint64_t counter) {
  if (!WouldAccept(counter)) return false;
  if (counter >= next_) {
    // Clear the words between the old and the new top; at most all of them.
    const std::uint64_t old_word = next_ == 0 ? 0 : (next_ - 1) / 64;
    const std::uint64_t new_word = counter / 64;
    const std::uint64_t steps = std::min<std::uint64_t>(new_word - old_word, kWords);
    for (std::uint64_t i = 1; i <= steps; ++i) bits_[(old_word + i) % kWords] = 0;
    next_ = counter + 1;
  }
  bits_[(counter / 64) % kWords] |= std::uint64_t{1} << (counter % 64);
  return true;
}

Session::Session(Session&& other) noexcept
    : keys_(other.keys_), next_counter_(other.next_counter_), opened_(other.opened_), window_(other.window_) {
  other.keys_ = SessionKeys{};
  other.next_counter_ = kMaxPackets;
}

std::optional<std::size_t> Session::Seal(BytesView plaintext, std::span<std::byte, kMaxDatagramBytes> out) {
  HEARSAY_CHECK(plaintext.size() <= kMaxPlaintextBytes);
  if (next_counter_ >= kMaxPackets) return std::nullopt;
  const std::uint64_t counter = next_counter_++;
  out[0] = PacketByte(PacketKind::kSealed);
  StoreBigEndian(keys_.send_id, out.data() + 1);
  StoreBigEndian(counter, out.data() + 9);
  unsigned long long sealed = 0;
  crypto_aead_chacha20poly1305_ietf_encrypt(AsUnsigned(out.data()) + kSealedHeaderBytes, &sealed,
                                            AsUnsigned(plaintext.data()), plaintext.size(), AsUnsigned(out.data()),
                                            kSealedHeaderBytes, nullptr, MakeNonce(counter).data(),
                                            AsUnsigned(keys_.send.data()));
  return kSealedHeaderBytes + static_cast<std::size_t>(sealed);
}

Expected<BytesView> Session::Open(BytesView packet, std::span<std::byte, kMaxDatagramBytes> out) {
  if (packet.size() < kSealOverheadBytes) return Unexpected(Error::kTooShort);
  if (packet.size() > kMaxDatagramBytes) return Unexpected(Error::kTooLong);
  const auto counter = LoadBigEndian<std::uint64_t>(packet.data() + 9);
  if (counter >= kMaxPackets || !window_.WouldAccept(counter)) return Unexpected(Error::kReplayed);
  unsigned long long opened = 0;
  if (crypto_aead_chacha20poly1305_ietf_decrypt(AsUnsigned(out.data()), &opened, nullptr,
                                                AsUnsigned(packet.data()) + kSealedHeaderBytes,
                                                packet.size() - kSealedHeaderBytes, AsUnsigned(packet.data()),
                                                kSealedHeaderBytes, MakeNonce(counter).data(),
                                                AsUnsigned(keys_.receive.data())) != 0) {
    return Unexpected(Error::kBadSeal);
  }
  window_.Accept(counter);
  ++opened_;
  return BytesView(out.data(), static_cast<std::size_t>(opened));
}

std::uint64_t SealedSessionId(BytesView packet) {
  HEARSAY_CHECK(packet.size() >= kSealOverheadBytes);
  return LoadBigEndian<std::uint64_t>(packet.data() + 1);
}

}  // namespace hearsay

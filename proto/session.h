// SPDX-License-Identifier: MIT
//
// Session: one pair of traffic keys. Seals packets with a counter, opens them once each, in any order.
//
//   sealed packet = kind byte ‖ receiver's session id (8) ‖ counter (8, big-endian) ‖ ChaCha20-Poly1305 (RFC 8439)
//
// The 17 header bytes are the associated data; the nonce is four zero bytes and the counter. A replay window of
// kReplayWindow packets (RFC 6479) admits reordering. Counters never wrap: at kMaxPackets Seal refuses, long after
// the session asked to be replaced. Not copyable: two copies would reuse nonces. Keys are wiped wherever they die.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "proto/bytes.h"
#include "proto/error.h"
#include "proto/limits.h"

namespace hearsay {

inline constexpr std::size_t kSealedHeaderBytes = 17;
inline constexpr std::size_t kSealTagBytes = 16;
inline constexpr std::size_t kSealOverheadBytes = kSealedHeaderBytes + kSealTagBytes;
inline constexpr std::size_t kMaxPlaintextBytes = kMaxDatagramBytes - kSealOverheadBytes;

struct SessionKeys {
  ByteArray<32> send{};
  ByteArray<32> receive{};
  std::uint64_t send_id = 0;     // goes into packets we seal: the peer chose it
  std::uint64_t receive_id = 0;  // in packets sealed to us: we chose it

  SessionKeys() = default;
  SessionKeys(const SessionKeys&) = default;
  SessionKeys& operator=(const SessionKeys&) = default;
  ~SessionKeys();  // wipes
};

// RFC 6479's sliding window over 64-bit counters.
class ReplayWindow {
 public:
  // True, and remembered, when `counter` was not seen and is not behind the window.
  bool Accept(std::uint64_t counter);
  bool WouldAccept(std::uint64_t counter) const;

 private:
  static constexpr std::size_t kWords = kReplayWindow / 64 + 1;
  std::array<std::uint64_t, kWords> bits_{};
  std::uint64_t next_ = 0;  // one above the highest accepted counter
};

class Session {
 public:
  explicit Session(const SessionKeys& keys) : keys_(keys) {}
  Session(Session&& other) noexcept;
  Session& operator=(Session&&) = delete;
  Session(const Session&) = delete;

  std::uint64_t send_id() const { return keys_.send_id; }
  std::uint64_t receive_id() const { return keys_.receive_id; }
  std::uint64_t packets_sent() const { return next_counter_; }
  std::uint64_t packets_opened() const { return opened_; }
  bool NeedsRekey() const { return next_counter_ >= kRekeyPackets || opened_ >= kRekeyPackets; }

  // Writes the packet into `out` and returns its size; nullopt when the counter is used up. `plaintext` is at most
  // kMaxPlaintextBytes and lies elsewhere than `out`.
  std::optional<std::size_t> Seal(BytesView plaintext, std::span<std::byte, kMaxDatagramBytes> out);
  // Opens a whole sealed packet into `out`, which lies elsewhere; returns the plaintext inside it. Errors: kTooShort,
  // kTooLong, kReplayed, kBadSeal.
  Expected<BytesView> Open(BytesView packet, std::span<std::byte, kMaxDatagramBytes> out);

  // For tests of counter limits only: the next counter to be used.
  void SkipTo(std::uint64_t counter) { next_counter_ = counter; }

 private:
  SessionKeys keys_;
  std::uint64_t next_counter_ = 0;
  std::uint64_t opened_ = 0;
  ReplayWindow window_;
};

// The receiver's session id of a sealed packet, which is at least kSealOverheadBytes long.
std::uint64_t SealedSessionId(BytesView packet);

}  // namespace hearsay

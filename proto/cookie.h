// SPDX-License-Identifier: MIT
//
// CookieJar: the responder's stateless challenge (syn cookie), and the short-lived key that goes with it.
//
// cookie = BLAKE2b-256(key = slot secret, source endpoint ‖ initiator's query). Two secrets live at a time, each for
// two slots of kCookieSlot; they are drawn from the Rng, never persisted, and wiped when they retire. Each slot also
// has one X25519 key pair, shared by all its handshakes: it lets the initiator's signature cover a responder's
// ephemeral although the responder keeps nothing. Cost before proof: one MAC a hello, one key generation a slot.
// The network is bound by the packet's MAC and the secret, which is of one node of one network.
#pragma once

#include <array>

#include "proto/endpoint.h"
#include "proto/error.h"
#include "proto/limits.h"
#include "proto/packet.h"
#include "proto/rng.h"
#include "proto/time.h"
#include "proto/x25519.h"

namespace hearsay {

class CookieJar {
 public:
  struct Challenge {
    Cookie cookie{};
    PublicKey ephemeral{};
  };
  Challenge Make(const Endpoint& source, const Cookie& query, Time now, Rng& rng);
  // The slot's key pair when `cookie` was made for this source and query less than two slots ago; else kBadCookie.
  // The pointer is good until the next call. Single use is SpentCookies' business.
  Expected<const KeyPair*> Check(const Endpoint& source, const Cookie& query, const Cookie& cookie, Time now, Rng& rng);

 private:
  struct Slot {
    ByteArray<32> secret{};
    KeyPair ephemeral;
    bool live = false;

    Slot() = default;
    Slot(const Slot&) = default;
    Slot& operator=(const Slot&) = default;
    ~Slot();  // wipes the secret; KeyPair wipes its own
  };
  void Rotate(Time now, Rng& rng);
  static Cookie Mac(const Slot& slot, const Endpoint& source, const Cookie& query);

  std::array<Slot, 2> slots_;  // current, previous
  Time rotated_at_{};
};

}  // namespace hearsay

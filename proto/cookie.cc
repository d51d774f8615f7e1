// SPDX-License-Identifier: MIT
#include "proto/cookie.h"

#include <sodium.h>

namespace hearsay {

CookieJar::Slot::~Slot() { sodium_memzero(secret.data(), secret.size()); }

void CookieJar::Rotate(Time now, Rng& rng) {
  if (slots_[0].live && now < rotated_at_ + kCookieSlot) return;
  if (slots_[0].live && now < rotated_at_ + 2 * kCookieSlot) {
    slots_[1] = slots_[0];
    // By whole slots: a late call must not stretch the life of the secret that retires.
    rotated_at_ += kCookieSlot;
  } else {
    slots_[1] = Slot{};
    rotated_at_ = now;
  }
  rng.Fill(slots_[0].secret);
  slots_[0].ephemeral = KeyPair::Generate(rng);
  slots_[0].live = true;
}

Cookie CookieJar::Mac(const Slot& slot, const Endpoint& source, const Cookie& query) {
  crypto_generichash_state state;
  Cookie cookie;
  const ByteArray<Endpoint::kSize> endpoint = source.ToBytes();
  crypto_generichash_init(&state, AsUnsigned(slot.secret.data()), slot.secret.size(), cookie.size());
  crypto_generichash_update(&state, AsUnsigned(endpoint.data()), endpoint.size());
  crypto_generichash_update(&state, AsUnsigned(query.data()), query.size());
  crypto_generichash_final(&state, AsUnsigned(cookie.data()), cookie.size());
  return cookie;
}

CookieJar::Challenge CookieJar::Make(const Endpoint& source, const Cookie& query, Time now, Rng& rng) {
  Rotate(now, rng);
  return {Mac(slots_[0], source, query), slots_[0].ephemeral.public_key};
}

Expected<const KeyPair*> CookieJar::Check(const Endpoint& source, const Cookie& query, const Cookie& cookie, Time now,
                                          Rng& rng) {
  Rotate(now, rng);
  for (const Slot& slot : slots_) {
    if (!slot.live) continue;
    const Cookie expected = Mac(slot, source, query);
    if (sodium_memcmp(expected.data(), cookie.data(), cookie.size()) == 0) return &slot.ephemeral;
  }
  return Unexpected(Error::kBadCookie);
}

}  // namespace hearsay

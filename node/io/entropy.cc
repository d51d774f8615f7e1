// SPDX-License-Identifier: MIT
#include "node/io/entropy.h"

#include <sodium.h>

namespace hearsay {

Rng::Seed DrawSeed() {
  HEARSAY_CHECK(sodium_init() >= 0);
  Rng::Seed seed;
  randombytes_buf(seed.data(), seed.size());
  return seed;
}

}  // namespace hearsay

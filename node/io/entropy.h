// SPDX-License-Identifier: MIT
//
// Entropy: the one place where chance enters. Everything below is seeded from here, once.
#pragma once

#include "proto/rng.h"

namespace hearsay {

// 32 bytes from the kernel, after libsodium has been initialised; blocks early at boot until the kernel has them.
Rng::Seed DrawSeed();

}  // namespace hearsay

// SPDX-License-Identifier: MIT
#include "node/io/version.h"

#include "proto/limits.h"

namespace hearsay {
namespace {

constexpr std::string_view kSoftware = "hearsay/" HEARSAY_VERSION;
static_assert(kSoftware.size() <= kMaxSoftwareBytes);

}  // namespace

std::string_view Version() { return HEARSAY_VERSION; }
std::string_view Software() { return kSoftware; }

}  // namespace hearsay

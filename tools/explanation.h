// SPDX-License-Identifier: MIT
//
// Explanation: why a peer is where it is, for people: labels on the left, sentences beside them, within 80 columns.
#pragma once

#include <optional>
#include <string>

#include "proto/time.h"

namespace hearsay {

// `body` is the answer of /v1/peers/{node_id}/explain; nullopt when it is none.
std::optional<std::string> ExplanationText(const std::string& body, Time now);

}  // namespace hearsay

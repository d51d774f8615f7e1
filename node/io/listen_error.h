// SPDX-License-Identifier: MIT
//
// ListenError: why an endpoint cannot be listened on, and what would help, in one line for operators.
#pragma once

#include <string>
#include <string_view>

#include "proto/endpoint.h"

namespace hearsay {

// `what` begins the line ("listen", "listen on TCP"); `option` is what to change ("--dns"); `error` is errno.
std::string ListenError(std::string_view what, const Endpoint& endpoint, const std::string& option, int error);

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// OpenTcpListener: a listening TCP socket that anybody may reach, and every way in which it cannot be had, in one line.
#pragma once

#include <string>

#include "proto/endpoint.h"
#include "proto/error.h"

namespace hearsay {

struct TcpListener {
  int fd = -1;     // listening, non-blocking; the caller's to close
  Endpoint local;  // as bound, with the real port
};

// Port 0 takes any free one. An IPv6 address takes no IPv4. `option` is named in the remedy: "--dns".
Result<TcpListener> OpenTcpListener(const Endpoint& listen, const std::string& option);

}  // namespace hearsay

// SPDX-License-Identifier: MIT
#include "node/io/listen_error.h"

#include <cerrno>
#include <cstring>

namespace hearsay {

std::string ListenError(std::string_view what, const Endpoint& endpoint, const std::string& option, int error) {
  const std::string prefix = std::string(what) + " " + endpoint.ToString() + ": " + std::strerror(error);
  switch (error) {
    case EADDRINUSE:
      return prefix + "; end the process that has this port, or choose another with " + option +
             " (port 0: any free one)";
    case EADDRNOTAVAIL:
      return prefix + "; no interface has this address: see 'ip address', or listen on 0.0.0.0 or [::]";
    case EACCES:
    case EPERM:
      return prefix + "; choose a port from 1024 up with " + option + ", or give the process CAP_NET_BIND_SERVICE";
    case EAFNOSUPPORT:
      return prefix + "; this machine has no IPv6: listen on an IPv4 address";
    default:
      return prefix + "; choose another endpoint with " + option;
  }
}

}  // namespace hearsay

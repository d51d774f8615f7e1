// SPDX-License-Identifier: MIT
//
// The local API's door: which requests are answered at all, judged by their headers alone.
//
//  - DNS rebinding: a web page whose name was made to point at 127.0.0.1 reaches the API with its own name in Host.
//    So the Host must name this machine, and an Origin, which only browsers send, must be that very host. Over the
//    unix socket too: a browser reaches it where somebody forwards it to a port (ssh -L).
//  - Bodies: nothing here takes one, so announcing one is refused (413). Two lengths, or a length and chunks, are how
//    requests are smuggled past proxies (400).
//  - Changes: everybody on this machine reaches a TCP port, the node's own user and root its socket. So what changes
//    something needs the socket, or the operator's token (api_token_file), which a web page can't know either.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "node/io/api_token.h"

namespace hearsay {

struct RequestHead {
  std::size_t hosts = 0;  // how many Host headers
  std::string host;
  std::optional<std::string> origin;
  std::size_t lengths = 0;  // how many Content-Length headers
  std::string content_length;
  bool transfer_encoding = false;
  std::string authorization;  // header; empty: none
};

struct Refusal {
  unsigned status = 0;
  std::string text;
};

enum class ApiTransport { kTcp, kUnix };

// nullopt: come in.
std::optional<Refusal> JudgeHead(const RequestHead& head);
// nullopt: it may change something too. `token` is null where none is set.
std::optional<Refusal> JudgeChange(const RequestHead& head, ApiTransport transport, const ApiToken* token);

}  // namespace hearsay

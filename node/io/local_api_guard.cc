// SPDX-License-Identifier: MIT
#include "node/io/local_api_guard.h"

#include <algorithm>
#include <string_view>

namespace hearsay {
namespace {

bool IsDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

// Any port: a forwarded one is not ours, and a rebound name is recognised by the name.
bool NamesThisMachine(std::string_view host) {
  for (const std::string_view name : {"localhost", "127.0.0.1", "[::1]"}) {
    if (!host.starts_with(name)) continue;
    const std::string_view rest = host.substr(name.size());
    if (rest.empty() || (rest.front() == ':' && IsDigits(rest.substr(1)))) return true;
  }
  return false;
}

std::optional<Refusal> JudgeHost(const RequestHead& head) {
  if (head.hosts != 1) return Refusal{400, "exactly one Host header is needed"};
  if (!NamesThisMachine(Lower(head.host))) {
    return Refusal{403, "the Host header must be localhost, 127.0.0.1 or [::1], with or without a port"};
  }
  return std::nullopt;
}

std::optional<Refusal> JudgeOrigin(const RequestHead& head) {
  const std::string host = Lower(head.host);
  if (!head.origin || (NamesThisMachine(host) && Lower(*head.origin) == "http://" + host)) return std::nullopt;
  return Refusal{403, "the Origin header is of another site"};
}

}  // namespace

std::optional<Refusal> JudgeHead(const RequestHead& head) {
  if (auto refusal = JudgeHost(head)) return refusal;
  if (auto refusal = JudgeOrigin(head)) return refusal;
  if (head.lengths > 1 || (head.lengths == 1 && head.transfer_encoding)) {
    return Refusal{400, "more than one length of the body"};
  }
  if (head.transfer_encoding) return Refusal{413, "no request here has a body"};
  if (head.lengths == 1) {
    if (!IsDigits(head.content_length)) return Refusal{400, "the Content-Length header is no number"};
    if (head.content_length.find_first_not_of('0') != std::string::npos) {
      return Refusal{413, "no request here has a body"};
    }
  }
  return std::nullopt;
}

std::optional<Refusal> JudgeChange(const RequestHead& head, ApiTransport transport, const ApiToken* token) {
  constexpr std::string_view kScheme = "bearer ";
  if (transport == ApiTransport::kUnix) return std::nullopt;
  if (token == nullptr) {
    return Refusal{403,
                   "over TCP this node's API only reads; start the node with --api-token-file, or with a unix socket"};
  }
  if (head.authorization.empty()) {
    return Refusal{401,
                   "a change over TCP needs the header 'Authorization: Bearer TOKEN', of the node's api_token_file "
                   "(hearsay's own commands: --api-token-file, or HEARSAY_API_TOKEN_FILE)"};
  }
  const bool is_bearer = Lower(head.authorization.substr(0, kScheme.size())) == kScheme;
  if (is_bearer && token->Matches(std::string_view(head.authorization).substr(kScheme.size()))) return std::nullopt;
  return Refusal{401, "the Authorization header does not hold the token of the node's api_token_file"};
}

}  // namespace hearsay

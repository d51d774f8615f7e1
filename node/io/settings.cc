// SPDX-License-Identifier: MIT
#include "node/io/settings.h"

namespace hearsay {
namespace {

// sockaddr_un::sun_path holds 108 bytes with the final zero (unix(7)).
constexpr std::size_t kMaxUnixPathBytes = 107;

}  // namespace

std::string ApiAddress::ToString() const {
  if (off) return "off";
  if (endpoint) return endpoint->ToString();
  return unix_path.empty() ? std::string() : "unix:" + unix_path;
}

Result<ApiAddress> ApiAddress::Parse(std::string_view text) {
  ApiAddress out;
  if (text == "off") {
    out.off = true;
    return out;
  }
  if (text.starts_with("unix:")) {
    out.unix_path = text.substr(5);
    if (out.unix_path.empty() || out.unix_path.find('\0') != std::string::npos) {
      return tl::unexpected(std::string("names no socket; write unix:PATH"));
    }
    if (out.unix_path.size() > kMaxUnixPathBytes) {
      return tl::unexpected(std::string("is too long: a unix socket's path has at most 107 bytes"));
    }
    return out;
  }
  out.endpoint = Endpoint::Parse(text);
  if (!out.endpoint) return tl::unexpected(std::string("is no API address; write 127.0.0.1:PORT, unix:PATH or off"));
  if (out.endpoint->scope() != Scope::kLoopback) {
    return tl::unexpected(std::string("is not a loopback address, and the API asks for no password; write "
                                      "127.0.0.1:PORT or unix:PATH"));
  }
  return out;
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
#include "node/io/api_token.h"

#include <sodium.h>

#include "node/io/read_file.h"
#include "proto/text.h"

namespace hearsay {

Result<std::string> ApiToken::ReadFile(const std::string& path) {
  auto text = hearsay::ReadFile("API token file", path, kMaxBytes + 2, FileSecrecy::kSecret);
  if (!text) return text;
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  const bool fine = text->size() >= kMinBytes && text->size() <= kMaxBytes && IsPrintableAscii(*text) &&
                    text->find(' ') == std::string::npos;
  if (fine) return text;
  return tl::unexpected("API token file " + path +
                        " holds no single line of 16 to 256 printable characters; make one: "
                        "(umask 077; head -c 24 /dev/urandom | base64 > " + path + ")");
}

bool ApiToken::Matches(std::string_view presented) const {
  const ByteArray<32> other = Digest(presented);
  return sodium_memcmp(digest_.data(), other.data(), digest_.size()) == 0;
}

ByteArray<32> ApiToken::Digest(std::string_view token) {
  ByteArray<32> out;
  crypto_generichash(AsUnsigned(out.data()), out.size(), reinterpret_cast<const unsigned char*>(token.data()),
                     token.size(), nullptr, 0);
  return out;
}

}  // namespace hearsay

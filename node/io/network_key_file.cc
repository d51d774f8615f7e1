// SPDX-License-Identifier: MIT
#include "node/io/network_key_file.h"

#include <sodium.h>

#include "node/io/read_file.h"

namespace hearsay {

Result<NetworkKey> LoadNetworkKey(std::string_view network, const std::string& path) {
  if (path.empty()) return NetworkKey::Open(network);
  auto text = ReadFile("network key file", path, kMaxNetworkKeyFileBytes, FileSecrecy::kSecret);
  if (!text) return tl::unexpected(text.error());
  auto key = ParseNetworkKey(*text, network);
  sodium_memzero(text->data(), text->size());
  if (!key) return tl::unexpected("network key file " + path + ": " + key.error());
  NetworkKey out = NetworkKey::Closed(network, *key);
  sodium_memzero(key->data(), key->size());
  return out;
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
#include "proto/network.h"

#include <sodium.h>

#include <algorithm>
#include <cctype>

namespace hearsay {
namespace {

ByteArray<32> Derive(BytesView key, std::string_view label, std::string_view context) {
  crypto_generichash_state state;
  ByteArray<32> out;
  const unsigned char zero = 0;
  crypto_generichash_init(&state, key.empty() ? nullptr : AsUnsigned(key.data()), key.size(), out.size());
  crypto_generichash_update(&state, AsUnsigned(AsBytes(label).data()), label.size());
  crypto_generichash_update(&state, &zero, 1);
  crypto_generichash_update(&state, AsUnsigned(AsBytes(context).data()), context.size());
  crypto_generichash_final(&state, AsUnsigned(out.data()), out.size());
  return out;
}

std::string_view Trim(std::string_view text) {
  const auto space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

NetworkKey::NetworkKey(std::string_view name, BytesView key, bool closed) : closed_(closed) {
  const ByteArray<32> master = Derive(key, "hearsay v1 network", name);
  id_ = Derive(master, "hearsay v1 network id", "");
  mac_key_ = Derive(master, "hearsay v1 network mac", "");
  session_salt_ = Derive(master, "hearsay v1 network session", "");
}

NetworkKey NetworkKey::Open(std::string_view name) { return NetworkKey(name, {}, false); }

NetworkKey NetworkKey::Closed(std::string_view name, const ByteArray<32>& pre_shared_key) {
  return NetworkKey(name, pre_shared_key, true);
}

NetworkKey::Mac NetworkKey::ComputeMac(BytesView packet) const {
  Mac mac;
  crypto_generichash(AsUnsigned(mac.data()), mac.size(), AsUnsigned(packet.data()), packet.size(),
                     AsUnsigned(mac_key_.data()), mac_key_.size());
  return mac;
}

bool NetworkKey::VerifyMac(BytesView packet, BytesView mac) const {
  if (mac.size() != kMacSize) return false;
  const Mac expected = ComputeMac(packet);
  return sodium_memcmp(expected.data(), mac.data(), kMacSize) == 0;
}

bool IsNetworkName(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  });
}

Result<ByteArray<32>> ParseNetworkKey(std::string_view text, std::string_view network_name) {
  const std::string_view key_text = Trim(text);
  ByteArray<32> key;
  if (FromHex(key_text, key)) return key;
  if (key_text.size() < 12) {
    return tl::unexpected(std::string(
        "network key is neither 64 hex digits nor a passphrase of at least 12 characters; make one with "
        "`openssl rand -hex 32`"));
  }
  const ByteArray<32> salt = Derive({}, "hearsay v1 passphrase salt", network_name);
  static_assert(crypto_pwhash_SALTBYTES <= 32);
  if (crypto_pwhash(AsUnsigned(key.data()), key.size(), key_text.data(), key_text.size(), AsUnsigned(salt.data()),
                    crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE,
                    crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return tl::unexpected(std::string("network key: no memory for Argon2id (64 MiB); use 64 hex digits instead"));
  }
  return key;
}

}  // namespace hearsay

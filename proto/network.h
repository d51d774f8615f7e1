// SPDX-License-Identifier: MIT
//
// NetworkKey: which network this is, as keys. Nodes of different networks never talk.
//
// master = BLAKE2b-256(key = pre-shared key or empty, "hearsay v1 network" ‖ 0x00 ‖ name). Everything else hangs under
// it: the MAC of packets before a session, the value that signatures cover, and the salt of session keys. The name
// never travels. An open network is one without a pre-shared key: its master is as public as its name.
#pragma once

#include <string>
#include <string_view>

#include "proto/bytes.h"
#include "proto/error.h"

namespace hearsay {

class NetworkKey {
 public:
  static constexpr std::size_t kMacSize = 16;
  using Mac = ByteArray<kMacSize>;

  // An open network. Names: 1 to 64 of [A-Za-z0-9_.-]; the caller has checked (IsNetworkName).
  static NetworkKey Open(std::string_view name);
  // A closed one, with a key of exactly 32 bytes.
  static NetworkKey Closed(std::string_view name, const ByteArray<32>& pre_shared_key);

  bool closed() const { return closed_; }
  // What signatures cover: 32 bytes that reveal neither name nor key.
  const ByteArray<32>& id() const { return id_; }
  const ByteArray<32>& session_salt() const { return session_salt_; }
  Mac ComputeMac(BytesView packet) const;
  bool VerifyMac(BytesView packet, BytesView mac) const;  // constant time

 private:
  NetworkKey(std::string_view name, BytesView key, bool closed);
  ByteArray<32> id_{};
  ByteArray<32> mac_key_{};
  ByteArray<32> session_salt_{};
  bool closed_ = false;
};

bool IsNetworkName(std::string_view name);
// The pre-shared key in the text of a key file: 64 hex digits are the key itself; anything else of at least 12
// characters is a passphrase, stretched by Argon2id (libsodium's INTERACTIVE limits: 64 MiB, 2 passes) with a salt made
// of the network's name. Surrounding white space is dropped. The error is for people and never quotes the text.
Result<ByteArray<32>> ParseNetworkKey(std::string_view text, std::string_view network_name);

}  // namespace hearsay

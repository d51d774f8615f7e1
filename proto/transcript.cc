// SPDX-License-Identifier: MIT
#include "proto/transcript.h"

#include <sodium.h>

#include <algorithm>

#include "proto/check.h"

namespace hearsay {
namespace {

void Put(Transcript::Bytes& out, BytesView bytes) {
  std::copy(bytes.begin(), bytes.end(), out.data.begin() + static_cast<std::ptrdiff_t>(out.size));
  out.size += bytes.size();
}

void Put(Transcript::Bytes& out, std::uint64_t value) {
  StoreBigEndian(value, out.data.data() + out.size);
  out.size += 8;
}

}  // namespace

Transcript::Bytes Transcript::InitiatorPart() const {
  Bytes out;
  Put(out, network);
  Put(out, query);
  Put(out, cookie);
  Put(out, initiator.bytes);
  Put(out, responder.bytes);
  Put(out, initiator_ephemeral);
  Put(out, slot_ephemeral);
  Put(out, dialled.ToBytes());
  Put(out, observed.ToBytes());
  Put(out, initiator_epoch);
  Put(out, dial_sequence);
  Put(out, initiator_session);
  HEARSAY_CHECK(out.size == kInitiatorBytes);
  return out;
}

Transcript::Bytes Transcript::WholePart() const {
  Bytes out = InitiatorPart();
  Put(out, fresh_ephemeral);
  Put(out, responder_epoch);
  Put(out, responder_session);
  out.data[out.size++] = static_cast<std::byte>(confirmed ? 1 : 0);
  HEARSAY_CHECK(out.size == kWholeBytes);
  return out;
}

TrafficKeys::~TrafficKeys() {
  sodium_memzero(to_responder.data(), to_responder.size());
  sodium_memzero(to_initiator.data(), to_initiator.size());
}

TrafficKeys DeriveTrafficKeys(const NetworkKey& network, const SharedSecret& slot, const SharedSecret& fresh,
                              BytesView whole_transcript) {
  constexpr std::string_view kLabel = "hearsay v1 session";
  ByteArray<32> digest;
  crypto_generichash(AsUnsigned(digest.data()), digest.size(), AsUnsigned(whole_transcript.data()),
                     whole_transcript.size(), nullptr, 0);
  crypto_generichash_state state;
  const unsigned char zero = 0;
  ByteArray<64> out;
  crypto_generichash_init(&state, AsUnsigned(network.session_salt().data()), network.session_salt().size(),
                          out.size());
  crypto_generichash_update(&state, AsUnsigned(AsBytes(kLabel).data()), kLabel.size());
  crypto_generichash_update(&state, &zero, 1);
  crypto_generichash_update(&state, AsUnsigned(slot.bytes.data()), slot.bytes.size());
  crypto_generichash_update(&state, AsUnsigned(fresh.bytes.data()), fresh.bytes.size());
  crypto_generichash_update(&state, AsUnsigned(digest.data()), digest.size());
  crypto_generichash_final(&state, AsUnsigned(out.data()), out.size());
  TrafficKeys keys;
  std::copy_n(out.begin(), 32, keys.to_responder.begin());
  std::copy_n(out.begin() + 32, 32, keys.to_initiator.begin());
  sodium_memzero(out.data(), out.size());
  sodium_memzero(&state, sizeof state);
  return keys;
}

}  // namespace hearsay

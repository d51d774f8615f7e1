// SPDX-License-Identifier: MIT
// Plaintexts of sealed packets: a value within every limit, or an error; what was read can be written and read again.
#include "proto/codec.h"
#include "proto/session.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  if (size > kMaxPlaintextBytes) return 0;
  static Codec codec;
  static Keepalive read;
  const auto kind = codec.DecodeMessage(fuzz::Input(data, size), read);
  HEARSAY_CHECK(read.sample.size() <= kMaxSampleEndpoints && read.suspects.size() <= kMaxSuspicions &&
                read.hidden.size() <= kMaxHidden);
  HEARSAY_CHECK(read.record.size() <= kMaxRecordBytes);
  for (const Endpoint& e : read.sample) HEARSAY_CHECK(e.IsDialable());
  // What this node writes is the shortest form, but for a lone suspect: read unpacked (9 bytes), written packed (10).
  // That byte may lengthen the length of the message around it by another.
  constexpr std::size_t kPackingBytes = 2;
  if (!kind || *kind != ChannelMessageKind::kKeepalive || size > kMaxPlaintextBytes - kPackingBytes) return 0;
  DatagramBuffer buffer;
  const BytesView written = codec.EncodeKeepalive(read, buffer);
  HEARSAY_CHECK(written.size() <= size + kPackingBytes);
  Keepalive again;
  HEARSAY_CHECK(codec.DecodeMessage(written, again) == ChannelMessageKind::kKeepalive && again == read);
  return 0;
}

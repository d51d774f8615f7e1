// SPDX-License-Identifier: MIT
//
// Keepalives with a sample of 32 endpoints, encoded and decoded. Held against sealing and opening the same bytes, which
// each of them costs anyway: above 1, the codec is not what to make faster.
#include "proto/check.h"
#include "proto/codec.h"
#include "proto/session.h"
#include "tools/bench/measure.h"

namespace hearsay::bench {
namespace {

constexpr int kMessages = 200'000;

Keepalive Sample() {
  Keepalive keepalive;
  keepalive.ping = 300;
  keepalive.pong = 299;
  keepalive.record_sequence = keepalive.record_held = 1'800'000'000;
  keepalive.sampled = true;
  for (std::uint32_t i = 0; i < kMaxSampleEndpoints; ++i) {
    keepalive.sample.push_back({IpAddress::V4(0x05000001 + (i << 16)), 7075});
  }
  return keepalive;
}

double Ours() {
  const Keepalive keepalive = Sample();
  Codec codec;
  DatagramBuffer buffer;
  Keepalive decoded;
  CpuWatch watch;
  watch.Start();
  for (int i = 0; i < kMessages; ++i) {
    const BytesView bytes = codec.EncodeKeepalive(keepalive, buffer);
    HEARSAY_CHECK(codec.DecodeMessage(bytes, decoded) == ChannelMessageKind::kKeepalive);
  }
  watch.Stop();
  return kMessages / watch.seconds();
}

double SealAndOpen() {
  Codec codec;
  DatagramBuffer plain;
  DatagramBuffer sealed;
  DatagramBuffer opened;
  const BytesView bytes = codec.EncodeKeepalive(Sample(), plain);
  Session session(SessionKeys{});  // all zero, so the same in both directions
  CpuWatch watch;
  watch.Start();
  for (int i = 0; i < kMessages; ++i) {
    const std::size_t size = *session.Seal(bytes, sealed.bytes);
    HEARSAY_CHECK(session.Open(BytesView(sealed.bytes).first(size), opened.bytes).has_value());
  }
  watch.Stop();
  return kMessages / watch.seconds();
}

}  // namespace

Figure BenchCodec(int repetitions) {
  Figure f{.name = "codec",
           .unit = "keepalives with 32 endpoints encoded and decoded a CPU second",
           .limit_name = "seal and open the same bytes",
           .target_ratio = 1};
  Compare(f, repetitions, Ours, SealAndOpen);
  return f;
}

}  // namespace hearsay::bench

// SPDX-License-Identifier: MIT
//
// Keepalives with a sample of 32 endpoints, encoded and decoded. The limit is libprotobuf alone on the same message:
// what is above it is our copying and checking.
#include "proto/check.h"
#include "proto/codec.h"
#include "proto/hearsay.pb.h"
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

double LibraryAlone() {
  Codec codec;
  DatagramBuffer buffer;
  const BytesView bytes = codec.EncodeKeepalive(Sample(), buffer);
  wire::ChannelMessage message;
  ByteArray<kMaxDatagramBytes> out;
  CpuWatch watch;
  watch.Start();
  for (int i = 0; i < kMessages; ++i) {
    HEARSAY_CHECK(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    HEARSAY_CHECK(message.SerializeToArray(out.data(), static_cast<int>(out.size())));
  }
  watch.Stop();
  return kMessages / watch.seconds();
}

}  // namespace

Figure BenchCodec(int repetitions) {
  Figure f{.name = "codec",
           .unit = "keepalives with 32 endpoints encoded and decoded a CPU second",
           .limit_name = "libprotobuf alone, the same bytes",
           .target_ratio = 0.3};
  Compare(f, repetitions, Ours, LibraryAlone);
  return f;
}

}  // namespace hearsay::bench

// SPDX-License-Identifier: MIT
//
// flood TARGET RATE SECONDS KIND [NETWORK]: so many datagrams a second at an IPv4 endpoint, each from another made-up
// source address, through a raw socket. For tests/net/flood_test.py, in namespaces that lead nowhere. Kinds:
//   hello    bare keepalives as a stranger's: the right size, the network's MAC
//   proof    proofs of strangers with made-up cookies
//   sealed   packets of sessions that do not exist
//   noise    bytes that are no packet of ours
// Paced by the millisecond; what could not be sent in its millisecond is not made up for. Prints one line of JSON.
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sodium.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "proto/codec.h"
#include "proto/rng.h"

namespace hearsay::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kDistinct = 4096;  // payloads; their sources differ without end
constexpr std::size_t kBatch = 64;
constexpr std::size_t kHeaders = sizeof(iphdr) + sizeof(udphdr);
constexpr std::size_t kSealedBytes = 200;  // about a keepalive

std::vector<Bytes> MakePayloads(const std::string& kind, const Endpoint& target, const NetworkKey& network, Rng& rng) {
  Codec codec;
  DatagramBuffer buffer;
  std::vector<Bytes> out;
  for (std::size_t i = 0; i < kDistinct; ++i) {
    if (kind == "hello") {
      codec.Encode(BareKeepalive{rng.Array<32>()}, network, buffer);
    } else if (kind == "proof") {
      codec.Encode(HandshakeProof{.query = rng.Array<32>(), .cookie = rng.Array<32>(), .initiator = {rng.Array<32>()},
                                  .ephemeral = rng.Array<32>(), .dialled = target, .session_id = rng.Next64()},
                   network, buffer);
    } else {
      buffer.size = kSealedBytes;
      rng.Fill(std::span(buffer.bytes).first(buffer.size));
      buffer.bytes[0] = kind == "sealed" ? PacketByte(PacketKind::kSealed) : std::byte{0xff};
    }
    out.emplace_back(buffer.view().begin(), buffer.view().end());
  }
  return out;
}

// An IPv4 and a UDP header before the payload. The kernel fills in the IP checksum; UDP's is optional in IPv4.
Bytes WithHeaders(const Bytes& payload, const Endpoint& target) {
  Bytes packet(kHeaders + payload.size());
  iphdr ip{};
  ip.version = 4;
  ip.ihl = sizeof(iphdr) / 4;
  ip.ttl = 64;
  ip.protocol = IPPROTO_UDP;
  ip.tot_len = htons(static_cast<std::uint16_t>(packet.size()));
  std::memcpy(&ip.daddr, target.address.bytes.data() + 12, sizeof ip.daddr);
  udphdr udp{};
  udp.dest = htons(target.port);
  udp.len = htons(static_cast<std::uint16_t>(sizeof(udphdr) + payload.size()));
  std::memcpy(packet.data(), &ip, sizeof ip);
  std::memcpy(packet.data() + sizeof ip, &udp, sizeof udp);
  std::copy(payload.begin(), payload.end(), packet.begin() + kHeaders);
  return packet;
}

class Flooder {
 public:
  Flooder(std::vector<Bytes> packets, const Endpoint& target, Rng& rng)
      : fd_(::socket(AF_INET, SOCK_RAW, IPPROTO_RAW)), packets_(std::move(packets)), rng_(rng) {
    target_.sin_family = AF_INET;
    std::memcpy(&target_.sin_addr, target.address.bytes.data() + 12, sizeof target_.sin_addr);
  }
  bool open() const { return fd_ >= 0; }
  std::uint64_t sent() const { return sent_; }
  std::uint64_t refused() const { return refused_; }

  void Send(std::size_t count) {
    while (count > 0) {
      const std::size_t size = std::min(count, kBatch);
      for (std::size_t i = 0; i < size; ++i) {
        Bytes& packet = packets_[next_++ % kDistinct];
        const std::uint64_t random = rng_.Next64();
        // 11/8 to 99/8: global addresses, which the target answers.
        const auto source = static_cast<std::uint32_t>(random % (89u << 24)) + (11u << 24);
        StoreBigEndian(source, packet.data() + offsetof(iphdr, saddr));
        StoreBigEndian(static_cast<std::uint16_t>(1024 + (random >> 32) % 60000), packet.data() + sizeof(iphdr));
        vectors_[i] = {packet.data(), packet.size()};
        headers_[i] = {};
        headers_[i].msg_hdr = {&target_, sizeof target_, &vectors_[i], 1, nullptr, 0, 0};
      }
      const int sent = ::sendmmsg(fd_, headers_.data(), static_cast<unsigned>(size), 0);
      sent_ += static_cast<std::uint64_t>(std::max(sent, 0));
      refused_ += size - static_cast<std::size_t>(std::max(sent, 0));
      count -= size;
    }
  }

 private:
  const int fd_;
  std::vector<Bytes> packets_;
  Rng& rng_;
  sockaddr_in target_{};
  std::array<mmsghdr, kBatch> headers_{};
  std::array<iovec, kBatch> vectors_{};
  std::size_t next_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t refused_ = 0;
};

int Run(const Endpoint& target, std::size_t rate, double seconds, const std::string& kind, const NetworkKey& network) {
  Rng rng = Rng::FromNumber(7);
  std::vector<Bytes> packets;
  for (const Bytes& payload : MakePayloads(kind, target, network, rng)) packets.push_back(WithHeaders(payload, target));
  Flooder flooder(std::move(packets), target, rng);
  if (!flooder.open()) {
    std::fprintf(stderr, "flood: raw socket: %s; run with CAP_NET_RAW\n", std::strerror(errno));
    return 1;
  }
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  auto tick = begin;
  std::size_t owed = 0;
  while (Clock::now() < end) {
    owed += rate;
    flooder.Send(owed / 1000);
    owed %= 1000;
    tick += std::chrono::milliseconds{1};
    // Behind by more than a tenth of a second: the machine was elsewhere; a burst would be another flood.
    if (Clock::now() > tick + std::chrono::milliseconds{100}) tick = Clock::now();
    std::this_thread::sleep_until(tick);
  }
  const double elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
  std::printf("{\"sent\": %llu, \"refused\": %llu, \"seconds\": %.3f, \"rate\": %.0f}\n",
              static_cast<unsigned long long>(flooder.sent()), static_cast<unsigned long long>(flooder.refused()),
              elapsed, static_cast<double>(flooder.sent()) / elapsed);
  return 0;
}

}  // namespace
}  // namespace hearsay::test

int main(int argc, char** argv) {
  using namespace hearsay;
  const auto target = argc >= 5 ? Endpoint::Parse(argv[1], std::nullopt) : std::nullopt;
  if (!target || !target->address.IsV4() || sodium_init() < 0) {
    std::fprintf(stderr, "usage: flood ADDRESS:PORT RATE SECONDS hello|proof|sealed|noise [NETWORK]\n");
    return 2;
  }
  const auto network = NetworkKey::Open(argc >= 6 ? argv[5] : "hearsay");
  return test::Run(*target, std::strtoul(argv[2], nullptr, 10), std::strtod(argv[3], nullptr), argv[4], network);
}

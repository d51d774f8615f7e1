// SPDX-License-Identifier: MIT
// DNS queries from anybody: the zone stays silent or answers within the client's limit, in the query's id, and in
// bytes that ldns reads. First byte: odd by TCP; above it the time, so that entries are signed anew.
#include "crawler/seed/zone.h"
#include "tests/fuzz/fuzz.h"

#include "tests/seed/dns_reader.h"

namespace hearsay {
namespace {

std::vector<GoodPeer> Peers() {
  std::vector<GoodPeer> out;
  for (std::uint32_t i = 0; i < 24; ++i) {
    GoodPeer peer{.endpoint = {IpAddress::V4(0x0b000001 + (i << 16)), kDefaultPort}};
    if (i % 3 == 0) peer.endpoint.address.bytes = {std::byte{0x2a}, static_cast<std::byte>(i)};
    if (i % 4 == 0) peer.endpoint.port = 80;
    peer.role = i % 2 == 0 ? Role::kWorker : Role::kDual;
    peer.attributes = {{"service", i % 5 == 0 ? "web" : "db"}};
    out.push_back(std::move(peer));
  }
  return out;
}

Zone MakeZone(const Identity& seed) {
  const IpAddress address = IpAddress::V4(0x05060708);
  auto zone = Zone::Make({.zone = "s.net", .network = "n", .name_servers = {{"ns.s.net", {address}}}}, seed);
  HEARSAY_CHECK(zone.has_value());
  zone->SetPeers(GoodPeers(Peers(), SipKey{}));
  return std::move(*zone);
}

// RFC 6891: the last OPT's size, when there is one; what ldns reads is not ours to trust here.
std::size_t LimitOf(BytesView query, DnsTransport transport) {
  if (transport == DnsTransport::kTcp) return Zone::kMaxTcpBytes;
  const auto read = ReadDnsReply(query);
  return read && read->edns ? std::clamp<std::size_t>(read->edns_size, kPlainDnsBytes, kEdnsBytes) : kPlainDnsBytes;
}

void CheckAnswer(BytesView query, const DnsAnswer& answer, DnsTransport transport) {
  HEARSAY_CHECK(query.size() >= kDnsHeaderBytes && query.size() <= kMaxDnsQueryBytes);
  HEARSAY_CHECK(answer.wire.size() <= LimitOf(query, transport));
  HEARSAY_CHECK(answer.wire[0] == query[0] && answer.wire[1] == query[1]);
  HEARSAY_CHECK((answer.wire[2] & std::byte{0x80}) != std::byte{0});
  const auto reply = ReadDnsReply(answer.wire);
  HEARSAY_CHECK(reply.has_value());
  HEARSAY_CHECK(reply->answer.size() <= Zone::kMaxPeersInAnswer);
  HEARSAY_CHECK(answer.kind == AnswerKind::kRecords || reply->answer.empty());
  const Bytes truncated = TruncateDnsReply(answer.wire);
  HEARSAY_CHECK(truncated.size() <= answer.wire.size() && ReadDnsReply(truncated)->truncated);
}

}  // namespace
}  // namespace hearsay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  static const Identity seed(ByteArray<32>{});
  static Zone zone = MakeZone(seed);
  BytesView input = fuzz::Input(data, size);
  const unsigned choice = fuzz::TakeChoice(input);
  const DnsTransport transport = choice % 2 == 1 ? DnsTransport::kTcp : DnsTransport::kUdp;
  Rng rng = Rng::FromNumber(choice);
  const Time now = FromUnixSeconds(1'800'000'000 + choice / 2 * 60);
  const auto answer = zone.Answer(input, transport, now, rng);
  if (answer) CheckAnswer(input, *answer, transport);
  return 0;
}

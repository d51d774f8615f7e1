// SPDX-License-Identifier: MIT
//
// Zone: the authoritative answers of a seed for one DNS zone. A pure machine: a query, the time and chance go in, an
// answer comes out, or nothing. The time is the system's: serials and signatures carry it.
//
//   asked                                      answer
//   what ReadDnsQuery drops                    none
//   another zone or class; AXFR, IXFR, TKEY,   REFUSED
//     TSIG
//   a name that does not exist (zone_name.h)   NXDOMAIN, SOA
//   a name without records of the type         NOERROR, SOA
//   A, AAAA of peers                           a fresh draw of peers on the default port (good_peers.h)
//   TXT of peers                               a draw of all: entries signed by the seed (seed_entry.h); under a flood
//                                              of such questions the last draw again (entry_signer.h)
//   SRV of _hearsay._udp                       a draw of all, targets pHEX.ZONE, their addresses as additional records
//   SOA, NS of the zone                        the serial is the time in unix seconds; name servers with addresses
//   ANY                                        HINFO "RFC8482" (RFC 8482 section 4.2)
//
// An answer names at most kMaxPeersInAnswer peers, or as many as fit into 512 bytes (by UDP with EDNS: what the client
// takes, at most 1,232), but no fewer than kFewestPeersInAnswer while there are: then it is truncated and the client
// comes by TCP. A smaller draw is as honest as a larger one.
// What an attacker gains by N addresses in G of the table's T groups: G / T of the names in every answer, whatever N.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "crawler/seed/dns_message.h"
#include "crawler/seed/entry_signer.h"
#include "crawler/seed/good_peers.h"
#include "crawler/seed/zone_name.h"

namespace hearsay {

enum class DnsTransport : std::uint8_t { kUdp, kTcp };
// What response rate limiting tells apart.
enum class AnswerKind : std::uint8_t { kRecords, kNoData, kNxDomain, kError, kCount };

struct DnsAnswer {
  Bytes wire;
  AnswerKind kind{};
};

struct ZoneConfig {
  struct NameServer {
    std::string name;
    std::vector<IpAddress> addresses;  // needed when the name is in the zone, then LABEL.ZONE
  };
  std::string zone;     // "seed.example.net"
  std::string network;  // what the signatures of TXT entries are for
  std::vector<NameServer> name_servers;
  std::chrono::seconds ttl{60};  // 1 to 900, and how long "does not exist" may be remembered
};

class Zone {
 public:
  static constexpr std::size_t kMaxPeersInAnswer = GoodPeers::kMaxInAnswer;
  static constexpr std::size_t kFewestPeersInAnswer = EntrySigner::kFewest;
  static constexpr std::size_t kMaxTcpBytes = 16384;  // 16 signed entries or services are below 6,000
  static constexpr std::chrono::seconds kMaxTtl{900};  // of an entry's life there is half an hour left at least

  // `seed` outlives it. The error names the setting.
  static Result<Zone> Make(const ZoneConfig& config, const Identity& seed);

  void SetPeers(GoodPeers peers) { peers_ = std::move(peers); }
  const GoodPeers& peers() const { return peers_; }
  const DnsName& name() const { return zone_; }
  std::uint64_t signatures() const { return signer_.signatures(); }  // of TXT entries, made so far
  // nullopt: stay silent.
  std::optional<DnsAnswer> Answer(BytesView query, DnsTransport transport, Time now, Rng& rng);

 private:
  struct NameServer {
    DnsName name;
    std::string label;  // when it is LABEL.ZONE; else empty
    std::vector<IpAddress> addresses;
  };
  struct Turn;  // one answer in the making

  Zone(const LdnsLibrary& ldns, const ZoneConfig& config, const Identity& seed)
      : ldns_(&ldns), ttl_(static_cast<std::uint32_t>(config.ttl.count())), signer_(config.network, seed) {}
  static Result<NameServer> MakeNameServer(const ZoneConfig::NameServer& config, const DnsName& zone);

  const NameServer* FindNameServer(std::span<const std::string> labels) const;
  DnsRcode Fill(Turn& turn);
  void AddPeers(Turn& turn, const std::string& view);
  void AddEntries(Turn& turn, const std::string& view, std::size_t count);
  void AddServices(Turn& turn, const std::string& view);
  void AddApex(Turn& turn);
  void AddAddress(Turn& turn, const IpAddress& address);
  void AddSoa(Turn& turn, DnsSection section) const;

  const LdnsLibrary* ldns_;
  std::uint32_t ttl_;
  DnsName zone_;
  Bytes hostmaster_;
  std::vector<NameServer> name_servers_;
  GoodPeers peers_{{}, SipKey{}};
  EntrySigner signer_;
};

}  // namespace hearsay

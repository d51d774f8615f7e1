// SPDX-License-Identifier: MIT
//
// SeedServices: what a seed offers the world: its zone by DNS, its signed list by HTTP. Which peers are good is decided
// elsewhere, and handed over.
//
// A new list is written when peers came for the first time, and every kListInterval from then on; an empty table writes
// none, so that a seed that has lost everybody does not take away what its readers have. DNS then has no data.
// One thread, the loop's; `io` and `seed` outlive it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "crawler/seed/dns_server.h"
#include "crawler/seed/peer_list_server.h"
#include "crawler/seed/peer_list_writer.h"

namespace hearsay {

class SeedServices {
 public:
  static constexpr Duration kListInterval = std::chrono::minutes{1};

  struct Config {
    ZoneConfig zone;
    DnsServer::Config dns;
    std::optional<PeerListServer::Config> http;  // absent: no list is served
  };

  // Answers as soon as `io` runs: "no data" until there are peers.
  static Result<std::unique_ptr<SeedServices>> Open(asio::io_context& io, const Config& config, const Identity& seed,
                                                    const Rng::Seed& entropy);

  // The good peers from now on. To be called every few seconds, changed or not: lists are written here, with `now` as
  // their date, which is the system's clock.
  void SetPeers(std::vector<GoodPeer> peers, Time now);

  const GoodPeers& peers() const { return zone_.peers(); }
  std::vector<Endpoint> dns_endpoints() const { return dns_->endpoints(); }
  std::optional<Endpoint> http_endpoint() const;
  std::map<std::string, std::uint64_t> counters() const;  // of both services

 private:
  SeedServices(Zone zone, const Config& config, const Identity& seed, Rng rng)
      : zone_(std::move(zone)), writer_(config.zone.network, seed), rng_(std::move(rng)), key_(rng_.Array<16>()) {}

  Zone zone_;
  PeerListWriter writer_;
  Rng rng_;
  const SipKey key_;  // one, or the views of attributes would come and go where many are as wide as each other
  std::unique_ptr<DnsServer> dns_;
  std::unique_ptr<PeerListServer> http_;
  Time listed_at_{};
};

}  // namespace hearsay

// SPDX-License-Identifier: MIT
#include "crawler/seed/seed_services.h"

namespace hearsay {

Result<std::unique_ptr<SeedServices>> SeedServices::Open(asio::io_context& io, const Config& config,
                                                         const Identity& seed, const Rng::Seed& entropy) {
  auto zone = Zone::Make(config.zone, seed);
  if (!zone) return tl::unexpected(zone.error());
  auto out = std::unique_ptr<SeedServices>(new SeedServices(std::move(*zone), config, seed, Rng(entropy)));
  auto dns = DnsServer::Open(io, config.dns, out->zone_, out->rng_.Array<32>());
  if (!dns) return tl::unexpected(dns.error());
  out->dns_ = std::move(*dns);
  if (config.http) {
    auto http = PeerListServer::Open(io, *config.http);
    if (!http) return tl::unexpected(http.error());
    out->http_ = std::move(*http);
  }
  return out;
}

void SeedServices::SetPeers(std::vector<GoodPeer> peers, Time now) {
  zone_.SetPeers(GoodPeers(std::move(peers), key_));
  const bool recent = listed_at_ <= now && now < listed_at_ + kListInterval;
  if (!http_ || zone_.peers().size() == 0 || recent) return;
  http_->SetList(writer_.Write(zone_.peers(), now, rng_));
  listed_at_ = now;
}

std::optional<Endpoint> SeedServices::http_endpoint() const {
  return http_ ? std::optional(http_->endpoint()) : std::nullopt;
}

std::map<std::string, std::uint64_t> SeedServices::counters() const {
  auto out = dns_->counters();
  if (http_) out.merge(http_->counters());
  return out;
}

}  // namespace hearsay

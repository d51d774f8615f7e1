// SPDX-License-Identifier: MIT
#include "tests/sim/experiments/sim_seed.h"

#include <algorithm>

#include "crawler/seed/freshness.h"
#include "tests/sim/mix.h"

namespace hearsay::sim {

SimSeed::SimSeed(SimNetwork& network, HostId host, Duration every, std::uint64_t seed)
    : network_(network), host_(host), every_(every), rng_(Rng::FromNumber(Mix(seed, host))) {}

void SimSeed::Begin(Duration wait) {
  network_.At(network_.now() + wait, [this] { StartCrawl(); });
  network_.At(network_.now() + wait, [this] { Refresh(); });
}

void SimSeed::StartCrawl() {
  CrawlConfig config = NextSeedCrawl(network_.node(host_).Peers(), history_, "hearsay-sim/1");
  if (config.seeds.empty()) {
    network_.At(network_.now() + kRetry, [this] { StartCrawl(); });
    return;
  }
  began_at_ = network_.now();
  crawl_ = std::make_unique<Crawl>(std::move(config), Identity(rng_.Array<Identity::kSeedSize>()), key_,
                                   rng_.Array<32>(), Now());
  const Endpoint at{network_.PublicEndpoint(host_).address, next_port_++};
  socket_ = network_.AddSocket(at, [this, socket = network_.hosts()](const Delivery& d) {
    if (!crawl_ || socket != socket_) return;  // for a crawl that is over
    Effects out;
    crawl_->Receive({d.from, d.local, d.bytes}, Now(), out);
    Apply(out);
    Arm();
  });
  Step();
}

void SimSeed::Step() {
  Effects out;
  crawl_->Tick(Now(), out);
  Apply(out);
  Arm();
}

void SimSeed::Apply(const Effects& out) {
  for (const Effect& effect : out.list) {
    if (const auto* send = std::get_if<Send>(&effect)) network_.SendFrom(socket_, send->to, out.View(*send));
  }
}

void SimSeed::Arm() {
  const Duration now = network_.now();
  const Duration next = crawl_->Done() ? now : std::max(now, FromTime(crawl_->NextDeadline()));
  if (armed_for_ >= now && armed_for_ <= next && armed_for_ != Duration::zero()) return;
  armed_for_ = next;
  network_.At(next, [this, next] {
    if (!crawl_ || armed_for_ != next) return;
    armed_for_ = Duration::zero();
    if (crawl_->Done()) return EndCrawl();
    Step();
  });
}

void SimSeed::EndCrawl() {
  Census census = crawl_->Result(Now());
  DropOwnEcho(census, network_.node(host_).Status().id);
  history_.Apply(census);
  crawl_.reset();
  ++censuses_;
  network_.At(std::max(network_.now(), began_at_ + every_), [this] { StartCrawl(); });
}

void SimSeed::Refresh() {
  const CoreStatus status = network_.node(host_).Status();
  const SeedSelf self{status.id, status.own_endpoints, Role::kSeed, {}};
  chosen_ = chooser_.Choose(self, network_.node(host_).Peers(), history_, Now());
  peers_ = GoodPeers(chosen_.peers, SipKey{});
  network_.At(network_.now() + SeedChooser::kInterval, [this] { Refresh(); });
}

}  // namespace hearsay::sim

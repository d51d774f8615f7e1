// SPDX-License-Identifier: MIT
//
// Two seeds that know nothing of each other: how far they agree, how soon a peer that failed leaves their answers, and
// how many of those that they name are there.
#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>

#include "tests/sim/experiments/plays.h"
#include "tests/sim/experiments/seed_field.h"

namespace hearsay::sim {

const char* const kSeedsSetUp =
    "100 honest nodes as on the internet for 6 hours: 60 stay (up for 12 h on average, then down for 2 min), 10 each "
    "are up for 60, 30 and 10 min and down for 5 min, half of the stops crashes; 10 end for good at some time after "
    "the first hour. 40 addresses more are among everybody's contacts, and nobody is there. Two seeds of 12 such "
    "contacts each, at places of their own, crawl every 5 min, half an interval apart, with the defaults of hearsay "
    "seed. What they serve is looked at from the first half hour on.";

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kEvery = minutes{5};
constexpr Duration kEnd = hours{6};
constexpr Duration kWarmUp = minutes{30};
constexpr Duration kCache = seconds{60};  // the default --ttl

SeedField::Config FieldConfig() {
  return {.kinds = {{60, hours{12}, minutes{2}},
                    {10, minutes{60}, minutes{5}},
                    {10, minutes{30}, minutes{5}},
                    {10, minutes{10}, minutes{5}}},
          .ending = 10,
          .first_end = hours{1},
          .last_end = kEnd - minutes{15},
          .gone = 40};
}

// Of `all`, so many are at `percent` of 100 or below (nearest rank); 0 of none.
double Rank(std::vector<double> all, std::size_t percent) {
  if (all.empty()) return 0;
  std::sort(all.begin(), all.end());
  return all[std::min(all.size() - 1, all.size() * percent / 100)];
}

std::set<Endpoint> Served(const SimSeed& seed) {
  std::set<Endpoint> out;
  for (const GoodPeer& peer : seed.served()) out.insert(peer.endpoint);
  return out;
}

// Looks at two seeds and the truth, every second.
class Watch {
 public:
  explicit Watch(std::uint64_t seed) : field_(seed, FieldConfig()) {
    seeds_.push_back(field_.AddSeed(kEvery, kRound));
    seeds_.push_back(field_.AddSeed(kEvery, kRound + kEvery / 2));
    failed_at_.resize(seeds_.size() * field_.hosts().size());
    up_.resize(field_.hosts().size());
  }

  void Run(const Progress& progress) {
    SimNetwork& network = field_.stage.network;
    for (int second = 1; network.now() < kEnd; ++second) {
      network.RunUntil(seconds{second});
      HEARSAY_CHECK(!network.violation());
      if (network.now() < kWarmUp) continue;
      LookAtFailures();
      if (second % 10 == 0) LookAtAnswers();
      if (second % 60 == 0) Compare();
      if (second % 1800 == 0 && progress) progress(Line());
    }
  }

  std::vector<Figure> Figures() const {
    double sum = 0;
    for (const double one : agreement_) sum += one;
    const double mean = sum / static_cast<double>(agreement_.size());
    const char* const source = "bitcoin-seeder tries a node again after 1000 s at the earliest";
    return {
        {"what both serve, of what either does: mean of all minutes", mean, "%", Goal::AtLeast(95), ""},
        {"the same, in the worst one of 20 minutes", Rank(agreement_, 5), "%", Goal::None(), ""},
        {"a peer that failed is out of the answers after, median", Rank(took_, 50), "s", Goal::None(), source},
        {"the same, 95 of 100", Rank(took_, 95), "s", Goal::AtMost(300), ""},
        {"the same, longest", Rank(took_, 100), "s", Goal::AtMost(660), ""},
        {"failures that were looked at", static_cast<double>(took_.size()), "", Goal::AtLeast(100), ""},
        {"named peers that are up", up_now_.percent(), "%", Goal::AtLeast(98), ""},
        {"named peers that are up when a cache forgets them, 60 s later", up_later_.percent(), "%", Goal::None(), ""},
        {"the same if all that ever answered were named", up_of_known_.percent(), "%", Goal::None(), ""},
        {"nodes that stay, up and served", stayers_.percent(), "%", Goal::AtLeast(95), ""},
        {"minutes with fewer good ones than wanted", few_.percent(), "%", Goal::None(), ""},
    };
  }

 private:
  void LookAtFailures() {
    const SimNetwork& network = field_.stage.network;
    const Duration now = network.now();
    std::vector<std::set<Endpoint>> served;
    for (const auto& seed : seeds_) served.push_back(Served(*seed));
    for (std::size_t i = 0; i < up_.size(); ++i) {
      const Endpoint& endpoint = field_.endpoints()[i];
      const bool up = network.IsRunning(field_.hosts()[i]);
      for (std::size_t s = 0; s < seeds_.size(); ++s) {
        std::optional<Duration>& failed_at = failed_at_[s * up_.size() + i];
        const bool is_served = served[s].contains(endpoint);
        if (up) failed_at.reset();  // it came back in time
        if (!up && up_[i] && is_served) failed_at = now;
        if (!failed_at || is_served) continue;
        took_.push_back(std::chrono::duration<double>(now - *failed_at).count());
        failed_at.reset();
      }
      up_[i] = up;
    }
  }

  void LookAtAnswers() {
    for (const auto& seed : seeds_) {
      std::vector<Endpoint> named;
      for (const GoodPeer* peer : seed->Answer()) named.push_back(peer->endpoint);
      for (const Endpoint& endpoint : named) up_now_.Add(field_.IsUp(endpoint));
      SimNetwork& network = field_.stage.network;
      network.At(network.now() + kCache, [this, named = std::move(named)] {
        for (const Endpoint& endpoint : named) up_later_.Add(field_.IsUp(endpoint));
      });
    }
  }

  void Compare() {
    const std::set<Endpoint> one = Served(*seeds_[0]);
    const std::set<Endpoint> other = Served(*seeds_[1]);
    std::vector<Endpoint> both;
    std::ranges::set_intersection(one, other, std::back_inserter(both));
    const double either = static_cast<double>(one.size() + other.size() - both.size());
    agreement_.push_back(100 * static_cast<double>(both.size()) / either);
    for (const auto& seed : seeds_) {
      few_.Add(seed->chosen().few);
      const std::set<Endpoint> served = Served(*seed);
      for (std::size_t i = 0; i < FieldConfig().kinds[0].nodes; ++i) {
        if (field_.stage.network.IsRunning(field_.hosts()[i])) stayers_.Add(served.contains(field_.endpoints()[i]));
      }
      std::set<Endpoint> known;
      for (const NodeLife& life : seed->history().nodes()) {
        for (const NodeAddress& address : life.addresses) known.insert(address.endpoint);
      }
      for (const Endpoint& endpoint : known) up_of_known_.Add(field_.IsUp(endpoint));
    }
  }

  std::string Line() const {
    char line[160];
    std::snprintf(line, sizeof line,
                  "%.1f h: %zu and %zu censuses, %zu and %zu served, agreement %.1f %%, %zu failures",
                  std::chrono::duration<double, std::ratio<3600>>(field_.stage.network.now()).count(),
                  seeds_[0]->censuses(), seeds_[1]->censuses(), seeds_[0]->served().size(), seeds_[1]->served().size(),
                  agreement_.empty() ? 0 : agreement_.back(), took_.size());
    return line;
  }

  SeedField field_;
  std::vector<std::unique_ptr<SimSeed>> seeds_;
  std::vector<std::optional<Duration>> failed_at_;  // by seed and host: down since, and still served
  std::vector<bool> up_;                            // by host, a second ago
  std::vector<double> took_;                        // seconds
  std::vector<double> agreement_;                   // percent, a minute each
  Share up_now_, up_later_, up_of_known_, stayers_, few_;
};

}  // namespace

std::vector<Figure> PlaySeeds(std::uint64_t seed, const Progress& progress) {
  Watch watch(seed);
  watch.Run(progress);
  return watch.Figures();
}

}  // namespace hearsay::sim

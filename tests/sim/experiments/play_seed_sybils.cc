// SPDX-License-Identifier: MIT
//
// A seed among attackers that never fail: what share of its answers they get, against what they hold.
#include <algorithm>
#include <cstdio>
#include <set>
#include <string>

#include "tests/sim/experiments/plays.h"
#include "tests/sim/experiments/seed_field.h"
#include "tests/sim/experiments/swarm.h"

namespace hearsay::sim {

const char* const kSeedSybilsSetUp =
    "250 honest nodes as on the internet for 35 minutes: 220 stay (up for 12 h on average, then down for 2 min), 15 "
    "each are up for 60 and 20 min and down for 5 min. From the start two attackers that are always up, answer "
    "everything, name only their own and dial the honest nodes: one with 1,000 ids in four /16s, one with 300 ids in a "
    "/16 each. One seed crawls every 5 min with the defaults of hearsay seed. After 15 minutes an answer to an A "
    "query is drawn every second, at most one peer an address group, and beside it one as bitcoin-seeder draws: "
    "uniformly from the good. An attacker's groups are counted against all in which somebody is up.";

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kEvery = minutes{5};
constexpr Duration kEnd = minutes{35};
constexpr Duration kWarmUp = minutes{15};
constexpr std::size_t kCrowdGroups = 4;
constexpr std::size_t kCrowd = 1000;
constexpr std::size_t kSpread = 300;
constexpr std::uint32_t kDials = 1;  // of each attacker, in each round of 15 s
constexpr double kTolerance = 2;     // points: honest nodes that come and go are up, and not always good

SeedField::Config FieldConfig() {
  return {.kinds = {{220, hours{12}, minutes{2}}, {15, minutes{60}, minutes{5}}, {15, minutes{20}, minutes{5}}}};
}

// How much of something is whose.
struct Shares {
  std::size_t crowd = 0;
  std::size_t spread = 0;
  std::size_t all = 0;
  double Percent(std::size_t part) const {
    return all == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(all);
  }
};

class Flood {
 public:
  explicit Flood(std::uint64_t seed) : field_(seed, FieldConfig()), rng_(Rng::FromNumber(seed)) {
    std::vector<Endpoint> crowd;
    for (std::size_t i = 0; i < kCrowdGroups; ++i) {
      for (const Endpoint& one : field_.stage.population.Crowd(kCrowd / kCrowdGroups)) crowd.push_back(one);
    }
    const std::vector<Endpoint> spread = field_.stage.population.Scattered(kSpread);
    crowd_at_ = {crowd.begin(), crowd.end()};
    spread_at_ = {spread.begin(), spread.end()};
    crowd_ = std::make_unique<Swarm>(field_.stage.network, crowd, 7);
    spread_ = std::make_unique<Swarm>(field_.stage.network, spread, 8);
    crowd_->PushAt(field_.endpoints(), kDials);
    spread_->PushAt(field_.endpoints(), kDials);
    seed_ = field_.AddSeed(kEvery, kRound);
  }

  void Run(const Progress& progress) {
    SimNetwork& network = field_.stage.network;
    for (int second = 1; network.now() < kEnd; ++second) {
      network.RunUntil(seconds{second});
      HEARSAY_CHECK(!network.violation());
      if (second % 300 == 0 && progress) progress(Line());
      if (network.now() < kWarmUp) continue;
      DrawAnswers();
      if (second % 60 == 0) CountWhoIsUp();
    }
  }

  std::vector<Figure> Figures() const {
    std::vector<Figure> out;
    const auto add = [&](const std::string& who, auto part) {
      const double groups = groups_.Percent(part(groups_));
      const double named = answers_.Percent(part(answers_));
      out.push_back({who + ": of all ids that are up", ids_.Percent(part(ids_)), "%", Goal::None(), ""});
      out.push_back({who + ": of all groups", groups, "%", Goal::None(), ""});
      out.push_back({who + ": of the names in answers", named, "%", Goal::None(), ""});
      out.push_back({who + ": that much above their share of groups", named - groups, "points",
                     Goal::AtMost(kTolerance), ""});
      out.push_back({who + ": of the names, drawn as bitcoin-seeder does", uniform_.Percent(part(uniform_)), "%",
                     Goal::None(), ""});
    };
    add("1,000 ids in four groups", [](const Shares& of) { return of.crowd; });
    add("300 ids, a group each", [](const Shares& of) { return of.spread; });
    add("both", [](const Shares& of) { return of.crowd + of.spread; });
    out.push_back({"honest nodes that are up, of them served", served_.percent(), "%", Goal::AtLeast(85),
                   ""});
    return out;
  }

 private:
  void Add(const Endpoint& endpoint, Shares& to) const {
    to.crowd += crowd_at_.contains(endpoint) ? 1 : 0;
    to.spread += spread_at_.contains(endpoint) ? 1 : 0;
    ++to.all;
  }

  void DrawAnswers() {
    const std::vector<const GoodPeer*> answer = seed_->Answer();
    for (const GoodPeer* peer : answer) Add(peer->endpoint, answers_);
    std::vector<GoodPeer> good = seed_->served();
    rng_.PartialShuffle(good, answer.size());
    for (std::size_t i = 0; i < answer.size(); ++i) Add(good[i].endpoint, uniform_);
  }

  void CountWhoIsUp() {
    std::set<Endpoint> served;
    for (const GoodPeer& peer : seed_->served()) served.insert(peer.endpoint);
    std::set<AddressGroup> counted;
    const auto count = [&](const Endpoint& endpoint) {
      Add(endpoint, ids_);
      if (counted.insert(endpoint.group()).second) Add(endpoint, groups_);
    };
    for (const Endpoint& endpoint : field_.endpoints()) {
      if (!field_.IsUp(endpoint)) continue;
      count(endpoint);
      served_.Add(served.contains(endpoint));
    }
    for (const Endpoint& endpoint : crowd_at_) count(endpoint);
    for (const Endpoint& endpoint : spread_at_) count(endpoint);
  }

  std::string Line() const {
    char line[160];
    std::snprintf(line, sizeof line, "%.0f min: %zu censuses, %zu served, attackers %.1f %% of the names",
                  std::chrono::duration<double, std::ratio<60>>(field_.stage.network.now()).count(), seed_->censuses(),
                  seed_->served().size(), answers_.Percent(answers_.crowd + answers_.spread));
    return line;
  }

  SeedField field_;
  Rng rng_;
  std::set<Endpoint> crowd_at_, spread_at_;
  std::unique_ptr<Swarm> crowd_, spread_;
  std::unique_ptr<SimSeed> seed_;
  Shares ids_, groups_, answers_, uniform_;
  Share served_;  // of honest nodes that are up
};

}  // namespace

std::vector<Figure> PlaySeedSybils(std::uint64_t seed, const Progress& progress) {
  Flood flood(seed);
  flood.Run(progress);
  return flood.Figures();
}

}  // namespace hearsay::sim

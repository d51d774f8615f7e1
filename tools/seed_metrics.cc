// SPDX-License-Identifier: MIT
#include "tools/seed_metrics.h"

#include <fmt/format.h>

#include "crawler/seed/freshness.h"

namespace hearsay {
namespace {

std::string Family(std::string_view name, std::string_view type, std::string_view help, std::string_view value) {
  return fmt::format("# HELP hearsay_seed_{0} {1}\n# TYPE hearsay_seed_{0} {2}\nhearsay_seed_{0} {3}\n", name, help,
                     type, value);
}
std::string Gauge(std::string_view name, std::string_view help, std::uint64_t value) {
  return Family(name, "gauge", help, std::to_string(value));
}

std::string RuleText(const SeedRule& rule) {
  std::string out =
      "# HELP hearsay_seed_rule The numbers of the good rule: shares of 1, counts, seconds.\n"
      "# TYPE hearsay_seed_rule gauge\n";
  for (const SeedRuleNumber& number : SeedRuleNumbers()) {
    out += fmt::format("hearsay_seed_rule{{number=\"{}\"}} {:.6g}\n", number.name, number.get(rule));
  }
  return out;
}

std::string AgeText(const std::optional<Time>& at, Time now) {
  if (!at) return "+Inf";
  return fmt::format("{:.3f}", SecondsOf(std::max(Duration::zero(), now - *at)));
}

}  // namespace

std::string SeedMetricsText(const SeedCrawl& crawl, const SeedPeers& peers, const SeedRule& rule,
                            const SeedServices& services, Time now) {
  const SeedCrawl::Health& health = crawl.health();
  std::string out = Gauge("fresh", "1 while proof_age_seconds is below three intervals and a minute.",
                          IsFresh(health.proved_at, crawl.every(), now) ? 1 : 0);
  out += Family("proof_age_seconds", "gauge", "Nine of ten draws name a peer that proved its id within this time.",
                AgeText(health.proved_at, now));
  out += Family("census_age_seconds", "gauge", "Since the last complete census ended.", AgeText(health.last_at, now));
  out += Family("censuses_total", "counter", "Since the start.", std::to_string(health.censuses));
  out += Gauge("census_failing", "1 while the last census could not be made or written.", health.fault.empty() ? 0 : 1);
  out += Gauge("served_endpoints", "What is given away now.", peers.peers.size());
  out += Gauge("good_nodes", "Good by the rule of docs/seed.md.", peers.good);
  out += Gauge("few", "1 while the good stand in too few address groups: the best of the others are served too.",
               peers.few ? 1 : 0);
  out += Gauge("doubtful_nodes", "Served because too few are good: they answer, not for long enough.", peers.doubtful);
  out += Gauge("gone_nodes", "Served because there is nobody else.", peers.gone);
  out += RuleText(rule);
  for (const auto& [name, value] : services.counters()) {
    out += Family(name + "_total", "counter", "Of the seed's services; see docs/seed.md.", std::to_string(value));
  }
  return out;
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// Rhythm: every interval, timeout and rate of the machine, by the scope of the address it concerns.
//
// Internet: every 15 s. Private and loopback networks: clamp(view x 150 ms, 0.5 s, 10 s), so that somebody meets a
// dead peer within 150 ms on average, whatever the view's size, and tells everybody, who look for themselves. Of ten
// that die at once the last is met within 1.2 s but for 10 exp(-8), one time in 300. (50 ms a
// peer would cost three times the processor time.)
#pragma once

#include <algorithm>
#include <chrono>

#include "node/core/liveness.h"
#include "node/core/seam.h"
#include "node/core/token_bucket.h"
#include "proto/endpoint.h"

namespace hearsay {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline constexpr Duration kRoundTime = seconds{15};  // nano-node's keepalive
inline constexpr int kProbeAttempts = 3;            // misses until a peer is stale
inline constexpr std::size_t kMaxDialAttempts = 4;  // hellos or proofs in one dial
inline constexpr std::size_t kBootstrapHellos = 12;  // hellos in one dial of a preconfigured peer
inline constexpr Duration kFresh = std::chrono::minutes{5};      // a sample names peers proved this recently; Guess
inline constexpr Duration kHorizon = std::chrono::hours{24 * 30};  // unseen for longer: evicted (Bitcoin has 30 d too)
inline constexpr Duration kBurstTime = seconds{30};              // eager pulls after start; Guess
inline constexpr Duration kWarmTime = seconds{60};               // larger verification budget after start; Guess
inline constexpr Duration kRefreshTime = std::chrono::hours{1};  // an active peer's last_seen is persisted this often
inline constexpr Duration kReturnStagger = milliseconds{200};    // until peers that may be back are dialled; Guess

// Private and loopback addresses: what comes from there is trusted with more (admission, unanswered dials), whatever
// the profile says; a profile sets the rhythm alone.
constexpr bool IsLanScope(Scope scope) { return scope == Scope::kLoopback || scope == Scope::kPrivate; }

// Fast on networks where packets are cheap and latency small.
class Rhythm {
 public:
  explicit Rhythm(Profile profile) : profile_(profile) {}

  bool IsLan(Scope scope) const {
    if (profile_ == Profile::kLan) return true;
    if (profile_ == Profile::kInternet) return false;
    return IsLanScope(scope);
  }
  Duration KeepaliveInterval(Scope scope, std::size_t view) const {
    if (!IsLan(scope)) return kRoundTime;
    return std::clamp<Duration>(milliseconds{150} * static_cast<std::int64_t>(view), milliseconds{500}, seconds{10});
  }
  // A node's keepalives leave at multiples of this, so that several share an awakening.
  Duration KeepaliveGrid(Duration interval) const { return std::min<Duration>(interval / 4, seconds{1}); }
  // How long an answer may take: RFC 6298's formula between bounds; before the first measurement its one second, on a
  // LAN half of it. The LAN's upper bounds grow with the distance only, because private addresses may be far apart (a
  // VPN); what a busy machine adds to the samples must not delay the notice of a death.
  Duration ProbeTimeout(Scope scope, const RoundTrip& rtt) const {
    const bool lan = IsLan(scope);
    if (!rtt.smoothed) return lan ? milliseconds{500} : seconds{1};
    const Duration wait = *rtt.smoothed + 4 * rtt.variance;
    if (!lan) return std::clamp<Duration>(wait, milliseconds{500}, seconds{3});
    return std::clamp<Duration>(wait, milliseconds{100}, milliseconds{200} + 3 * rtt.lowest / 2);
  }
  // Between the attempts of one probe.
  Duration AttemptSpacing(Scope scope, const RoundTrip& rtt) const {
    const Duration timeout = ProbeTimeout(scope, rtt);
    if (!IsLan(scope) || !rtt.smoothed) return timeout / (IsLan(scope) ? 4 : 1);
    return std::clamp<Duration>(*rtt.smoothed + 2 * rtt.variance, milliseconds{40}, milliseconds{40} + rtt.lowest);
  }
  // Attempts until a peer is stale: so many that a living one is called dead not more than once in a thousand probes.
  static int ProbeAttempts(int loss_permille) {
    if (loss_permille < 60) return kProbeAttempts;  // 0.06^3 = 0.0002
    if (loss_permille < 170) return 4;              // 0.17^4 = 0.0008
    if (loss_permille < 310) return 6;              // 0.31^6 = 0.0009
    return 8;                                       // 0.42^8 = 0.001
  }
  // Wait after the attempt-th packet of a dial (0-based), doubling: 1.5 s in all on a LAN, 6 s elsewhere.
  Duration DialWait(Scope scope, std::size_t attempt) const {
    return (IsLan(scope) ? milliseconds{100} : milliseconds{400}) * (1 << std::min<std::size_t>(attempt, 5));
  }
  // The same of hellos to a preconfigured peer: evenly, in about the same time. It may be a seed under a flood, which
  // answers by lot (admission.h): where half are answered, 12 tries leave out one newcomer in 4,096, 4 one in 16.
  Duration BootstrapWait(Scope scope, std::size_t attempt) const {
    const Duration half = 8 * DialWait(scope, 0);
    return attempt + 1 < kBootstrapHellos ? half / static_cast<int>(kBootstrapHellos) : half;
  }
  // Base of the exponential back-off after failed dials; the caller adds jitter.
  Duration RetryDelay(Scope scope, std::uint32_t failures) const {
    const bool lan = IsLan(scope);
    const Duration base = lan ? seconds{1} : seconds{15};
    const Duration cap = lan ? seconds{60} : std::chrono::hours{1};
    return std::min<Duration>(base * (std::int64_t{1} << std::min<std::uint32_t>(failures, 12)), cap);
  }
  // Silence after which a channel that we did not choose is dropped: longer than whoever chose us is ever silent, one
  // and a quarter intervals, and an answer's time.
  Duration IdleTimeout(Scope scope) const { return IsLan(scope) ? seconds{30} : seconds{25}; }
  // The same for one that we called spare: a lost answer's time.
  static constexpr Duration kSpareTimeout = seconds{3};

  // Suspicions told at once to everybody, not only with the next keepalives.
  Rate TellRate(Scope scope) const {
    return IsLan(scope) ? Rate{.tokens = 10, .period = seconds{1}, .burst = 64}
                        : Rate{.tokens = 1, .period = seconds{1}, .burst = 16};
  }

  // Dials to endpoints that we were told, and as many to known peers: 16 a round each; 32 a second in the first minute
  // and while the table grows by what is verified, because whoever knows everybody first cannot be told otherwise. A
  // larger burst where addresses are private (a container network is the whole membership). 32 a second take 2 % of a
  // core, and 40 kB/s each way.
  Rate VerificationRate(Scope scope, bool growing) const {
    return {.tokens = growing ? 480u : 16u, .period = kRoundTime, .burst = IsLan(scope) ? 128u : 64u};
  }

 private:
  Profile profile_;
};

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// Fleet: the loop of a population: starts it no faster than it can take, sees it stand, lets some die, keeps it going.
//
//   starting   the next residents whenever nothing waits: no datagram unread, no deadline over
//   settling   until it stands (standing.h); who lacks witnesses is introduced to some
//   standing   those planned dead are stopped, the truth is written, `on_ready` is called; churn, if wished
//
// A handshake costs both sides half a millisecond, and both sides are here: so a node starts when the last one's
// handshakes are done, and no timer ever finds an answer late. Order in a turn: datagrams, then deadlines, then starts.
// One thread: the loop's.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

#include "tools/fleet/population.h"

namespace hearsay::fleet {

struct FleetConfig {
  PlanRequest plan;
  PopulationConfig population;   // base and seed are filled in from the plan
  std::string network;           // its name
  std::string truth;             // path; empty: none
  double churn_percent = 0;      // of the nodes, a minute: so many stop, and come back after kAway
  std::optional<Duration> limit; // ends by itself so long after it stands
};

struct FleetProgress {
  enum class Phase : std::uint8_t { kStarting, kSettling, kStanding };
  Phase phase{};
  std::size_t started = 0;
  std::size_t nodes = 0;
  Standing standing;  // of the last look
  Duration elapsed{};
};

struct FleetReady {
  std::size_t reachable = 0;
  std::size_t natted = 0;
  std::size_t dead = 0;
  std::size_t liars = 0;
  Endpoint first;     // a reachable node: where a crawl may start
  Standing standing;
  Duration elapsed{};
};

class Fleet {
 public:
  // At least so long one that left by churn stays away.
  static constexpr Duration kAway = std::chrono::seconds{30};

  struct Watch {
    std::function<void(const FleetProgress&)> on_progress;  // once a second until it stands
    std::function<void(const FleetReady&)> on_ready;
  };
  // Catches SIGINT and SIGTERM; the truth file is there from here on, with nobody in it. The errors: what does not fit
  // in the plan, the limit of open files, and a truth file that cannot be written.
  static Result<std::unique_ptr<Fleet>> Open(FleetConfig config, Watch watch);
  ~Fleet() { readable_.release(); }
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  // Blocks until a signal or the limit. The error: a socket or the truth file.
  Result<void> Run();
  const Population& population() const { return population_; }

 private:
  using Phase = FleetProgress::Phase;
  Fleet(FleetConfig config, std::vector<Resident> plan, Watch watch);
  void Turn();
  void Sleep();
  void StartSome();
  void BeginHousekeeping();
  void KeepHouse();
  void Settle(Time now);
  void Stand(Time now);
  void Churn(Time now);
  bool WriteTruth(Time now);
  void End(Result<void> result);

  const FleetConfig config_;
  const Watch watch_;
  asio::io_context io_{1};
  SystemClock clock_;
  Population population_;
  asio::signal_set signals_;
  asio::posix::stream_descriptor readable_;  // the population's, which closes it
  asio::steady_timer deadline_;
  asio::steady_timer housekeeping_;
  Rng rng_;
  const Time started_at_;
  Phase phase_ = Phase::kStarting;
  std::size_t started_ = 0;
  Standing standing_;
  bool asleep_ = false;
  bool waits_readable_ = false;
  bool truth_is_old_ = false;
  Time last_progress_{};
  Time stood_at_ = kNever;
  Time churned_to_{};                    // changes until then are made
  double churn_debt_ = 0;
  std::deque<std::uint32_t> away_;       // by churn, or planned dead; who left first comes back first
  Result<void> result_;
};

}  // namespace hearsay::fleet

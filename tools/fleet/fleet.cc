// SPDX-License-Identifier: MIT
#include "tools/fleet/fleet.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include <asio/post.hpp>

#include "proto/check.h"
#include "tools/fleet/file_limit.h"

namespace hearsay::fleet {
namespace {

constexpr std::size_t kRounds = 16;            // of a turn, before signals and timers get theirs
constexpr std::size_t kDueWhileBusy = 32;      // deadlines served while datagrams wait
constexpr std::size_t kDueWhileQuiet = 256;
constexpr std::size_t kStartsAtOnce = 4;
constexpr std::size_t kIntroductions = 2;
constexpr Duration kHousekeeping = std::chrono::milliseconds{250};
constexpr Duration kProgress = std::chrono::seconds{1};
constexpr Duration kWait = std::chrono::minutes{1};
// A deadline may be so late: what is due within it shares an awakening. Small beside any timeout of Profile::kInternet.
constexpr Duration kSlack = std::chrono::milliseconds{5};
constexpr std::uint64_t kChurnStream = 0x636875726e;

PopulationConfig Complete(const FleetConfig& config) {
  PopulationConfig out = config.population;
  out.base = config.plan.base;
  out.seed = config.plan.seed;
  return out;
}

}  // namespace

Result<std::unique_ptr<Fleet>> Fleet::Open(FleetConfig config, Watch watch) {
  auto plan = MakePlan(config.plan);
  if (!plan) return tl::unexpected(plan.error());
  if (const auto raised = RaiseFileLimit(plan->size()); !raised) return tl::unexpected(raised.error());
  if (!config.truth.empty()) {
    // Nobody waits for a fleet whose truth cannot be written, or reads that of another one.
    const TruthHeader header{.network = config.network, .seed = config.plan.seed, .written_at = SystemClock().Now()};
    if (const auto empty = ReplaceFile(config.truth, TruthJson(header, {})); !empty) {
      return tl::unexpected(empty.error());
    }
  }
  return std::unique_ptr<Fleet>(new Fleet(std::move(config), std::move(*plan), std::move(watch)));
}

Fleet::Fleet(FleetConfig config, std::vector<Resident> plan, Watch watch)
    : config_(std::move(config)),
      watch_(std::move(watch)),
      population_(Complete(config_), std::move(plan), clock_),
      signals_(io_, SIGINT, SIGTERM),
      readable_(io_, population_.epoll_descriptor()),
      deadline_(io_),
      housekeeping_(io_),
      rng_(Rng::FromNumber(config_.plan.seed ^ kChurnStream)),
      started_at_(clock_.Now()) {}

Result<void> Fleet::Run() {
  signals_.async_wait([this](const asio::error_code& error, int) {
    if (!error) End({});
  });
  BeginHousekeeping();
  asio::post(io_, [this] { Turn(); });
  io_.run();
  population_.Leave();
  return result_;
}

void Fleet::Turn() {
  for (std::size_t round = 0; round < kRounds; ++round) {
    const std::size_t read = population_.Poll();
    const std::size_t ran = population_.RunDue(read > 0 ? kDueWhileBusy : kDueWhileQuiet);
    if (io_.stopped()) return;
    if (read + ran > 0) continue;
    if (phase_ != Phase::kStarting) return Sleep();
    StartSome();
  }
  asio::post(io_, [this] { Turn(); });
}

// Until a socket is readable or a deadline has come, whichever is first.
void Fleet::Sleep() {
  asleep_ = true;
  const auto wake = [this] {
    if (std::exchange(asleep_, false)) Turn();
  };
  const Time now = clock_.Now();
  deadline_.expires_at(clock_.ToSteady(std::clamp<Time>(population_.NextDeadline(), now + kSlack, now + kWait)));
  deadline_.async_wait([wake](const asio::error_code& error) {
    if (!error) wake();
  });
  if (std::exchange(waits_readable_, true)) return;
  readable_.async_wait(asio::posix::stream_descriptor::wait_read, [this, wake](const asio::error_code& error) {
    waits_readable_ = false;
    if (!error) wake();
  });
}

void Fleet::StartSome() {
  for (std::size_t i = 0; i < kStartsAtOnce && started_ < population_.size(); ++i) {
    if (auto started = population_.Start(started_); !started) return End(std::move(started));
    ++started_;
  }
  if (started_ == population_.size()) phase_ = Phase::kSettling;
}

void Fleet::End(Result<void> result) {
  result_ = std::move(result);
  io_.stop();
}

void Fleet::BeginHousekeeping() {
  housekeeping_.expires_after(kHousekeeping);
  housekeeping_.async_wait([this](const asio::error_code& error) {
    if (error) return;
    KeepHouse();
    BeginHousekeeping();
  });
}

void Fleet::KeepHouse() {
  const Time now = clock_.Now();
  if (phase_ == Phase::kSettling) Settle(now);
  if (phase_ == Phase::kStanding) {
    Churn(now);
    if (truth_is_old_ && !config_.truth.empty()) WriteTruth(now);
    if (config_.limit && now >= stood_at_ + *config_.limit) End({});
  } else if (now >= last_progress_ + kProgress) {
    last_progress_ = now;
    watch_.on_progress({.phase = phase_,
                        .started = started_,
                        .nodes = population_.size(),
                        .standing = standing_,
                        .elapsed = now - started_at_});
  }
}

void Fleet::Settle(Time now) {
  standing_ = population_.Judge(Enough(config_.population.links));
  if (standing_.stands()) return Stand(now);
  for (const std::uint32_t resident : standing_.lacking) population_.Introduce(resident, kIntroductions);
}

void Fleet::Stand(Time now) {
  FleetReady ready{.standing = standing_, .elapsed = now - started_at_};
  for (std::size_t i = 0; i < population_.size(); ++i) {
    if (population_.planned(i) == Kind::kDead) {
      population_.Stop(i);
      away_.push_back(static_cast<std::uint32_t>(i));
    }
    switch (population_.kind(i)) {
      case Kind::kReachable:
        if (ready.reachable++ == 0) ready.first = population_.endpoint(i);
        break;
      case Kind::kNatted: ++ready.natted; break;
      case Kind::kDead: ++ready.dead; break;
      case Kind::kLiar: ++ready.liars; break;
    }
  }
  phase_ = Phase::kStanding;
  stood_at_ = churned_to_ = now;
  if (config_.truth.empty() || WriteTruth(now)) watch_.on_ready(ready);
}

// As many come back as go, once those who went have been away for long enough.
void Fleet::Churn(Time now) {
  const double minutes = std::chrono::duration<double, std::ratio<60>>(now - std::exchange(churned_to_, now)).count();
  churn_debt_ += config_.churn_percent / 100 * static_cast<double>(population_.size()) * minutes;
  for (; churn_debt_ >= 1; churn_debt_ -= 1) {
    const auto draw = static_cast<std::uint32_t>(rng_.Below(population_.size()));
    if (!away_.empty() && population_.since(away_.front()) + kAway <= now) {
      // A port that somebody else has taken meanwhile: it stays away for good.
      if (population_.Return(away_.front())) truth_is_old_ = true;
      away_.pop_front();
    }
    if (population_.kind(draw) != Kind::kReachable || draw == 0) continue;
    population_.Stop(draw);
    away_.push_back(draw);
    truth_is_old_ = true;
  }
}

bool Fleet::WriteTruth(Time now) {
  truth_is_old_ = false;
  const TruthHeader header{.network = config_.network, .seed = config_.plan.seed, .written_at = now};
  auto written = ReplaceFile(config_.truth, TruthJson(header, population_.Truth()));
  if (written) return true;
  End(std::move(written));
  return false;
}

}  // namespace hearsay::fleet

// SPDX-License-Identifier: MIT
//
// hearsay wait: blocks until a node has enough live peers. For container entrypoints, so a node that has not started
// yet is waited for too.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <thread>

#include "node/core/peer_book.h"
#include "tools/api_client.h"
#include "tools/between.h"
#include "tools/commands.h"
#include "tools/duration.h"
#include "tools/report.h"

namespace hearsay {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

// Events wake it; this is how long it trusts that none was missed.
constexpr Milliseconds kPoll{1000};
// Between two tries to reach a node that does not answer.
constexpr Milliseconds kRetry{100};
constexpr Milliseconds kLastCall{100};

struct Options {
  ApiOptions api;
  PeersQuery query;
  std::size_t peers = 0;
  std::string timeout = "60s";
};

Result<std::size_t> CountPeers(const NodeApi& api, const Options& options) {
  const auto body = api.Get(options.query.Target());
  if (!body) return tl::unexpected(body.error());
  const auto answer = nlohmann::json::parse(*body, nullptr, false);
  const auto peers = answer.is_object() ? answer.find("peers") : answer.end();
  if (peers == answer.end() || !peers->is_array()) return tl::unexpected<std::string>("the answer is no list of peers");
  return peers->size();
}

class Waiter {
 public:
  Waiter(const Options& options, Clock::time_point deadline) : options_(options), deadline_(deadline) {}

  bool Wait() {
    while (!Attempt()) {
      if (Left() == Milliseconds{0}) return false;
      std::this_thread::sleep_for(std::min(kRetry, Left()));
    }
    return enough_;
  }
  // What stood in the way last.
  const std::string& reason() const { return reason_; }

 private:
  Milliseconds Left() const {
    return std::max(Milliseconds{0}, std::chrono::ceil<Milliseconds>(deadline_ - Clock::now()));
  }

  // As long as the node answers. False: it did not, try again; true: it is decided.
  bool Attempt() {
    auto api = NodeApi::Find(options_.api, SystemEnvironment());
    if (!api) return Failed(api.error());
    // The feed is opened before the first count, so that no change falls between them. All may be taken: then it counts
    // at every poll.
    api->SetTimeout(TimeOfACall());
    auto feed = EventFeed::Open(*api, std::nullopt);
    for (;;) {
      api->SetTimeout(TimeOfACall());
      const auto count = CountPeers(*api, options_);
      if (!count) return Failed(count.error());
      if (*count >= options_.peers) return enough_ = true;
      reason_ = std::to_string(*count) + " of " + std::to_string(options_.peers) + " peers are there";
      if (Left() == Milliseconds{0}) return true;
      if (!feed) {
        std::this_thread::sleep_for(std::min(kPoll, Left()));
        continue;
      }
      auto next = feed->Read(std::min(kPoll, Left()));
      // A burst of events is one reason to count again.
      while (next && next->outcome == EventFeed::Outcome::kEvent && Left() > Milliseconds{0}) {
        next = feed->Read(Milliseconds{0});
      }
      if (!next) return Failed(next.error());
      if (next->outcome == EventFeed::Outcome::kEnd) return Failed("the node stopped");
    }
  }
  // An answer that is on its way when the time is up is waited for a moment.
  Milliseconds TimeOfACall() const { return std::clamp(Left(), kLastCall, NodeApi::kTimeout); }
  bool Failed(const std::string& why) {
    reason_ = why;
    return false;
  }

  const Options& options_;
  const Clock::time_point deadline_;
  bool enough_ = false;
  std::string reason_;
};

int Wait(Options options) {
  const std::optional<Milliseconds> timeout = ParseDuration(options.timeout);
  if (!timeout) {
    return Usage("wait", "--timeout '" + options.timeout + "' is no time up to 36500d; give 500ms, 60s, 2m or 1h");
  }
  options.query.state = "active";
  Waiter waiter(options, Clock::now() + *timeout);
  if (waiter.Wait()) return kExitFine;
  return Fail("wait", "not within " + options.timeout + ": " + waiter.reason());
}

void SetUp(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  AddApiOptions(app, options->api);
  app.add_option("--peers", options->peers,
                 "How many verified peers with an active channel to wait for; 0: the node answers.")
      ->type_name("N")
      ->check(Between(0, kTableCapacity))
      ->required();
  app.add_option("--timeout", options->timeout, "Give up after this time: 500ms, 60s, 2m. Default: 60s.")
      ->type_name("TIME");
  app.add_option("--attribute", options->query.attributes, "Count only peers with this attribute. Repeatable.")
      ->type_name("K=V")
      ->allow_extra_args(false)
      ->check(CheckAttribute, "");
  app.callback([options, &exit_code] { exit_code = Wait(*options); });
}

const RegisterCommand kRegistered{
    {.name = "wait",
     .group = CommandGroup::kAsk,
     .summary = "Wait until a node has so many live peers",
     .description =
         "Returns as soon as the node has at least N verified peers with an active channel. A node that does "
         "not answer yet is waited for too. Exit code 0: they are there; 1: not within the timeout.",
     .examples = "  hearsay wait --peers 3\n"
                 "  hearsay wait --peers 1 --attribute service=postgres --timeout 2m && exec ./app\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay

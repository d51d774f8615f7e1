// SPDX-License-Identifier: MIT
#include "node/core/dialler.h"

#include <algorithm>

namespace hearsay {

Dialler::Dialler(const Identity& identity, const NetworkKey& network, std::uint64_t boot_epoch, const Rhythm& rhythm,
                 Codec& codec, Rng& rng, Counters& counters, std::size_t max_dials)
    : identity_(identity),
      network_(network),
      boot_epoch_(boot_epoch),
      rhythm_(rhythm),
      codec_(codec),
      rng_(rng),
      counters_(counters),
      max_dials_(max_dials) {}

bool Dialler::Start(const DialRequest& request, Time now, Effects& out) {
  if (dials_.size() >= max_dials_ || IsDialling(request.endpoint)) return false;
  Initiator initiator({.endpoint = request.endpoint,
                       .pin = request.pin,
                       .boot_epoch = boot_epoch_,
                       .dial_sequence = ++dial_sequence_,
                       .session_id = rng_.Next64()},
                      rng_);
  const Cookie query = initiator.query();
  const auto [it, fresh] = dials_.emplace(query, Dial{std::move(initiator), request});
  if (!fresh) return false;
  by_endpoint_.emplace(request.endpoint, query);
  ++pending_[static_cast<std::size_t>(request.purpose)];
  deadlines_.insert({it->second.deadline, query});
  counters_.Add(Counter::kDialsStarted);
  Transmit(it->second, now, out);
  return true;
}

void Dialler::Transmit(Dial& dial, Time now, Effects& out) {
  if (dial.proof.empty()) {
    codec_.Encode(dial.initiator.Hello(), network_, buffer_);
    out.AddSend(dial.request.endpoint, buffer_.view());
  } else {
    out.AddSend(dial.request.endpoint, dial.proof);
  }
  dial.sent_at = now;
  dial.checks = 0;
  SetDeadline(dial, now + WaitAfter(dial));
  ++dial.attempts;
}

Duration Dialler::WaitAfter(const Dial& dial) const {
  const Scope scope = dial.request.endpoint.scope();
  const bool insists = dial.request.purpose == DialPurpose::kBootstrap && dial.proof.empty();
  return insists ? rhythm_.BootstrapWait(scope, dial.attempts) : rhythm_.DialWait(scope, dial.attempts);
}

void Dialler::SetDeadline(Dial& dial, Time deadline) {
  auto node = deadlines_.extract({dial.deadline, dial.initiator.query()});
  dial.deadline = node.value().first = deadline;
  deadlines_.insert(std::move(node));
}

void Dialler::Erase(Dials::iterator it) {
  deadlines_.erase({it->second.deadline, it->first});
  by_endpoint_.erase(it->second.request.endpoint);
  --pending_[static_cast<std::size_t>(it->second.request.purpose)];
  dials_.erase(it);
}

DialOutcome Dialler::Finish(Dials::iterator it, Expected<Handshaken> result, Time now) {
  DialOutcome outcome{.request = it->second.request, .result = result, .rtt = {},
                      .answered = it->second.initiator.proved()};
  if (result) {
    outcome.rtt = now - it->second.sent_at;
    counters_.Add(Counter::kDialsSucceeded);
  } else {
    counters_.Add(Counter::kDialsFailed);
    counters_.DialFailed(result.error());
  }
  Erase(it);
  return outcome;
}

std::optional<Endpoint> Dialler::TargetOf(const Cookie& query) const {
  const auto it = dials_.find(query);
  return it == dials_.end() ? std::nullopt : std::optional(it->second.request.endpoint);
}

std::optional<DialOutcome> Dialler::OnOwnHello(const Cookie& query) {
  const auto it = dials_.find(query);
  if (it == dials_.end()) return std::nullopt;
  DialOutcome outcome = Finish(it, Unexpected(Error::kSelf), {});
  return outcome;
}

std::optional<DialOutcome> Dialler::OnQuery(const HandshakeQuery& query, const Datagram& datagram, Time now,
                                            Effects& out) {
  const auto it = dials_.find(query.answer_to);
  if (it == dials_.end() || datagram.from != it->second.request.endpoint) {
    counters_.Drop(Error::kNotExpected);
    return std::nullopt;
  }
  Dial& dial = it->second;
  // A second answer to a retransmitted hello: the proof is already on its way, and signing again is work.
  if (dial.initiator.proved() || now < dial.yields_until) return std::nullopt;
  const auto proof = dial.initiator.OnQuery(query, identity_, network_);
  if (!proof) return Finish(it, Unexpected(proof.error()), now);
  counters_.Add(Counter::kSignaturesMade);
  codec_.Encode(*proof, network_, buffer_);
  const BytesView bytes = buffer_.view();
  dial.proof.assign(bytes.begin(), bytes.end());
  dial.attempts = 0;
  Transmit(dial, now, out);
  return std::nullopt;
}

std::optional<DialOutcome> Dialler::OnResponse(const HandshakeResponse& response, const Datagram& datagram, Time now) {
  const auto it = dials_.find(response.answer_to);
  if (it == dials_.end() || datagram.from != it->second.request.endpoint || !it->second.initiator.proved()) {
    counters_.Drop(Error::kNotExpected);
    return std::nullopt;
  }
  if (it->second.checks++ >= kMaxChecks) {
    counters_.Drop(Error::kRateLimited);
    return std::nullopt;
  }
  counters_.Add(Counter::kSignaturesVerified);
  auto result = it->second.initiator.OnResponse(response, network_);
  if (!result) {
    // Somebody on the path may have made it up; the true response may still come.
    counters_.Drop(result.error());
    return std::nullopt;
  }
  return Finish(it, *result, now);
}

void Dialler::Yield(const Endpoint& from, Time now) {
  const auto found = by_endpoint_.find(from);
  if (found == by_endpoint_.end()) return;
  Dial& dial = dials_.at(found->second);
  // A forged hello can delay a dial once, by kYield; a pinned dial must be ours: the pin is checked there. The query
  // that may come meanwhile is not looked at, so the hello is sent again, whatever was sent before.
  if (dial.initiator.proved() || dial.yielded || dial.request.pin) return;
  dial.yielded = true;
  dial.attempts = std::min(dial.attempts, dial.AttemptsAllowed() - 1);
  dial.yields_until = now + kYield;
  SetDeadline(dial, now + kYield);
}

void Dialler::Cancel(const Endpoint& endpoint) {
  if (const auto found = by_endpoint_.find(endpoint); found != by_endpoint_.end()) Erase(dials_.find(found->second));
}

std::optional<DialOutcome> Dialler::Abort(const Cookie& query, Error why) {
  const auto it = dials_.find(query);
  if (it == dials_.end()) return std::nullopt;
  return Finish(it, Unexpected(why), {});
}

void Dialler::Tick(Time now, Effects& out, std::vector<DialOutcome>& failed) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const auto it = dials_.find(deadlines_.begin()->second);
    if (it->second.attempts < it->second.AttemptsAllowed()) {
      Transmit(it->second, now, out);
    } else {
      failed.push_back(Finish(it, Unexpected(Error::kTimeout), now));
    }
  }
}

Time Dialler::NextDeadline() const { return deadlines_.empty() ? kNever : deadlines_.begin()->first; }

}  // namespace hearsay

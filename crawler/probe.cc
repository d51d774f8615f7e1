// SPDX-License-Identifier: MIT
#include "crawler/probe.h"

#include "proto/check.h"

namespace hearsay {

Probe::Probe(ProbeConfig config, Identity identity, const NetworkKey& network, const Rng::Seed& seed, Time now)
    : config_(std::move(config)),
      caller_(std::move(identity), network, config_.software, seed, 1, now),
      start_(now) {}

void Probe::Receive(const Datagram& datagram, Time now, Effects& out) {
  if (done_) return;
  const Caller::Heard heard = caller_.Receive(datagram, now, out);
  if (heard.outcome) OnDial(*heard.outcome, now, out);
  if (heard.session && visit_ && *heard.session == visit_->session_id()) {
    visit_->Receive(datagram.bytes, now, out, named_);
    done_ = visit_->over();
  }
}

void Probe::Tick(Time now, Effects& out) {
  if (done_) return;
  if (!started_) {
    started_ = true;
    start_ = now;
    HEARSAY_CHECK(caller_.dialler().Start({.endpoint = config_.endpoint, .pin = {}, .purpose = DialPurpose::kCrawl,
                                           .expected = {}, .heard_from = {}}, now, out));
  }
  std::vector<DialOutcome> failed;
  caller_.dialler().Tick(now, out, failed);
  for (const DialOutcome& outcome : failed) OnDial(outcome, now, out);
  if (visit_) {
    visit_->Tick(now, out);
    done_ = visit_->over();
  }
}

Time Probe::NextDeadline() const {
  if (done_) return kNever;
  if (!started_) return start_;
  return visit_ ? visit_->NextDeadline() : caller_.dialler().NextDeadline();
}

void Probe::Stop(Effects& out) {
  if (!done_ && visit_) visit_->Stop(out);
  done_ = true;
}

bool Probe::PinHolds() const {
  return dial_ && dial_->result && (!config_.pin || *config_.pin == dial_->result->peer);
}

void Probe::OnDial(const DialOutcome& outcome, Time now, Effects& out) {
  dial_ = outcome;
  handshake_time_ = now - start_;
  if (!outcome.result) {
    done_ = true;
    return;
  }
  visit_.emplace(caller_, nullptr, config_.visit, config_.endpoint, *outcome.result, outcome.rtt, now);
  if (PinHolds()) return visit_->Begin(now, out);
  Stop(out);
}

}  // namespace hearsay

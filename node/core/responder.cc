// SPDX-License-Identifier: MIT
#include "node/core/responder.h"

#include <algorithm>

#include "proto/check.h"

namespace hearsay {
namespace {

// Of the sessions that share a key, the most: that which has waited longest. Those without a key are not looked at.
template <typename Sessions, typename KeyOf>
void EraseOldestOfLargest(Sessions& sessions, KeyOf key_of) {
  using Key = typename decltype(key_of(sessions.begin()->second))::value_type;
  std::map<Key, std::size_t> sizes;
  for (const auto& [id, w] : sessions) {
    if (const auto key = key_of(w)) ++sizes[*key];
  }
  const auto largest = std::max_element(sizes.begin(), sizes.end(),
                                        [](const auto& a, const auto& b) { return a.second < b.second; });
  auto oldest = sessions.end();
  for (auto it = sessions.begin(); it != sessions.end(); ++it) {
    if (key_of(it->second) != largest->first) continue;
    if (oldest == sessions.end() || it->second.until < oldest->second.until) oldest = it;
  }
  sessions.erase(oldest);
}

// Enough for every cookie that the signature budget lets anyone spend within its life.
constexpr std::size_t kMaxSpent = kSignatureRate.burst + 2 * 10 * kSignatureRate.tokens;

}  // namespace

Responder::Responder(const Identity& identity, const NetworkKey& network, std::uint64_t boot_epoch,
                     Admission& admission, Codec& codec, Rng& rng, Counters& counters)
    : identity_(identity),
      network_(network),
      boot_epoch_(boot_epoch),
      admission_(admission),
      codec_(codec),
      rng_(rng),
      counters_(counters) {}

bool Responder::OnHello(const BareKeepalive& hello, const Datagram& datagram, const Source& source, Time now,
                        Effects& out) {
  counters_.Add(Counter::kHellosReceived);
  if (!admission_.AdmitHello(source, now)) {
    counters_.Drop(Error::kRateLimited);
    return false;
  }
  const CookieJar::Challenge challenge = jar_.Make(datagram.from, hello.query, now, rng_);
  HandshakeQuery query;
  query.answer_to = hello.query;
  query.cookie = challenge.cookie;
  query.responder = identity_.id();
  query.ephemeral = challenge.ephemeral;
  query.observed = datagram.from;
  codec_.Encode(query, network_, buffer_);
  HEARSAY_CHECK(buffer_.size <= datagram.bytes.size());
  counters_.Add(Counter::kQueriesSent);
  out.AddSend(datagram.from, buffer_.view());
  return true;
}

Expected<void> Responder::OnProof(const HandshakeProof& proof, const Datagram& datagram, const Source& source,
                                  const OwnAddress& own, Time now, Effects& out) {
  const auto slot = jar_.Check(datagram.from, proof.query, proof.cookie, now, rng_);
  if (!slot) return Unexpected(slot.error());
  if (const auto spent = spent_.find(proof.cookie); spent != spent_.end()) {
    const auto it = waiting_.find(spent->second);
    if (it == waiting_.end()) return Unexpected(Error::kCookieReplayed);
    out.AddSend(datagram.from, it->second.response);
    return {};
  }
  const OwnAddress::Verdict verdict = own.Judge(proof.dialled, datagram.local, now);
  if (verdict == OwnAddress::Verdict::kNotMine) return Unexpected(Error::kNotMyEndpoint);
  // Its group pays first: one cookie must not buy, with bad signatures, all the work that there is for everybody.
  const AddressGroup payer = PayerOf(source);
  if (!admission_.AdmitProof(source, now)) return Unexpected(Error::kRateLimited);
  counters_.Add(Counter::kSignaturesVerified);
  if (const auto verified = VerifyProof(proof, datagram.from, **slot, identity_.id(), network_); !verified) {
    return verified;
  }
  std::uint64_t receive_id = rng_.Next64();
  while (waiting_.contains(receive_id)) receive_id = rng_.Next64();
  const ResponderParams params{.boot_epoch = boot_epoch_,
                               .session_id = receive_id,
                               .confirmed = verdict == OwnAddress::Verdict::kMine};
  const auto accepted = AcceptProof(proof, datagram.from, **slot, params, identity_, network_, rng_);
  if (!accepted) return Unexpected(accepted.error());
  counters_.Add(Counter::kSignaturesMade);
  counters_.Add(Counter::kHandshakesAccepted);
  codec_.Encode(accepted->response, network_, buffer_);
  spent_[proof.cookie] = receive_id;
  spent_order_.push_back({proof.cookie, now + 2 * kCookieSlot});
  out.AddSend(datagram.from, buffer_.view());
  // Our own id, from another process: it is answered, so that its operator hears of it too, and gets no session.
  if (proof.initiator == identity_.id()) return Unexpected(Error::kDuplicateIdentity);
  MakeRoom(source);
  WaitingSession& waiting = waiting_[receive_id];
  waiting.session = std::make_unique<UdpSession>(accepted->result.keys);
  waiting.session->initiator = proof.initiator;
  waiting.session->epochs = boot_epoch_ + proof.boot_epoch;
  waiting.session->dial_sequence = proof.dial_sequence;
  waiting.session->established = now;
  waiting.peer = proof.initiator;
  waiting.path = datagram.from;
  waiting.peer_epoch = proof.boot_epoch;
  waiting.payer = payer;
  waiting.response.assign(buffer_.view().begin(), buffer_.view().end());
  waiting.until = now + kWaitTime;
  return {};
}

AddressGroup Responder::PayerOf(const Source& source) {
  if (!source.lan) return source.group;
  AddressGroup payer;
  std::copy(source.address.bytes.begin(), source.address.bytes.end(), payer.key.begin());
  return payer;
}

std::size_t Responder::WaitingOf(const AddressGroup& payer) const {
  return static_cast<std::size_t>(
      std::count_if(waiting_.begin(), waiting_.end(), [&](const auto& w) { return w.second.payer == payer; }));
}

void Responder::MakeRoom(const Source& source) {
  const AddressGroup payer = PayerOf(source);
  if (!source.lan && WaitingOf(payer) >= kMaxOfGroup) {
    const auto address_in_group = [&](const WaitingSession& w) {
      return w.payer == payer ? std::optional(w.path.address) : std::nullopt;
    };
    EraseOldestOfLargest(waiting_, address_in_group);
  }
  if (waiting_.size() < kMaxWaiting) return;
  EraseOldestOfLargest(waiting_, [](const WaitingSession& w) { return std::optional(w.payer); });
}

WaitingSession* Responder::Find(std::uint64_t receive_id) {
  const auto it = waiting_.find(receive_id);
  return it == waiting_.end() ? nullptr : &it->second;
}

WaitingSession Responder::Take(std::uint64_t receive_id) {
  auto node = waiting_.extract(receive_id);
  HEARSAY_CHECK(!node.empty());
  return std::move(node.mapped());
}

void Responder::Expire(Time now) {
  std::erase_if(waiting_, [&](const auto& w) { return w.second.until <= now; });
  while (!spent_order_.empty() && (spent_order_.front().until <= now || spent_order_.size() > kMaxSpent)) {
    spent_.erase(spent_order_.front().cookie);
    spent_order_.pop_front();
  }
}

Time Responder::NextDeadline() const {
  Time next = spent_order_.empty() ? kNever : spent_order_.front().until;
  for (const auto& [id, w] : waiting_) next = std::min(next, w.until);
  return next;
}

}  // namespace hearsay

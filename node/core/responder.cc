// SPDX-License-Identifier: MIT
#include "node/core/responder.h"

#include "proto/check.h"

namespace hearsay {
namespace {

// Hellos answered and proofs looked at, for strangers of one address group and of all: two for each handshake. On
// private and loopback networks a whole fleet may share one address. Guess: a hello costs about 2 us, so all strangers
// together take at most a twentieth of a core.
constexpr Rate kGroupRate{.tokens = 50, .period = std::chrono::seconds{1}, .burst = 200};
constexpr Rate kLanGroupRate{.tokens = 4000, .period = std::chrono::seconds{1}, .burst = 4000};
constexpr Rate kStrangerRate{.tokens = 20'000, .period = std::chrono::seconds{1}, .burst = 20'000};
// Signature checks for strangers. A handshake costs the responder about 0.25 ms: at most a quarter of a core.
constexpr Rate kSignatureRate{.tokens = 1000, .period = std::chrono::seconds{1}, .burst = 2000};
// Enough for every cookie that the signature budget lets anyone spend within its life.
constexpr std::size_t kMaxSpent = 2000 + 2 * 10 * 1000;

}  // namespace

Responder::Responder(const Identity& identity, const NetworkKey& network, std::uint64_t boot_epoch,
                     const Rhythm& rhythm, Codec& codec, Rng& rng, Counters& counters)
    : identity_(identity),
      network_(network),
      boot_epoch_(boot_epoch),
      rhythm_(rhythm),
      codec_(codec),
      rng_(rng),
      counters_(counters),
      bucket_key_(rng.Array<16>()),
      all_strangers_(kStrangerRate),
      signatures_(kSignatureRate) {}

bool Responder::AdmitStranger(const Endpoint& source, Time now) {
  const bool lan = rhythm_.IsLan(source.scope());
  const Rate rate = lan ? kLanGroupRate : kGroupRate;
  // Allocated at the first stranger, all at once: what comes later cannot grow it.
  if (group_buckets_.empty()) group_buckets_.assign(kGroupBuckets, TokenBucket(kLanGroupRate));
  TokenBucket& bucket = group_buckets_[SipHash(bucket_key_, source.group().key) % kGroupBuckets];
  return bucket.Take(rate, now) && all_strangers_.Take(kStrangerRate, now);
}

bool Responder::OnHello(const BareKeepalive& hello, const Datagram& datagram, Time now, Effects& out) {
  counters_.Add(Counter::kHellosReceived);
  if (!AdmitStranger(datagram.from, now)) {
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

Expected<void> Responder::OnProof(const HandshakeProof& proof, const Datagram& datagram, const OwnAddress& own,
                                  Time now, Effects& out) {
  const auto slot = jar_.Check(datagram.from, proof.query, proof.cookie, now, rng_);
  if (!slot) return Unexpected(slot.error());
  if (const auto spent = spent_.find(proof.cookie); spent != spent_.end()) {
    const auto it = waiting_.find(spent->second);
    if (it == waiting_.end()) return Unexpected(Error::kCookieReplayed);
    out.AddSend(datagram.from, it->second.response);
    return {};
  }
  const OwnAddress::Verdict verdict = own.Judge(proof.dialled, datagram.local);
  if (verdict == OwnAddress::Verdict::kNotMine) return Unexpected(Error::kNotMyEndpoint);
  // Its group pays first: one cookie must not buy, with bad signatures, all the work that there is for everybody.
  if (waiting_.size() >= kMaxWaiting || !AdmitStranger(datagram.from, now) || !signatures_.Take(kSignatureRate, now)) {
    return Unexpected(Error::kRateLimited);
  }
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
  WaitingSession& waiting = waiting_[receive_id];
  waiting.session = std::make_unique<UdpSession>(accepted->result.keys);
  waiting.session->initiator = proof.initiator;
  waiting.session->epochs = boot_epoch_ + proof.boot_epoch;
  waiting.session->dial_sequence = proof.dial_sequence;
  waiting.session->established = now;
  waiting.peer = proof.initiator;
  waiting.path = datagram.from;
  waiting.dialled = proof.dialled;
  waiting.peer_epoch = proof.boot_epoch;
  waiting.cookie = proof.cookie;
  waiting.response.assign(buffer_.view().begin(), buffer_.view().end());
  waiting.until = now + kWaitTime;
  return {};
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
  // Nothing here is urgent: one look a wait time is enough while anything is kept.
  if (spent_order_.empty()) return kNever;
  return spent_order_.front().until;
}

}  // namespace hearsay

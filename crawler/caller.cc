// SPDX-License-Identifier: MIT
#include "crawler/caller.h"

#include <algorithm>
#include <variant>

#include "proto/record.h"

namespace hearsay {
namespace {

Bytes SignOwnRecord(const Identity& identity, const NetworkKey& network, std::string_view software,
                    std::uint64_t sequence) {
  NodeRecord record;
  record.id = identity.id();
  record.sequence = sequence;
  record.role = Role::kCrawler;
  record.software = software;
  return SignRecord(record, identity, network);
}

// And the sequence of its record. Each crawl has an identity of its own: nothing is stored to be greater than.
std::uint64_t EpochOf(Time now) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(now.time_since_epoch() / std::chrono::milliseconds{1}, 1));
}

}  // namespace

Caller::Caller(Identity identity, const NetworkKey& network, std::string_view software, const Rng::Seed& seed,
               std::size_t max_dials, Time now)
    : identity_(std::move(identity)),
      network_(network),
      boot_epoch_(EpochOf(now)),
      rng_(seed),
      record_(SignOwnRecord(identity_, network_, software, boot_epoch_)),
      dialler_(identity_, network_, boot_epoch_, rhythm_, codec_, rng_, counters_, max_dials) {}

Caller::Heard Caller::Receive(const Datagram& datagram, Time now, Effects& out) {
  counters_.Add(Counter::kDatagramsReceived);
  counters_.Add(Counter::kBytesReceived, datagram.bytes.size());
  const auto packet = codec_.Decode(datagram.bytes, network_);
  if (!packet) {
    counters_.Drop(packet.error());
    return {.outcome = {}, .session = {}, .fault = packet.error()};
  }
  if (const auto* query = std::get_if<HandshakeQuery>(&*packet)) {
    return {.outcome = dialler_.OnQuery(*query, datagram, now, out), .session = {}, .fault = {}};
  }
  if (const auto* response = std::get_if<HandshakeResponse>(&*packet)) {
    return {.outcome = dialler_.OnResponse(*response, datagram, now), .session = {}, .fault = {}};
  }
  if (const auto* sealed = std::get_if<SealedPacket>(&*packet)) {
    return {.outcome = {}, .session = sealed->session_id, .fault = {}};
  }
  if (const auto* hello = std::get_if<BareKeepalive>(&*packet)) {
    counters_.Add(Counter::kHellosReceived);
    // Our own, if it was sent to where it came in: anybody on the path may send it back.
    if (dialler_.TargetOf(hello->query) != datagram.local) {
      counters_.Drop(Error::kNotExpected);
      return {};
    }
    return {.outcome = dialler_.OnOwnHello(hello->query), .session = {}, .fault = {}};
  }
  // A proof: we never sent a cookie. A reset hint: a visit that it concerns runs out of time by itself.
  counters_.Drop(Error::kNotExpected);
  return {};
}

void Caller::CountSends(const Effects& out, std::size_t first) {
  for (std::size_t i = first; i < out.list.size(); ++i) {
    if (const auto* send = std::get_if<Send>(&out.list[i])) {
      counters_.Add(Counter::kDatagramsSent);
      counters_.Add(Counter::kBytesSent, send->size);
    }
  }
}

}  // namespace hearsay

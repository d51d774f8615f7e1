// SPDX-License-Identifier: MIT
//
// Admission: what packets from outside may cost this node, by address, address group and whole node.
//
//   hello      address, group, node     about 2 us: a cookie is made, nothing is kept
//   proof      address, group, node     its cookie is good, so its source is real; checking its signature and answering
//                                       take about 0.25 ms
//   record     channel                  a new one, to be read (its channel's seal stands for its signature)
//   packet     channel; for one that we did not choose, over kAssuredRate, also its group and all such channels.
//              Packets and bytes.
//
// Cheapest first: whoever is refused by its address takes nothing from its group, and a group nothing from the node.
// Hellos and proofs have buckets of their own: hellos can be spoofed in anybody's name, and must not use up what is
// there for those who have shown that they receive where they say.
// Established channels come first. Channels that we chose pay only from their own bucket, so nobody's flood of hellos,
// proofs or packets takes anything from them; signatures of strangers are at most kSignatureRate, a quarter of a core,
// whatever comes (those of whom we dial: dialler.h); and the others together at most kOthersRate beyond what each is
// assured of, so that some of them who say much do not make us deaf to the rest. What a channel sends over its rate is
// dropped after it was opened, not before: otherwise whoever saw its session id on the way could use up its bucket with
// junk. Such junk costs what a hello costs.
// What an attacker gains: who holds a of the address groups gets a x kProofGroupRate handshakes a second, and no more
// of the node than a spoofed flood does; from one address kAddressRate. A flood of spoofed hellos over the node's rate
// delays newcomers (each of their hellos is answered with the probability rate / flood), and nobody else. Hellos
// that are spoofed in the name of one address or group keep nobody out: over their rates they are refused only while
// the node has less than half of its own to give, so that costs as much as a flood of everybody. (Then a victim may be
// sent as much as the attacker sends us, in packets no larger: nothing is gained by the detour.)
// Buckets of addresses and groups lie in fixed arrays, at a keyed hash: bounded, nobody can choose whom to collide
// with, and nothing is kept about a source. There are so many of them that made-up sources use up the node's rate
// before their buckets' own. Each array is allocated when it is needed first: 92 KiB in all.
#pragma once

#include <cstdint>
#include <vector>

#include "node/core/address_groups.h"
#include "node/core/token_bucket.h"
#include "proto/endpoint.h"
#include "proto/siphash.h"

namespace hearsay {

// Every rate: packets, but for those that say bytes. Private and loopback networks (`lan`) have larger ones for
// address and group, because a whole fleet may share one address there, behind a translator or on one machine.
inline constexpr Duration kSecond = std::chrono::seconds{1};
inline constexpr Rate kAddressRate{.tokens = 25, .period = kSecond, .burst = 100};  // 50 newcomers behind one address
inline constexpr Rate kHelloGroupRate{.tokens = 100, .period = kSecond, .burst = 400};  // of four addresses
inline constexpr Rate kProofGroupRate{.tokens = 50, .period = kSecond, .burst = 200};   // a twentieth of the node's
inline constexpr Rate kLanSourceRate{.tokens = 4000, .period = kSecond, .burst = 4000};  // above what the node takes
inline constexpr Rate kHelloRate{.tokens = 50'000, .period = kSecond, .burst = 50'000};  // a tenth of a core
inline constexpr Rate kSignatureRate{.tokens = 1000, .period = kSecond, .burst = 2000};  // a quarter of a core
// An honest channel has a packet each few seconds; at a start, and when many die, tens a second for a moment.
inline constexpr Rate kChannelRate{.tokens = 100, .period = kSecond, .burst = 400};
inline constexpr Rate kChannelBytes{.tokens = 64 << 10, .period = kSecond, .burst = 512 << 10};  // half in full packets
// New node records. Each may change what others are told, and what applications hear. Guess.
inline constexpr Rate kRecordRate{.tokens = 2, .period = kSecond, .burst = 20};
inline constexpr Rate kAssuredRate{.tokens = 2, .period = kSecond, .burst = 16};  // of 256 channels: 512 a second
// Of kMaxInboundPerGroup channels, 25 a second each. Bytes have no bucket of a group: a packet has 1,200 at most.
inline constexpr Rate kOthersGroupRate{.tokens = 200, .period = kSecond, .burst = 800};
inline constexpr Rate kOthersRate{.tokens = 5000, .period = kSecond, .burst = 10'000};  // of 256 channels: 20 each
inline constexpr Rate kOthersBytes{.tokens = 2 << 20, .period = kSecond, .burst = 4 << 20};  // 400 bytes a packet

// What one channel has left.
struct ChannelAllowance {
  TokenBucket packets{kChannelRate};
  TokenBucket assured{kAssuredRate};
  TokenBucket bytes{kChannelBytes};
  TokenBucket records{kRecordRate};
};

// Where a packet came from, as admission sees it.
struct Source {
  IpAddress address;
  AddressGroup group;
  bool lan = false;
};

class Admission {
 public:
  explicit Admission(const SipKey& secret) : secret_(secret) {}

  bool AdmitHello(const Source& source, Time now);
  // Of a proof whose cookie is good: may its signature be checked?
  bool AdmitProof(const Source& source, Time now);
  // Of a packet that its channel's keys opened: of a channel that we chose, and of another.
  bool AdmitPacket(ChannelAllowance& channel, std::size_t bytes, Time now);
  bool AdmitOthersPacket(ChannelAllowance& channel, std::size_t bytes, const Source& source, Time now);

  // A hello, or a packet that belongs to nobody: noise, or of a session that is unknown.
  void NoteStranger(Time now) {
    if (strangers_.Take(kHelloRate, now)) return;
    flooded_ = true;
    flooded_at_ = now;
  }
  // Within kFloodTime more hellos and junk came than kHelloRate: the socket is likely to lose packets of honest peers
  // too, so nobody should be called dead for a few.
  bool IsFlooded(Time now) const { return flooded_ && now < flooded_at_ + kFloodTime; }

  static constexpr Duration kFloodTime = std::chrono::seconds{5};  // Guess: a keepalive's probe and a half

 private:
  static constexpr std::size_t kHelloAddresses = 4096;
  static constexpr std::size_t kProofAddresses = 256;
  static constexpr std::size_t kGroups = 512;

  // Buckets by a keyed hash of what they are for.
  class Sources {
   public:
    bool Take(std::uint64_t hash, std::size_t size, Rate rate, Time now) {
      if (buckets_.empty()) buckets_.assign(size, TokenBucket(kLanSourceRate));
      return buckets_[hash % size].Take(rate, now);
    }

   private:
    std::vector<TokenBucket> buckets_;
  };
  struct Strangers {
    Sources addresses;
    Sources groups;
  };
  bool AdmitStranger(Strangers& kind, std::size_t addresses, Rate group_rate, const Source& source, Time now);

  SipKey secret_;
  Strangers hellos_;
  Strangers proofs_;
  Sources others_groups_;
  TokenBucket all_hellos_{kHelloRate};
  TokenBucket strangers_{kHelloRate};
  TokenBucket signatures_{kSignatureRate};
  TokenBucket others_{kOthersRate};
  TokenBucket others_bytes_{kOthersBytes};
  bool flooded_ = false;
  Time flooded_at_{};
};

}  // namespace hearsay

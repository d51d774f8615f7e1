// SPDX-License-Identifier: MIT
//
// Bootstrap: when preconfigured peers are contacted.
//
// At start, and when the list changes, all of them; afterwards only while the online weight is below its minimum, for
// ever, with back-off; above it, never. Their names are looked up anew at each use. A failure is said once until the
// entry works again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "node/core/counters.h"
#include "node/core/seam.h"
#include "proto/rng.h"

namespace hearsay {

class Bootstrap {
 public:
  static constexpr std::uint64_t kDefaultMinimum = 8;               // Guess: an eighth of a view
  static constexpr Duration kFirstDelay = std::chrono::seconds{1};  // doubling up to
  static constexpr Duration kMaxDelay = std::chrono::seconds{60};   // Guess: seeds bear a lonely node once a minute

  explicit Bootstrap(const CoreConfig& config);
  // What is known of the entries stays while they stay the same.
  void Reconfigure(const CoreConfig& config);

  // In the weights file, with a weight.
  bool IsWeighed(const NodeId& id) const { return !weights_.empty() && WeightOf(id) > 0; }
  std::uint64_t WeightOf(const NodeId& id) const;
  std::uint64_t minimum() const;
  // Emits Resolve for every entry when it is time and the weight is too low. Returns when to ask again: kNever while
  // the weight is enough; the caller asks when a channel closes.
  Time Tick(Time now, std::uint64_t online_weight, Rng& rng, Effects& out);
  // Remembers what came of an entry; returns the contacts to dial, with the entry's pin.
  std::vector<Resolved::Contact> OnResolved(const Resolved& resolved, Counters& counters, Effects& out);
  // What came of dialling a contact: said once as an event.
  void OnDialFailed(const Endpoint& endpoint, Error why, Counters& counters, Effects& out);
  void OnDialed(const Endpoint& endpoint);
  bool IsContact(const Endpoint& endpoint) const { return contacts_.contains(endpoint); }
  bool empty() const { return entries_.empty(); }

 private:
  struct Entry {
    Preconfigured preconfigured;
    bool complained = false;
  };
  void Complain(std::size_t entry, const Endpoint& endpoint, const std::string& why, Counters& counters, Effects& out);

  std::vector<Entry> entries_;
  std::map<NodeId, std::uint64_t> weights_;
  std::optional<std::uint64_t> minimum_;
  std::map<Endpoint, std::size_t> contacts_;  // -> entry; at most kMaxResolvedContacts
  bool changed_ = true;  // the list, since it was asked
  Duration delay_ = kFirstDelay;
  Time next_{};
};

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// WidestAttributeViews: who has an attribute, or a value of it, of those names that most address groups use.
//
// Names are strangers', and 16,384 peers may make up half a million: each is a hash of its text until it is known to be
// among the widest, so that all of them take 150 ms of the loop that answers for the seed, and 15 MB meanwhile.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "crawler/seed/good_peers.h"
#include "proto/siphash.h"

namespace hearsay {

struct AttributeView {
  std::string name;                    // "has.KEY" or "is.KEY.VALUE", lower case
  std::vector<std::uint32_t> members;  // places in `peers`, rising
};

// At most `most`. `group_of`: of each of `peers`, rising. `key` keeps strangers from choosing texts of one hash.
std::vector<AttributeView> WidestAttributeViews(std::span<const GoodPeer> peers,
                                                std::span<const std::uint32_t> group_of, std::size_t most,
                                                const SipKey& key);

}  // namespace hearsay

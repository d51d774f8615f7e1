// SPDX-License-Identifier: MIT
//
// PeersTable: the answer of /v1/peers as lines for people, within the columns and rows that there are. Pure.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "proto/time.h"

namespace hearsay {

struct TableSize {
  std::size_t columns = 80;                                     // where there is no terminal to ask
  std::size_t rows = std::numeric_limits<std::size_t>::max();  // below 3: 3
};

// A heading, a line a peer, in place of those that find no room "… and 17 more", and how many there are. Throws
// nlohmann's exceptions where `peers` is no such list.
std::string PeersTable(const nlohmann::json& peers, const TableSize& size, Time now, std::string_view line_end);

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// Truth: who is in a fleet, as a JSON file to hold a crawl's map against. Schema: docs/fleet.md.
#pragma once

#include <string>
#include <vector>

#include "proto/endpoint.h"
#include "proto/error.h"
#include "proto/node_id.h"
#include "proto/record.h"
#include "proto/time.h"
#include "tools/fleet/plan.h"

namespace hearsay::fleet {

inline constexpr int kTruthSchema = 1;

struct TruthHeader {
  std::string network;
  std::uint64_t seed = 0;
  Time written_at{};
};
struct TruthNode {
  NodeId id;
  Endpoint endpoint;  // where others see it
  Kind kind{};
  std::string software;
  Role role = Role::kDual;
  Time since{};       // when it became that
};

std::string TruthJson(const TruthHeader& header, const std::vector<TruthNode>& nodes);
// A reader sees the old text or the new one: written beside its place, then renamed.
Result<void> ReplaceFile(const std::string& path, std::string_view text);

}  // namespace hearsay::fleet

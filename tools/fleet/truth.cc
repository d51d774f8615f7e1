// SPDX-License-Identifier: MIT
#include "tools/fleet/truth.h"

#include <ostream>

#include <nlohmann/json.hpp>

#include "node/io/replace_file.h"
#include "proto/rfc3339.h"

namespace hearsay::fleet {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string TruthJson(const TruthHeader& header, const std::vector<TruthNode>& nodes) {
  std::string out = "{\"schema\":" + std::to_string(kTruthSchema) + ",\n\"network\":" + Json(header.network).dump() +
                    ",\n\"seed\":" + std::to_string(header.seed) + ",\n\"written_at\":\"" +
                    FormatRfc3339(header.written_at) + "\",\n\"nodes\":[";
  const char* separator = "\n";
  for (const TruthNode& node : nodes) {
    const Json one = {{"node_id", node.id.ToString()},
                      {"endpoints", Json::array({node.endpoint.ToString()})},
                      {"kind", KindName(node.kind)},
                      {"software", node.software},
                      {"role", RoleName(node.role)},
                      {"since", FormatRfc3339(node.since)}};
    out += separator + one.dump();
    separator = ",\n";
  }
  return out + "]}\n";
}

Result<void> ReplaceFile(const std::string& path, std::string_view text) {
  return hearsay::ReplaceFile(path, [&](std::ostream& out) { out << text; });
}

}  // namespace hearsay::fleet

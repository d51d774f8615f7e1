// SPDX-License-Identifier: MIT
#include "tools/fleet/truth.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <nlohmann/json.hpp>

#include "proto/rfc3339.h"

namespace hearsay::fleet {
namespace {

using Json = nlohmann::ordered_json;

bool WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

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
  const std::string temporary = path + "." + std::to_string(::getpid());
  const auto fail = [&](int error) {
    ::unlink(temporary.c_str());
    return tl::unexpected("cannot write '" + path + "': " + std::strerror(error) + "; give another path");
  };
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return fail(errno);
  const bool written = WriteAll(descriptor, text);
  const int error = errno;
  ::close(descriptor);
  if (!written) return fail(error);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return fail(errno);
  return {};
}

}  // namespace hearsay::fleet

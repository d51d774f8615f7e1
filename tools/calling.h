// SPDX-License-Identifier: MIT
//
// Calling: what `ping` and `crawl` have in common: which network, whom to call, and where names lead.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "node/core/seam.h"
#include "node/io/settings_load.h"
#include "proto/network.h"
#include "tools/report.h"

namespace CLI {
class App;
}

namespace hearsay {

// --network, --network-key-file and --config; the rest of a configuration does not concern a caller.
void AddNetworkOptions(CLI::App& app, SettingsSources& sources);

struct CallNetwork {
  std::string name;
  NetworkKey key;
  // "network 'hearsay' (open)", "network 'team' (closed by key file PATH)"
  std::string Description() const;
  std::string key_file;
};

tl::expected<CallNetwork, Refusal> LoadCallNetwork(SettingsSources& sources);

// The endpoints behind "EP", "HOST[:PORT]" or "NODEID@" before either. Names are looked up by the system's resolver;
// at most kMaxContacts endpoints, in its order.
inline constexpr std::size_t kMaxContacts = 16;
tl::expected<std::vector<Resolved::Contact>, Refusal> LookUpContacts(std::string_view text);

}  // namespace hearsay

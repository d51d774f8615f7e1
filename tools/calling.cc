// SPDX-License-Identifier: MIT
#include "tools/calling.h"

#include <netdb.h>

#include <algorithm>
#include <array>
#include <memory>

#include "node/io/network_key_file.h"
#include "node/io/peer_entry.h"
#include "node/io/udp_address.h"
#include "tools/commands.h"
#include "tools/report.h"
#include "tools/settings_flags.h"

namespace hearsay {
namespace {

constexpr std::array<std::string_view, 2> kNetworkKeys{"network", "network_key_file"};

Result<std::vector<Resolved::Contact>> ResolveHost(const HostPeer& host, const std::optional<NodeId>& pin) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(host.name.c_str(), nullptr, &hints, &list);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  const std::string name = "host name '" + host.name + "'";
  if (error != 0) {
    return tl::unexpected(name + " has no address (" + ::gai_strerror(error) + "); check the spelling and the DNS");
  }
  std::vector<Resolved::Contact> contacts;
  for (const addrinfo* a = list; a != nullptr && contacts.size() < kMaxContacts; a = a->ai_next) {
    sockaddr_storage address{};
    std::copy_n(reinterpret_cast<const char*>(a->ai_addr), a->ai_addrlen, reinterpret_cast<char*>(&address));
    Endpoint endpoint = FromSocketAddress(address);
    endpoint.port = host.port;
    const auto same = [&](const Resolved::Contact& c) { return c.endpoint == endpoint; };
    if (!endpoint.IsDialable() || std::any_of(contacts.begin(), contacts.end(), same)) continue;
    contacts.push_back({endpoint, pin});
  }
  if (contacts.empty()) return tl::unexpected(name + " has no address that can be dialled");
  return contacts;
}

// The variables that concern a caller: a HEARSAY_LISTEN meant for a node is no business of `ping`. A caller keeps
// nothing, so that a machine without a home directory will do: the data directory is named and never touched.
Environment NetworkEnvironment() {
  Environment out{{"HEARSAY_DATA_DIR", "/"}};
  const Environment all = SystemEnvironment();
  for (const char* name : {"HEARSAY_CONFIG", "HEARSAY_NETWORK", "HEARSAY_NETWORK_KEY_FILE"}) {
    if (const auto it = all.find(name); it != all.end()) out.insert(*it);
  }
  return out;
}

}  // namespace

void AddNetworkOptions(CLI::App& app, SettingsSources& sources) { AddSettingsOptions(app, sources, kNetworkKeys); }

std::string CallNetwork::Description() const {
  return "network '" + name + "' (" + (key_file.empty() ? "open" : "closed by the key in " + key_file) + ")";
}

tl::expected<CallNetwork, Refusal> LoadCallNetwork(SettingsSources& sources) {
  sources.environment = NetworkEnvironment();
  const auto settings = LoadSettings(sources);
  if (!settings) {
    const SettingsErrors& errors = settings.error();
    return tl::unexpected(Refusal{errors.usage ? kExitUsage : kExitFailed, errors.lines});
  }
  const auto key = LoadNetworkKey(settings->network, settings->network_key_file);
  if (!key) return tl::unexpected(Refusal::Failed(key.error()));
  return CallNetwork{.name = settings->network, .key = *key, .key_file = settings->network_key_file};
}

tl::expected<std::vector<Resolved::Contact>, Refusal> LookUpContacts(std::string_view text) {
  const auto entry = ParsePeerEntry(text);
  if (!entry) return tl::unexpected(Refusal::Usage(entry.error()));
  if (const auto* endpoint = std::get_if<Endpoint>(&entry->target)) {
    return std::vector<Resolved::Contact>{{*endpoint, entry->pin}};
  }
  const auto* host = std::get_if<HostPeer>(&entry->target);
  if (host == nullptr) {
    return tl::unexpected(Refusal::Usage("'" + entry->Display() + "' is a list, not one node; give HOST:PORT"));
  }
  auto contacts = ResolveHost(*host, entry->pin);
  if (!contacts) return tl::unexpected(Refusal::Failed(contacts.error()));
  return std::move(*contacts);
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// hearsay init: makes the data directory and the identity before the first run, and prints what others need to know:
// the node id, and a line for their list of peers.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "node/io/identity_file.h"
#include "node/io/local_api_address.h"
#include "store/directory_lock.h"
#include "tools/commands.h"
#include "tools/report.h"
#include "tools/settings_flags.h"

namespace hearsay {
namespace {

struct Options {
  SettingsSources sources;
  bool force = false;
  bool as_json = false;
};

constexpr std::uint32_t kLoopback = 0x7f000001;

// The IPv4 address that packets to the outside would leave from; connecting a UDP socket sends none. 0.0.0.0
// when there is no such route.
IpAddress OutwardAddress() {
  constexpr std::uint32_t kOutside = 0xc0000201;  // 192.0.2.1, RFC 5737: belongs to nobody
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(kDefaultPort);
  address.sin_addr.s_addr = htonl(kOutside);
  socklen_t size = sizeof address;
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool known = fd >= 0 && ::connect(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (fd >= 0) ::close(fd);
  return IpAddress::V4(known ? ntohl(address.sin_addr.s_addr) : 0);
}

// Where others will reach this node, as far as one can say before it runs.
Endpoint LikelyEndpoint(const Settings& settings) {
  if (!settings.announce.empty()) return settings.announce.front();
  Endpoint endpoint{.address = IpAddress::V4(0), .port = kDefaultPort};
  if (!settings.listen.empty()) endpoint = settings.listen.front();
  if (endpoint.port == 0) endpoint.port = kDefaultPort;
  if (endpoint.address.IsUnspecified()) endpoint.address = OutwardAddress();
  if (!endpoint.IsDialable()) endpoint.address = IpAddress::V4(kLoopback);
  return endpoint;
}

int Init(const Options& options) {
  const auto settings = LoadSettings(options.sources);
  if (!settings) return ReportSettingsErrors("init", settings.error());
  const std::string path = IdentityPath(settings->data_dir);
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0 && !options.force) {
    return Fail("init", "identity file " + path + " is there already, and peers know this node by it; use another "
                        "--data-dir, or --force to replace it");
  }
  // A running node would go on under its old identity, and be another one after its next start.
  std::optional<Result<DirectoryLock>> lock;
  if (options.force && ::lstat(settings->data_dir.c_str(), &info) == 0) {
    RemoveKilledApiAddress(settings->data_dir);
    lock.emplace(DirectoryLock::Take(settings->data_dir));
    if (!*lock) return Fail("init", lock->error());
  }
  const auto identity = options.force ? ReplaceIdentity(settings->data_dir) : LoadOrCreateIdentity(settings->data_dir);
  if (!identity) return Fail("init", identity.error());
  const std::string id = identity->id().ToString();
  const std::string peer = id + "@" + LikelyEndpoint(*settings).ToString();
  if (options.as_json) {
    const nlohmann::ordered_json out{
        {"node_id", id}, {"data_dir", settings->data_dir}, {"identity_file", path}, {"peer", peer}};
    std::puts(out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  } else {
    std::printf("node id   %s\ndata dir  %s\n\nOthers join through this node with:\n  --peer %s\n", id.c_str(),
                settings->data_dir.c_str(), peer.c_str());
  }
  return kExitFine;
}

void SetUp(CLI::App& app, int& exit_code) {
  static constexpr std::string_view kKeys[] = {"data_dir", "listen", "announce"};
  auto options = std::make_shared<Options>();
  AddSettingsOptions(app, options->sources, kKeys);
  app.add_flag("--force", options->force, "Replace an identity that is there. Peers will see another node.");
  app.add_flag("--json", options->as_json, "Print one JSON object: node_id, data_dir, identity_file, peer.");
  app.callback([options, &exit_code] {
    options->sources.environment = SystemEnvironment();
    exit_code = Init(*options);
  });
}

const RegisterCommand kRegistered{
    {.name = "init",
     .group = CommandGroup::kRun,
     .summary = "Make a data directory and a node identity",
     .description = "Makes the data directory (mode 0700) and in it the node's identity (mode 0600), and prints the "
                    "node id with a line for other nodes' lists of peers. `hearsay run` does the same at its first "
                    "start; init is for knowing the node id before. An identity that is there is never overwritten "
                    "without --force.",
     .examples = "  hearsay init\n"
                 "  hearsay init --data-dir /srv/node --announce 8.8.4.4:7075  # yours\n"
                 "  hearsay init --json | jq -r .node_id\n",
     .set_up = SetUp}};

}  // namespace
}  // namespace hearsay

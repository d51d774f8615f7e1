// SPDX-License-Identifier: MIT
//
// Settings: everything an operator can say, in one value, whatever way it was said.
//
// Precedence: flag, then HEARSAY_ environment variable, then YAML file, then default. settings_table.cc is the one list
// of settings: key, flag, variable, unit, default, reloadable or not, and help; the parser, --help and `check --print`
// are made from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/core/seam.h"
#include "proto/ban.h"
#include "proto/endpoint.h"
#include "proto/error.h"
#include "proto/record.h"

namespace hearsay {

// Where a running node's local API listens: a loopback endpoint, a unix socket, or nowhere.
struct ApiAddress {
  std::optional<Endpoint> endpoint;  // port 0: any free one
  std::string unix_path;             // when not empty, a unix socket, mode 0600
  bool off = false;

  std::string ToString() const;  // "127.0.0.1:8075", "unix:/run/hearsay/api.sock" or "off"
  // The same three; an endpoint must be a loopback one. The error says what to write instead.
  static Result<ApiAddress> Parse(std::string_view text);
  bool operator==(const ApiAddress&) const = default;
};

enum class LogFormat : std::uint8_t { kText, kJson };

struct Settings {
  std::string network = "hearsay";
  std::string network_key_file;             // empty: an open network
  std::vector<Endpoint> listen;             // empty: 0.0.0.0 and [::] (one dual-stack socket) on the default port
  std::vector<std::string> peers;           // preconfigured, each a valid entry (peer_entry.h)
  std::vector<Endpoint> announce;
  std::string data_dir;                     // default: DefaultDataDir() of data_dir.h
  std::string name;
  Role role = Role::kDual;
  Profile profile = Profile::kAuto;
  CrawlerPolicy crawlers = CrawlerPolicy::kAllow;
  Attributes attributes;
  ApiAddress api;                           // default: unix:DATA_DIR/api.sock
  std::string weights_file;
  std::optional<std::uint64_t> online_weight_minimum;
  std::string as_file;                      // empty: address groups are IPv4 /16 and IPv6 /32
  std::uint64_t store_capacity = 1'000'000; // peers kept on disk
  std::uint64_t store_map_mib = 1024;       // LMDB map size, address space only
  std::string log_level = "info";           // trace debug info warn error off
  LogFormat log_format = LogFormat::kText;
  std::vector<BanEntry> bans;               // each subject once; source kSettings, `created` not set
  std::string bans_said_in;                 // the config file's path, HEARSAY_BANS or --ban; no setting, for errors
  std::string api_token_file;               // empty: over TCP the API changes nothing
  std::string list_ca_file;                 // CA bundle for https peer lists; empty: the system's
};

}  // namespace hearsay

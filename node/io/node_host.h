// SPDX-License-Identifier: MIT
//
// NodeHost: from Settings to a running node: key files, sockets, data directory, identity, store, driver, local API.
//
// `hearsay run` and the embedding library are thin shells around it. What is wrong with the settings or the machine
// comes out of Open or Start as one line; what can be checked without touching the disk is checked first, so that a
// refused start leaves no trace where that is possible (fixed ports are bound before the data directory is made).
// One thread, the loop's. `io` outlives it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "node/core/address_groups.h"
#include "node/io/as_file.h"
#include "node/io/driver.h"
#include "node/io/local_api.h"
#include "node/io/log.h"
#include "node/io/settings.h"
#include "node/io/settings_load.h"
#include "store/store.h"

namespace hearsay {

class NodeHost {
 public:
  // Nothing is sent yet. Without a data_dir the node keeps nothing and has a new identity. Without an api address it
  // has no API.
  static Result<std::unique_ptr<NodeHost>> Open(asio::io_context& io, const Settings& settings,
                                                std::function<void(const PeerEvent&)> on_event = {});
  ~NodeHost();

  // What a service beside the node adds to its API's /metrics. Before Start.
  void SetMoreMetrics(std::function<std::string()> more) { more_metrics_ = std::move(more); }
  // Opens the API, then starts the node.
  Result<void> Start();
  // Takes what may change while running; the rest is named in the result and stays as it is. On error nothing changes.
  // An AS file that was read anew is among what changed, under whatever name it was before.
  Result<SettingsChanges> Reload(const Settings& fresh);
  // Alone, without reading any file again; checked.
  void SetAttributes(const Attributes& attributes);
  // The peers are told, the store is committed, the API ends.
  Result<void> Stop();  // as Driver::Stop

  Driver& driver() { return *driver_; }
  Log& log() { return log_; }
  std::string api_address() const;  // "127.0.0.1:7076", "unix:/path" or "off"
  // "ready node_id=… network=… listen=… api=…", for scripts.
  std::string ReadyLine() const;

 private:
  NodeHost(asio::io_context& io, const Settings& settings);
  Result<void> OpenStore();
  struct Core {
    CoreConfig config;  // borrows
    std::shared_ptr<const AddressGroups> groups;
  };
  // Loads what `settings` name.
  Result<Core> MakeCore(const Settings& settings);
  Result<void> OpenDriver(std::function<void(const PeerEvent&)> on_event);
  void WarnOfABanOfItself();

  asio::io_context& io_;
  Settings settings_;
  Log log_;
  std::unique_ptr<Store> store_;
  AsFileReader as_file_;
  std::shared_ptr<const AddressGroups> groups_;  // the driver's node borrows them
  std::unique_ptr<Driver> driver_;
  std::unique_ptr<LocalApi> api_;
  std::function<std::string()> more_metrics_;
  bool stopped_ = false;
};

// Every value of `settings` against its own rules, for those who do not come through LoadSettings.
Result<void> CheckSettings(const Settings& settings);

}  // namespace hearsay

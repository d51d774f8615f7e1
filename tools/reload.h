// SPDX-License-Identifier: MIT
//
// Reload: what SIGHUP does to a running node. The settings are read again, from the same flags, variables and file;
// what may change while running changes, what needs a restart is named in the log, and a wrong file changes nothing.
#pragma once

#include <functional>

#include <asio/signal_set.hpp>

#include "node/io/node_host.h"
#include "tools/settings_flags.h"

namespace hearsay {

struct ReloadHooks {
  std::function<void(Settings&)> before;      // may change what was read
  std::function<void(const Settings&)> after;  // it was taken
};

// From now on, at each SIGHUP that `hang_up` waits for. `host` and `sources` outlive it.
void ReloadOnHangUp(asio::signal_set& hang_up, NodeHost& host, const SettingsSources& sources, ReloadHooks hooks = {});

}  // namespace hearsay

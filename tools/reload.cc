// SPDX-License-Identifier: MIT
#include "tools/reload.h"

namespace hearsay {
namespace {

void Reload(NodeHost& host, const SettingsSources& sources, const ReloadHooks& hooks) {
  const auto refuse = [&](const std::string& why) {
    host.log().Write(LogLevel::kError, "settings_reload_refused",
                     {{"reason", why}, {"remedy", "correct it and send SIGHUP again; nothing has changed"}});
  };
  auto settings = LoadSettings(sources);
  if (!settings) {
    for (const std::string& line : settings.error().lines) refuse(line);
    return;
  }
  if (hooks.before) hooks.before(*settings);
  if (const auto changes = host.Reload(*settings); !changes) return refuse(changes.error());
  if (hooks.after) hooks.after(*settings);
}

}  // namespace

void ReloadOnHangUp(asio::signal_set& hang_up, NodeHost& host, const SettingsSources& sources, ReloadHooks hooks) {
  hang_up.async_wait([&hang_up, &host, &sources, hooks = std::move(hooks)](const asio::error_code& error, int) {
    if (error) return;
    Reload(host, sources, hooks);
    ReloadOnHangUp(hang_up, host, sources, hooks);
  });
}

}  // namespace hearsay

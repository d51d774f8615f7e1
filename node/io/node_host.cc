// SPDX-License-Identifier: MIT
#include "node/io/node_host.h"

#include <algorithm>
#include <utility>

#include "node/io/ca_file.h"
#include "node/io/data_dir.h"
#include "node/io/entropy.h"
#include "node/io/identity_file.h"
#include "node/io/local_api_address.h"
#include "node/io/network_key_file.h"
#include "node/io/settings_table.h"
#include "node/io/version.h"
#include "node/io/weights_file.h"
#include "store/lmdb_store.h"
#include "store/memory_store.h"

namespace hearsay {
namespace {

Result<Identity> OpenIdentity(const std::string& data_dir) {
  if (data_dir.empty()) return Identity(DrawSeed());
  return LoadOrCreateIdentity(data_dir);
}

bool HasFixedPorts(const Settings& settings) {
  return std::ranges::none_of(settings.listen, [](const Endpoint& endpoint) { return endpoint.port == 0; });
}

std::string Join(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ",") + item;
  return out;
}

std::string JoinEndpoints(const std::vector<Endpoint>& endpoints) {
  std::vector<std::string> texts;
  for (const Endpoint& endpoint : endpoints) texts.push_back(endpoint.ToString());
  return Join(texts);
}

std::size_t PrefixesOf(const AddressGroups* groups) { return groups == nullptr ? 0 : groups->prefixes(); }

LogLevel LevelOf(const Settings& settings) { return ParseLogLevel(settings.log_level).value_or(LogLevel::kInfo); }

}  // namespace

Result<void> CheckSettings(const Settings& settings) {
  Settings scratch;
  for (const Setting& setting : SettingsTable()) {
    for (const std::string& value : setting.values(settings)) {
      const std::string why = setting.add(scratch, value);
      if (!why.empty()) return tl::unexpected(std::string(setting.key) + " '" + RedactUrl(value) + "' " + why);
    }
  }
  return {};
}

NodeHost::NodeHost(asio::io_context& io, const Settings& settings)
    : io_(io), settings_(settings), log_(LevelOf(settings), settings.log_format) {}

NodeHost::~NodeHost() { (void)Stop(); }

Result<std::unique_ptr<NodeHost>> NodeHost::Open(asio::io_context& io, const Settings& settings,
                                                 std::function<void(const PeerEvent&)> on_event) {
  auto host = std::unique_ptr<NodeHost>(new NodeHost(io, settings));
  if (auto opened = host->OpenDriver(std::move(on_event)); !opened) return tl::unexpected(opened.error());
  return host;
}

Result<NodeHost::Core> NodeHost::MakeCore(const Settings& settings) {
  CoreConfig core;
  core.software = Software();
  core.name = settings.name;
  core.role = settings.role;
  core.attributes = settings.attributes;
  core.profile = settings.profile;
  core.crawlers = settings.crawlers;
  core.announce = settings.announce;
  core.online_weight_minimum = settings.online_weight_minimum;
  core.bans = settings.bans;
  if (!settings.weights_file.empty()) {
    auto weights = LoadWeights(settings.weights_file);
    if (!weights) return tl::unexpected(weights.error());
    core.weights = std::move(*weights);
  }
  auto groups = as_file_.Load(settings.as_file);
  if (!groups) return tl::unexpected(groups.error());
  core.address_groups = groups->get();
  return Core{.config = std::move(core), .groups = std::move(*groups)};
}

Result<void> NodeHost::OpenStore() {
  if (settings_.data_dir.empty()) {
    store_ = std::make_unique<MemoryStore>(settings_.store_capacity);
    return {};
  }
  if (auto made = EnsureDataDir(settings_.data_dir); !made) return made;
  RemoveKilledApiAddress(settings_.data_dir);
  auto store = LmdbStore::Open(settings_.data_dir, {.capacity = settings_.store_capacity,
                                                    .map_bytes = std::size_t{settings_.store_map_mib} << 20});
  if (!store) return tl::unexpected(store.error());
  store_ = std::move(*store);
  return {};
}

Result<void> NodeHost::OpenDriver(std::function<void(const PeerEvent&)> on_event) {
  Driver::Config config;
  auto core = MakeCore(settings_);
  if (!core) return tl::unexpected(core.error());
  config.core = std::move(core->config);
  groups_ = std::move(core->groups);
  const auto network = LoadNetworkKey(settings_.network, settings_.network_key_file);
  if (!network) return tl::unexpected(network.error());
  if (auto ca_file = CheckCaFile(settings_.list_ca_file); !ca_file) return ca_file;
  if (HasFixedPorts(settings_)) {
    auto listeners = UdpListeners::Open(io_, settings_.listen, 0);
    if (!listeners) return tl::unexpected(listeners.error());
    config.listeners = std::move(*listeners);
  }
  // The store before the identity: its lock is what tells a second process on this directory to go away.
  if (auto opened = OpenStore(); !opened) return opened;
  auto identity = OpenIdentity(settings_.data_dir);
  if (!identity) return tl::unexpected(identity.error());

  config.peers = settings_.peers;
  config.network = settings_.network;
  config.listen = settings_.listen;
  config.store_capacity = settings_.store_capacity;
  config.resolver.network = settings_.network;
  config.resolver.ca_file = settings_.list_ca_file;
  if (!settings_.data_dir.empty()) config.resolver.list_dir = settings_.data_dir + "/lists";
  config.on_event = std::move(on_event);
  config.on_store_health = [this](const std::string& error) {
    if (api_) api_->SetUnhealthy(error.empty() ? error : "the store cannot be written: " + error);
  };
  auto driver = Driver::Open(io_, std::move(config), std::move(*identity), *network, *store_, log_);
  if (!driver) return tl::unexpected(driver.error());
  driver_ = std::move(*driver);
  return {};
}

Result<void> NodeHost::Start() {
  ApiConfig api;
  api.address = settings_.api;
  api.software = Software();
  if (!settings_.api.endpoint && settings_.api.unix_path.empty()) api.address.off = true;
  if (!settings_.data_dir.empty()) api.address_file = settings_.data_dir + "/api.address";
  api.control = driver_.get();
  if (!settings_.api_token_file.empty()) {
    const auto token = ApiToken::ReadFile(settings_.api_token_file);
    if (!token) return tl::unexpected(token.error());
    api.token.emplace(*token);
  }
  api_ = std::make_unique<LocalApi>(io_, *driver_, driver_->events(), std::move(api));
  api_->SetBansSaidIn(settings_.bans_said_in);
  api_->SetMoreMetrics(more_metrics_);
  if (auto listening = api_->Start(); !listening) return listening;
  if (const std::string mode = ModeOpenToOthers(settings_.data_dir); !mode.empty()) {
    log_.Write(LogLevel::kWarn, "data_dir_open_to_others",
               {{"data_dir", settings_.data_dir},
                {"mode", mode},
                {"remedy", "others may replace the identity and the store; run: chmod 700 " + settings_.data_dir}});
  }
  WarnOfABanOfItself();
  if (auto started = driver_->Start(); !started) return started;
  log_.Write(LogLevel::kInfo, "node_started",
             {{"node_id", driver_->Status().id.ToString()},
              {"network", settings_.network},
              {"listen", JoinEndpoints(driver_->Listen())},
              {"api", api_address()},
              {"data_dir", settings_.data_dir}});
  return {};
}

// Of a list that a whole fleet shares; `hearsay ban` refuses it.
void NodeHost::WarnOfABanOfItself() {
  const BanSubject self(driver_->Status().id);
  if (std::ranges::find(settings_.bans, self, &BanEntry::subject) == settings_.bans.end()) return;
  log_.Write(LogLevel::kWarn, "ban_of_this_node",
             {{"node_id", driver_->Status().id.ToString()},
              {"remedy", "the settings ban this node's own id, which changes nothing; take it out of bans"}});
}

Result<SettingsChanges> NodeHost::Reload(const Settings& fresh) {
  SettingsChanges changes = CompareSettings(settings_, fresh);
  Settings merged = fresh;
  for (const std::string& key : changes.restart) {
    const Setting* setting = FindSetting(key);
    setting->clear(merged);
    for (const std::string& value : setting->values(settings_)) setting->add(merged, value);
  }
  auto core = MakeCore(merged);
  if (!core) return tl::unexpected(core.error());
  // The file may be another one behind the same name.
  const bool other_groups = core->groups != groups_;
  const bool is_named = std::ranges::find(changes.reloadable, "as_file") != changes.reloadable.end();
  if (other_groups && !is_named) changes.reloadable.emplace_back("as_file");
  const std::size_t prefixes_before = PrefixesOf(groups_.get());
  settings_ = std::move(merged);
  log_.SetLevel(LevelOf(settings_));
  if (api_) api_->SetBansSaidIn(settings_.bans_said_in);
  driver_->Reconfigure(std::move(core->config), settings_.peers);
  WarnOfABanOfItself();
  groups_ = std::move(core->groups);  // now that nobody borrows the old ones
  log_.Write(LogLevel::kInfo, "settings_reloaded",
             {{"changed", Join(changes.reloadable)},
              {"as_prefixes_before", other_groups ? std::to_string(prefixes_before) : ""},
              {"as_prefixes", other_groups ? std::to_string(PrefixesOf(groups_.get())) : ""}});
  if (!changes.restart.empty()) {
    log_.Write(LogLevel::kWarn, "settings_need_restart",
               {{"keys", Join(changes.restart)}, {"remedy", "their running values stay until the node is restarted"}});
  }
  return changes;
}

void NodeHost::SetAttributes(const Attributes& attributes) {
  settings_.attributes = attributes;
  driver_->SetAttributes(attributes);
}

Result<void> NodeHost::Stop() {
  if (std::exchange(stopped_, true)) return {};
  auto stored = driver_ ? driver_->Stop() : Result<void>();
  if (api_) api_->Stop();
  return stored;
}

std::string NodeHost::api_address() const { return api_ ? api_->address() : "off"; }

std::string NodeHost::ReadyLine() const {
  return "ready node_id=" + driver_->Status().id.ToString() + " network=" + settings_.network +
         " listen=" + JoinEndpoints(driver_->Listen()) + " api=" + api_address();
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
#include "tools/api_client.h"

#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <charconv>

#include "node/io/api_token.h"
#include "node/io/data_dir.h"
#include "node/io/local_api_address.h"
#include "store/directory_lock.h"

namespace hearsay {
namespace {

constexpr std::string_view kStartOne = "start it with `hearsay run`, or say where it is with --api or --data-dir";

// A node may well be there: connecting takes the leave to write to its socket, and to get to it.
bool IsForbidden(const ApiAddress& address) {
  return !address.unix_path.empty() && ::access(address.unix_path.c_str(), W_OK) != 0 && errno == EACCES;
}

// The API's own words, when it has some.
std::string ErrorOf(const HttpResponse& response) {
  const auto answer = nlohmann::json::parse(response.body, nullptr, false);
  if (answer.is_object()) {
    for (const char* key : {"error", "reason"}) {
      if (const auto found = answer.find(key); found != answer.end() && found->is_string()) return *found;
    }
  }
  return "HTTP status " + std::to_string(response.status);
}

// What `variable` says, unless it says only what a node should do: "off", or any free port.
std::optional<std::string> UsableVariable(const Environment& environment) {
  const auto found = environment.find("HEARSAY_API");
  if (found == environment.end() || found->second.empty()) return std::nullopt;
  const auto address = ApiAddress::Parse(found->second);
  if (address && address->endpoint && address->endpoint->port == 0) return std::nullopt;
  return found->second;
}

}  // namespace

void AddApiOptions(CLI::App& app, ApiOptions& options) {
  app.add_option("--api", options.api,
                 "Where the node's API listens: EP or unix:PATH. Default: HEARSAY_API, or what "
                 "the running node wrote into the data directory.")
      ->type_name("ADDRESS")
      ->check(
          [](const std::string& text) {
            const auto address = ApiAddress::Parse(text);
            if (!address) return "'" + text + "' " + address.error();
            return address->off ? "'off' is no address to ask" : std::string();
          },
          "");
  app.add_option("--data-dir", options.data_dir, "The node's data directory.")->type_name("DIR");
}

void AddChangeOptions(CLI::App& app, ApiOptions& options) {
  AddApiOptions(app, options);
  app.add_option("--api-token-file", options.token_file,
                 "Over TCP: the file with the node's token. Default: HEARSAY_API_TOKEN_FILE. A unix socket needs none.")
      ->type_name("FILE");
}

Result<NodeApi> NodeApi::Find(const ApiOptions& options, const Environment& environment) {
  std::string text = options.api;
  std::string source = "--api";
  if (text.empty() && options.data_dir.empty()) {
    text = UsableVariable(environment).value_or("");
    source = "HEARSAY_API";
  }
  if (text.empty()) {
    const std::string dir = options.data_dir.empty() ? DefaultDataDir(environment) : options.data_dir;
    if (dir.empty()) return tl::unexpected<std::string>("no data directory is known; give --data-dir or --api");
    source = ApiAddressPath(dir);
    const bool is_free = DirectoryLock::IsFree(dir);  // first: who takes it removes what is of another
    auto found = ReadApiAddressFile(source);
    if (!found) return tl::unexpected(std::move(found.error()));
    if (!*found) return tl::unexpected("no node runs in " + dir + " (no api.address there); " + std::string(kStartOne));
    // Whoever listens there now may be somebody else, who is to get no token and to answer nothing.
    if (is_free) {
      return tl::unexpected("no node runs in " + dir + ": " + source + " is of one that was killed; " +
                            std::string(kStartOne));
    }
    text = **found;
  }
  auto address = ApiAddress::Parse(text);
  if (!address) return tl::unexpected(source + ": '" + text + "' " + address.error());
  if (address->off)
    return tl::unexpected(source + ": the node's API is off; start the node with --api EP or unix:PATH");
  std::string token_file = options.token_file;
  const auto variable = environment.find("HEARSAY_API_TOKEN_FILE");
  if (token_file.empty() && variable != environment.end()) token_file = variable->second;
  return NodeApi(*address, std::move(source), std::move(token_file));
}

Result<HttpClient> NodeApi::Connect() const {
  auto client = HttpClient::Connect(address_, timeout_);
  if (client) return client;
  if (IsForbidden(address_)) {
    return tl::unexpected("cannot ask " + client.error() + " (from " + source_ + "); run as the node's user or root");
  }
  return tl::unexpected("no node answers at " + client.error() + " (from " + source_ + "); " + std::string(kStartOne));
}

Result<std::string> NodeApi::Change(std::string_view method, std::string_view target) const {
  std::string token;
  if (address_.endpoint && !token_file_.empty()) {
    auto read = ApiToken::ReadFile(token_file_);
    if (!read) return read;
    token = std::move(*read);
  }
  return Ask({.method = method, .target = target, .token = token});
}

Result<std::string> NodeApi::Ask(const HttpRequest& request) const {
  auto client = Connect();
  if (!client) return tl::unexpected(std::move(client.error()));
  auto response = client->Ask(request, timeout_);
  if (!response) return tl::unexpected(std::move(response.error()));
  if (response->status != 200) return tl::unexpected(address_.ToString() + ": " + ErrorOf(*response));
  if (response->body.ends_with('\n')) response->body.pop_back();
  return std::move(response->body);
}

Result<EventFeed> EventFeed::Open(const NodeApi& api, std::optional<std::uint64_t> after) {
  auto client = api.Connect();
  if (!client) return tl::unexpected(std::move(client.error()));
  const std::string target = after ? "/v1/events?after=" + std::to_string(*after) : "/v1/events";
  const auto status = client->Open(target, api.timeout());
  if (!status) return tl::unexpected(status.error());
  if (*status == 503) return tl::unexpected<std::string>("the node has too many event streams open; close one");
  if (*status != 200) return tl::unexpected("/v1/events: HTTP status " + std::to_string(*status));
  return EventFeed(std::move(*client), after.value_or(0));
}

Result<EventFeed::Next> EventFeed::Read(std::chrono::milliseconds timeout) {
  for (;;) {
    auto line = client_.ReadLine(timeout);
    if (!line) return tl::unexpected(std::move(line.error()));
    if (line->outcome == HttpClient::Outcome::kTimeout) return Next{Outcome::kTimeout, {}};
    if (line->outcome == HttpClient::Outcome::kEnd) return Next{Outcome::kEnd, {}};
    const std::string_view text = line->text;
    if (text.starts_with("id: ")) std::from_chars(text.data() + 4, text.data() + text.size(), last_id_);
    if (text.starts_with("event: ")) event_.name = text.substr(7);
    if (text.starts_with("data: ")) event_.data = text.substr(6);
    if (text.empty() && !event_.data.empty()) return Next{Outcome::kEvent, std::exchange(event_, {})};
  }
}

std::string PeersQuery::Target() const {
  std::string target = "/v1/peers";
  char separator = '?';
  const auto add = [&](std::string_view key, const std::string& value) {
    target += separator + std::string(key) + "=" + EncodeQuery(value);
    separator = '&';
  };
  if (!state.empty()) add("state", state);
  if (in_view) add("in_view", "true");
  for (const std::string& attribute : attributes) add("attribute", attribute);
  return target;
}

std::string CheckAttribute(const std::string& text) {
  const std::size_t equals = text.find('=');
  return equals == std::string::npos || equals == 0 ? "'" + text + "' is no attribute; give KEY=VALUE" : "";
}

}  // namespace hearsay

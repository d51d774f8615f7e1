// SPDX-License-Identifier: MIT
//
// NodeApi: how a command finds the running node and asks it.
//
// The address comes from --api, else from the data directory that --data-dir names, else from HEARSAY_API, else from
// the default data directory, where a running node writes it. Every error is one line that says what was tried and
// what to do.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "node/io/http_client.h"
#include "node/io/settings_load.h"
#include "proto/error.h"

namespace CLI {
class App;
}

namespace hearsay {

struct ApiOptions {
  std::string api;
  std::string data_dir;
  std::string token_file;
};
// Adds --api and --data-dir. A bad --api is wrong usage.
void AddApiOptions(CLI::App& app, ApiOptions& options);
// For commands that change something: --api-token-file too.
void AddChangeOptions(CLI::App& app, ApiOptions& options);

class NodeApi {
 public:
  static constexpr std::chrono::milliseconds kTimeout = std::chrono::seconds{5};

  static Result<NodeApi> Find(const ApiOptions& options, const Environment& environment);

  // For who has less time than kTimeout: for connecting, and again for the answer.
  void SetTimeout(std::chrono::milliseconds timeout) { timeout_ = timeout; }
  std::chrono::milliseconds timeout() const { return timeout_; }

  Result<HttpClient> Connect() const;
  // The body of a good answer, without its last newline. Any other answer is an error with the node's own words.
  Result<std::string> Get(std::string_view target) const { return Ask({.target = target}); }
  // The same for a change: by `method`, and over TCP with the token that the options or HEARSAY_API_TOKEN_FILE name.
  Result<std::string> Change(std::string_view method, std::string_view target) const;

 private:
  NodeApi(ApiAddress address, std::string source, std::string token_file)
      : address_(std::move(address)), source_(std::move(source)), token_file_(std::move(token_file)) {}
  Result<std::string> Ask(const HttpRequest& request) const;

  ApiAddress address_;
  std::string source_;  // "--api", "HEARSAY_API" or the address file's path
  std::string token_file_;
  std::chrono::milliseconds timeout_ = kTimeout;
};

// The events of one connection, as they come.
class EventFeed {
 public:
  struct Event {
    std::string name;  // "peer_active", ..., "gap"
    std::string data;  // JSON
  };
  // Begins behind the event `after`; 0: with the oldest that the node holds; absent: with what happens from now on.
  static Result<EventFeed> Open(const NodeApi& api, std::optional<std::uint64_t> after);

  enum class Outcome { kEvent, kTimeout, kEnd };
  struct Next {
    Outcome outcome{};
    Event event;
  };
  Result<Next> Read(std::chrono::milliseconds timeout);
  // Of the last event read: where another feed goes on.
  std::uint64_t last_id() const { return last_id_; }

 private:
  EventFeed(HttpClient client, std::uint64_t after) : client_(std::move(client)), last_id_(after) {}

  HttpClient client_;
  Event event_;  // under construction
  std::uint64_t last_id_ = 0;
};

// "?state=active&attribute=K%3DV": the query of /v1/peers.
struct PeersQuery {
  std::string state;
  std::vector<std::string> attributes;  // "K=V"
  bool in_view = false;

  std::string Target() const;
};
// Empty: fine; else what is wrong with this "K=V".
std::string CheckAttribute(const std::string& text);

}  // namespace hearsay

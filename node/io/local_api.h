// SPDX-License-Identifier: MIT
//
// LocalApi: HTTP/1.1 on loopback or a unix socket, for the command line, monitoring and the application beside the
// node. docs/api.md describes what it serves. It reads; the ban list alone can be changed.
//
// Trust: whoever reaches the socket may read everything. So it listens on loopback addresses only, or on a unix socket
// of mode 0600; and on TCP the Host and Origin headers must be of this machine, which keeps web pages out (DNS
// rebinding). To change something takes the socket or the operator's token (local_api_guard.h).
// Bounds: ApiConfig. A silent or slow client costs one connection until its deadline, and no time of the loop; when all
// are taken the oldest silent one gives way, so nobody is kept out. Answers under way hold at most kMaxPendingBytes.
// One thread, the loop's. `node` and `events` outlive it. Destroying it stops it; handlers still queued do nothing.
#pragma once

#include <functional>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "node/io/api_token.h"
#include "node/io/event_log.h"
#include "node/io/node_control.h"
#include "node/io/node_view.h"
#include "node/io/settings.h"
#include "proto/error.h"

namespace asio {
class io_context;
}

namespace hearsay {

struct ApiConfig {
  ApiAddress address;
  std::string address_file{};  // where the bound address is written for the CLI, DATA_DIR/api.address; empty: nowhere
  std::string software{};      // "hearsay/0.1.0"
  std::optional<ApiToken> token{};    // lets changes in over TCP
  NodeControl* control = nullptr;     // what a change goes to; outlives the API; null: it only reads
  std::size_t max_connections = 64;
  std::size_t max_event_streams = 16;
  // From the connection, or from the end of the answer before, until the answer has left.
  std::chrono::milliseconds request_deadline = std::chrono::seconds{5};
  // A comment on an event stream where nothing happens. A stream that takes nothing for twice this long is closed.
  std::chrono::milliseconds keepalive = std::chrono::seconds{15};
};

class LocalApi {
 public:
  static constexpr std::size_t kMaxHeaderBytes = 16 * 1024;          // and of everything else MHD keeps a connection
  static constexpr std::size_t kMaxPendingBytes = 64 * 1024 * 1024;  // four whole tables of 16,384 peers, at least

  LocalApi(asio::io_context& io, const NodeView& node, EventLog& events, ApiConfig config);
  ~LocalApi();
  LocalApi(const LocalApi&) = delete;
  LocalApi& operator=(const LocalApi&) = delete;

  // Binds, listens and writes the address file. Does nothing when the settings say off.
  Result<void> Start();
  // "127.0.0.1:7076", "unix:/path", or "off".
  std::string address() const;
  // Makes /healthz answer 503 with this reason ("leaving", "the store cannot be written: ..."); empty: healthy again.
  void SetUnhealthy(std::string reason);
  // Where the bans of the settings stand, for errors.
  void SetBansSaidIn(std::string place);
  // Families in the Prometheus text format that follow the node's own on /metrics, asked for each time.
  void SetMoreMetrics(std::function<std::string()> more);
  // Ends the event streams, closes every connection, removes the socket and the address file. Not from inside a call
  // of NodeView.
  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearsay

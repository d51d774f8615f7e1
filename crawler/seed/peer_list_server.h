// SPDX-License-Identifier: MIT
//
// PeerListServer: one signed peer list over plain HTTP, for everybody: GET and HEAD of /peers.json.
//
//   200  the list, with ETag and Cache-Control        404  any other path
//   304  If-None-Match names it                       405  any other method
//   503  there is no list yet
//
// No TLS of its own: the list's signature says whose it is, whoever carries it; a web server in front may add https.
// Read-only. A request has no body: what announces one is refused (413). Bounds: kMaxConnections, kMaxOfOneNetwork of
// them of one client network (node/io/client_network.h), kMaxHeadBytes of headers, which are all there after kHead, and
// kTotal from connecting to the end, whatever goes on. When all places are taken the oldest connection gives way, first
// of those whose head is not whole: so nobody is kept out by others who hold connections open. A list is held once,
// however many are reading it, and until the last of them is done.
// One thread, the loop's; `io` outlives it.
#pragma once

#include <microhttpd.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include <asio/io_context.hpp>

#include "node/io/mhd_loop.h"
#include "proto/endpoint.h"
#include "proto/error.h"

namespace hearsay {

class PeerListServer {
 public:
  static constexpr std::size_t kMaxConnections = 256;
  static constexpr std::size_t kMaxOfOneNetwork = 16;
  static constexpr std::size_t kMaxHeadBytes = 8192;
  static constexpr std::chrono::seconds kTotal{30};
  static constexpr std::chrono::seconds kHead{5};

  struct Config {
    Endpoint listen;                    // port 0: any free one
    std::chrono::seconds max_age{60};   // how long a cache may keep a list: until there is a newer one
    std::chrono::milliseconds total = kTotal;
    std::chrono::milliseconds head = kHead;
  };

  // Answers as soon as `io` runs.
  static Result<std::unique_ptr<PeerListServer>> Open(asio::io_context& io, const Config& config);
  ~PeerListServer();
  PeerListServer(const PeerListServer&) = delete;
  PeerListServer& operator=(const PeerListServer&) = delete;

  void SetList(const std::string& body);
  const Endpoint& endpoint() const { return endpoint_; }  // with the real port
  // For metrics, by name: "http_requests", ...
  std::map<std::string, std::uint64_t> counters() const;

 private:
  using Response = std::unique_ptr<MHD_Response, decltype(&MHD_destroy_response)>;

  PeerListServer(asio::io_context& io, const Config& config) : config_(config), loop_(io) {}
  static MHD_Result OnRequest(void* self, MHD_Connection* connection, const char* url, const char* method,
                              const char* version, const char* upload, std::size_t* upload_size, void** seen);
  static void OnCompleted(void* self, MHD_Connection* connection, void** seen, MHD_RequestTerminationCode why);
  MHD_Result Answer(MHD_Connection* connection, std::string_view method, std::string_view path);
  MHD_Result Refuse(MHD_Connection* connection, unsigned status, const char* text);
  void AddCacheHeaders(MHD_Response* response) const;

  const Config config_;
  Endpoint endpoint_;
  MhdLoop loop_;
  Response list_{nullptr, &MHD_destroy_response};
  std::string etag_;  // quoted
  std::uint64_t requests_ = 0;
  std::uint64_t lists_sent_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace hearsay

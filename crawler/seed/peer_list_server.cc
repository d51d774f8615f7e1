// SPDX-License-Identifier: MIT
#include "crawler/seed/peer_list_server.h"

#include <sodium.h>
#include <unistd.h>

#include <cstring>

#include "crawler/seed/tcp_listener.h"
#include "proto/bytes.h"
#include "proto/check.h"

namespace hearsay {
namespace {

constexpr std::string_view kPath = "/peers.json";

std::string EtagOf(const std::string& body) {
  ByteArray<16> hash;
  crypto_generichash(AsUnsigned(hash.data()), hash.size(), AsUnsigned(AsBytes(body).data()), body.size(), nullptr, 0);
  return "\"" + ToHex(hash) + "\"";
}

std::string_view HeaderOf(MHD_Connection* connection, const char* name) {
  const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value == nullptr ? std::string_view() : value;
}

bool AnnouncesBody(MHD_Connection* connection) {
  const std::string_view length = HeaderOf(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
  return (!length.empty() && length != "0") || !HeaderOf(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING).empty();
}

}  // namespace

Result<std::unique_ptr<PeerListServer>> PeerListServer::Open(asio::io_context& io, const Config& config) {
  const auto listener = OpenTcpListener(config.listen, "--http");
  if (!listener) return tl::unexpected(listener.error());
  auto server = std::unique_ptr<PeerListServer>(new PeerListServer(io, config));
  server->endpoint_ = listener->local;
  const auto started = server->loop_.Start({.listen_fd = listener->fd,
                                            .max_connections = kMaxConnections,
                                            .max_of_one_network = kMaxOfOneNetwork,
                                            .oldest_gives_way = true,
                                            .memory_per_connection = kMaxHeadBytes,
                                            .request_deadline = config.total,
                                            .head_deadline = config.head,
                                            .on_request = &PeerListServer::OnRequest,
                                            .on_completed = &PeerListServer::OnCompleted,
                                            .context = server.get()});
  if (!started) {
    ::close(listener->fd);
    return tl::unexpected(started.error());
  }
  return server;
}

PeerListServer::~PeerListServer() { loop_.Stop(); }

void PeerListServer::SetList(const std::string& body) {
  etag_ = EtagOf(body);
  list_.reset(MHD_create_response_from_buffer(body.size(), const_cast<char*>(body.data()), MHD_RESPMEM_MUST_COPY));
  HEARSAY_CHECK(list_ != nullptr);
  MHD_add_response_header(list_.get(), MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
  AddCacheHeaders(list_.get());
}

void PeerListServer::AddCacheHeaders(MHD_Response* response) const {
  const std::string age = "public, max-age=" + std::to_string(config_.max_age.count());
  MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, etag_.c_str());
  MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, age.c_str());
  MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
}

MHD_Result PeerListServer::OnRequest(void* self, MHD_Connection* connection, const char* url, const char* method,
                                     const char* /*version*/, const char* /*upload*/, std::size_t* upload_size,
                                     void** seen) {
  auto& server = *static_cast<PeerListServer*>(self);
  if (*seen == nullptr) {  // the head alone is there
    *seen = self;
    server.loop_.HeadIsWhole(connection);
    if (AnnouncesBody(connection)) return server.Refuse(connection, MHD_HTTP_CONTENT_TOO_LARGE, "no body is taken\n");
    return MHD_YES;
  }
  if (*upload_size != 0) return MHD_NO;  // announced no body and sent one: close
  return server.Answer(connection, method, url);
}

void PeerListServer::OnCompleted(void* self, MHD_Connection* connection, void** /*seen*/,
                                 MHD_RequestTerminationCode /*why*/) {
  static_cast<PeerListServer*>(self)->loop_.AwaitHead(connection);
}

MHD_Result PeerListServer::Answer(MHD_Connection* connection, std::string_view method, std::string_view path) {
  if (path != kPath) return Refuse(connection, MHD_HTTP_NOT_FOUND, "there is /peers.json only\n");
  if (method != MHD_HTTP_METHOD_GET && method != MHD_HTTP_METHOD_HEAD) {
    return Refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET and HEAD only\n");
  }
  if (!list_) return Refuse(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "no list yet; ask again\n");
  ++requests_;
  const std::string_view held = HeaderOf(connection, MHD_HTTP_HEADER_IF_NONE_MATCH);
  if (held == "*" || held.find(etag_) != std::string_view::npos) {
    const Response same(MHD_create_response_from_buffer(0, nullptr, MHD_RESPMEM_PERSISTENT), &MHD_destroy_response);
    if (!same) return MHD_NO;
    AddCacheHeaders(same.get());
    return MHD_queue_response(connection, MHD_HTTP_NOT_MODIFIED, same.get());
  }
  ++lists_sent_;
  return MHD_queue_response(connection, MHD_HTTP_OK, list_.get());
}

MHD_Result PeerListServer::Refuse(MHD_Connection* connection, unsigned status, const char* text) {
  ++requests_;
  ++refused_;
  const Response response(
      MHD_create_response_from_buffer(std::strlen(text), const_cast<char*>(text), MHD_RESPMEM_PERSISTENT),
      &MHD_destroy_response);
  if (!response) return MHD_NO;
  MHD_add_response_header(response.get(), MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; charset=utf-8");
  if (status == MHD_HTTP_METHOD_NOT_ALLOWED) {
    MHD_add_response_header(response.get(), MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
  }
  if (status == MHD_HTTP_SERVICE_UNAVAILABLE) {
    MHD_add_response_header(response.get(), MHD_HTTP_HEADER_RETRY_AFTER, "10");
  }
  // What was refused may be followed by a body that nobody reads.
  MHD_add_response_header(response.get(), MHD_HTTP_HEADER_CONNECTION, "close");
  return MHD_queue_response(connection, status, response.get());
}

std::map<std::string, std::uint64_t> PeerListServer::counters() const {
  return {{"http_requests", requests_},
          {"http_lists_sent", lists_sent_},
          {"http_refused", refused_},
          {"http_evicted", loop_.evicted()},
          {"http_timeouts", loop_.timeouts()}};
}

}  // namespace hearsay

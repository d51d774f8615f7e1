// SPDX-License-Identifier: MIT
//
// The glue: libmicrohttpd's callbacks on one side, ApiRoutes and EventCursor on the other.
#include "node/io/local_api.h"

#include <unistd.h>

#include <algorithm>
#include <list>
#include <string_view>
#include <utility>

#include "node/io/local_api_address.h"
#include "node/io/local_api_events.h"
#include "node/io/local_api_guard.h"
#include "node/io/local_api_listener.h"
#include "node/io/local_api_routes.h"
#include "node/io/mhd_loop.h"
#include "proto/check.h"

namespace hearsay {
namespace {

constexpr std::size_t kStreamBlockBytes = 4096;  // asked for by MHD at a time
constexpr std::size_t kStreamReadBytes = 16 * 1024;

// What libmicrohttpd has of a request's headers and parameters, gathered in one pass each.
struct Head {
  RequestHead judged;
  std::string last_event_id;
};

bool IsHeader(std::string_view name, std::string_view wanted) {
  return name.size() == wanted.size() && std::equal(name.begin(), name.end(), wanted.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
         });
}

MHD_Result OnHeader(void* out, MHD_ValueKind, const char* key, std::size_t key_size, const char* value,
                    std::size_t value_size) {
  auto& head = *static_cast<Head*>(out);
  const std::string_view name(key, key_size);
  const std::string text = value == nullptr ? std::string() : std::string(value, value_size);
  if (IsHeader(name, "host")) {
    ++head.judged.hosts;
    head.judged.host = text;
  } else if (IsHeader(name, "origin")) {
    head.judged.origin = text;
  } else if (IsHeader(name, "content-length")) {
    ++head.judged.lengths;
    head.judged.content_length = text;
  } else if (IsHeader(name, "transfer-encoding")) {
    head.judged.transfer_encoding = true;
  } else if (IsHeader(name, "authorization")) {
    head.judged.authorization = text;
  } else if (IsHeader(name, "last-event-id")) {
    head.last_event_id = text;
  }
  return MHD_YES;
}

MHD_Result OnParameter(void* out, MHD_ValueKind, const char* key, std::size_t key_size, const char* value,
                       std::size_t value_size) {
  auto& query = *static_cast<std::vector<std::pair<std::string, std::string>>*>(out);
  query.emplace_back(std::string(key, key_size), value == nullptr ? std::string() : std::string(value, value_size));
  return MHD_YES;
}

// Queues and lets go; the connection holds it until it has left.
MHD_Result Queue(MHD_Connection* connection, unsigned status, MHD_Response* response) {
  const MHD_Result queued = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return queued;
}

}  // namespace

class LocalApi::Impl {
 public:
  Impl(asio::io_context& io, const NodeView& node, EventLog& events, ApiConfig config)
      : config_(std::move(config)), events_(events), routes_(node, events, config_.control), loop_(io), timer_(io) {
    routes_.identity = {.address = "off", .software = config_.software};
  }
  ~Impl() { Stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> Start();
  void Stop();
  const std::string& address() const { return routes_.identity.address; }
  void SetUnhealthy(std::string reason) { routes_.unhealthy = std::move(reason); }
  void SetBansSaidIn(std::string place) { routes_.bans_said_in = std::move(place); }
  void SetMoreMetrics(std::function<std::string()> more) { routes_.more_metrics = std::move(more); }

 private:
  // An event stream under way. Owned by its MHD response, which frees it; listed in streams_ meanwhile.
  struct Stream {
    Impl* api = nullptr;
    MHD_Connection* connection = nullptr;
    EventCursor cursor;
    std::string pending{};  // rendered, not all taken yet
    std::size_t taken = 0;
    bool suspended = false;
    bool closing = false;        // shut down; MHD has not noticed yet
    bool took_something = true;  // since the last keepalive
    std::list<Stream*>::iterator place{};
  };
  struct Body {
    Impl* api = nullptr;
    std::string text;
  };

  static MHD_Result OnRequest(void* self, MHD_Connection* connection, const char* url, const char* method,
                              const char* version, const char* upload, std::size_t* upload_size, void** seen);
  static void OnCompleted(void* self, MHD_Connection* connection, void** seen, MHD_RequestTerminationCode code);
  static ssize_t OnStreamRead(void* stream, std::uint64_t position, char* out, std::size_t max);
  static void OnStreamFree(void* stream);

  ApiTransport transport() const { return config_.address.endpoint ? ApiTransport::kTcp : ApiTransport::kUnix; }
  std::optional<Refusal> Judge(MHD_Connection* connection) const;
  MHD_Result Answer(MHD_Connection* connection, const char* method, const char* url);
  MHD_Result Send(MHD_Connection* connection, ApiAnswer answer);
  MHD_Result Refuse(MHD_Connection* connection, const Refusal& refusal);
  MHD_Result OpenStream(MHD_Connection* connection, const OpenEventStream& wanted, std::string_view method);
  void AddHeaders(MHD_Response* response, const char* content_type) const;
  ssize_t ReadStream(Stream& stream, char* out, std::size_t max);
  void Wake(Stream& stream);
  void Close(Stream& stream);
  std::size_t CountLiveStreams();
  void WakeStreams();
  void KeepStreamsAlive();
  void ArmKeepalive();
  ApiCounters Counters() const;

  const ApiConfig config_;
  EventLog& events_;
  EventLog::Subscription subscription_ = 0;
  ApiRoutes routes_;
  ApiListener listener_;
  MhdLoop loop_;
  asio::steady_timer timer_;  // runs while there are streams
  std::list<Stream*> streams_;
  bool timer_armed_ = false;
  bool ending_ = false;            // streams end at their next read
  std::size_t pending_bytes_ = 0;  // of bodies not sent yet
  std::uint64_t requests_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t evicted_streams_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

Result<void> LocalApi::Impl::Start() {
  HEARSAY_CHECK(!loop_.running());
  if (config_.address.off) {
    // What a killed run left there would send commands to nobody.
    if (!config_.address_file.empty()) ::unlink(config_.address_file.c_str());
    return {};
  }
  if (auto opened = listener_.Open(config_.address); !opened) return opened;
  const int fd = listener_.Release();
  auto started = loop_.Start({.listen_fd = fd,
                              .max_connections = config_.max_connections,
                              .oldest_gives_way = true,
                              .memory_per_connection = kMaxHeaderBytes,
                              .request_deadline = config_.request_deadline,
                              .on_request = &Impl::OnRequest,
                              .on_completed = &Impl::OnCompleted,
                              .context = this});
  if (!started) {
    ::close(fd);
    listener_.Close();
    return started;
  }
  routes_.identity.address = listener_.address();
  subscription_ = events_.Subscribe([this](const EventLog::Entry&) { WakeStreams(); });
  if (config_.address_file.empty()) return {};
  auto written = WriteApiAddressFile(config_.address_file, address());
  if (!written) Stop();
  return written;
}

void LocalApi::Impl::Stop() {
  if (!loop_.running()) return;
  alive_ = std::make_shared<int>(0);
  timer_.cancel();
  timer_armed_ = false;
  events_.Unsubscribe(subscription_);
  if (!config_.address_file.empty()) RemoveApiAddressFile(config_.address_file, address());
  // Streams get their proper end, as far as their sockets take it at once; none may be suspended when MHD stops.
  ending_ = true;
  for (Stream* stream : streams_) Wake(*stream);
  for (int i = 0; i < 3 && !streams_.empty(); ++i) loop_.Run();
  loop_.Stop();
  ending_ = false;
  listener_.Close();
  routes_.identity.address = "off";
}

ApiCounters LocalApi::Impl::Counters() const {
  return {.requests = requests_,
          .refused = refused_,
          .timeouts = loop_.timeouts(),
          .evicted = loop_.evicted() + evicted_streams_,
          .connections = loop_.connections(),
          .event_streams = streams_.size()};
}

// Called once with the headers and, when let in, once more when the request is complete.
MHD_Result LocalApi::Impl::OnRequest(void* self, MHD_Connection* connection, const char* url, const char* method,
                                     const char* /*version*/, const char* /*upload*/, std::size_t* upload_size,
                                     void** seen) {
  auto& api = *static_cast<Impl*>(self);
  if (*seen == nullptr) {
    *seen = self;
    api.loop_.HeadIsWhole(connection);
    const std::optional<Refusal> refusal = api.Judge(connection);
    return refusal ? api.Refuse(connection, *refusal) : MHD_YES;
  }
  if (*upload_size != 0) return MHD_NO;  // announced no body and sent one: close
  return api.Answer(connection, method, url);
}

void LocalApi::Impl::OnCompleted(void* self, MHD_Connection* connection, void** /*seen*/, MHD_RequestTerminationCode) {
  static_cast<Impl*>(self)->loop_.RestartDeadline(connection);
}

std::optional<Refusal> LocalApi::Impl::Judge(MHD_Connection* connection) const {
  Head head;
  MHD_get_connection_values_n(connection, MHD_HEADER_KIND, &OnHeader, &head);
  return JudgeHead(head.judged);
}

MHD_Result LocalApi::Impl::Answer(MHD_Connection* connection, const char* method, const char* url) {
  ApiRequest request{.method = method, .path = url, .query = {}, .last_event_id = {}, .no_change = {}};
  Head head;
  MHD_get_connection_values_n(connection, MHD_HEADER_KIND, &OnHeader, &head);
  request.last_event_id = std::move(head.last_event_id);
  request.no_change = JudgeChange(head.judged, transport(), config_.token ? &*config_.token : nullptr);
  MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, &OnParameter, &request.query);
  ApiRoutes::Reply reply = routes_.Handle(request, Counters());
  if (reply.stream) return OpenStream(connection, *reply.stream, method);
  return Send(connection, std::move(reply.answer));
}

void LocalApi::Impl::AddHeaders(MHD_Response* response, const char* content_type) const {
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
  MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
}

MHD_Result LocalApi::Impl::Send(MHD_Connection* connection, ApiAnswer answer) {
  if (pending_bytes_ + answer.body.size() > kMaxPendingBytes) {
    answer = ApiRoutes::ErrorAnswer(503, "too many answers are under way; ask again");
  }
  ++requests_;
  if (answer.status >= 400) ++refused_;
  auto body = std::make_unique<Body>(Body{this, std::move(answer.body)});
  if (body->text.empty() || body->text.back() != '\n') body->text += '\n';  // for people with curl
  const auto release = [](void* p) {
    const std::unique_ptr<Body> owned(static_cast<Body*>(p));
    owned->api->pending_bytes_ -= owned->text.size();
  };
  MHD_Response* response =
      MHD_create_response_from_buffer_with_free_callback_cls(body->text.size(), body->text.data(), release, body.get());
  if (response == nullptr) return MHD_NO;
  pending_bytes_ += body.release()->text.size();
  AddHeaders(response, answer.content_type);
  if (answer.policy != nullptr) MHD_add_response_header(response, "Content-Security-Policy", answer.policy);
  if (answer.status == 405) MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, answer.allow);
  if (answer.status == 401) MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
  if (answer.status == 503) MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
  // What is refused at the door may be followed by a body that nobody reads.
  if (answer.status == 400 || answer.status == 403 || answer.status == 413) {
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
  }
  return Queue(connection, answer.status, response);
}

MHD_Result LocalApi::Impl::Refuse(MHD_Connection* connection, const Refusal& refusal) {
  return Send(connection, ApiRoutes::ErrorAnswer(refusal.status, refusal.text));
}

MHD_Result LocalApi::Impl::OpenStream(MHD_Connection* connection, const OpenEventStream& wanted,
                                      std::string_view method) {
  if (method == "HEAD") return Send(connection, {.status = 200, .content_type = "text/event-stream", .body = {}});
  if (CountLiveStreams() >= config_.max_event_streams) {
    return Send(connection, ApiRoutes::ErrorAnswer(503, "too many event streams are open; close one and ask again"));
  }
  ++requests_;
  auto stream =
      std::make_unique<Stream>(Stream{.api = this, .connection = connection, .cursor = {events_, wanted.after}});
  MHD_Response* response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kStreamBlockBytes, &Impl::OnStreamRead,
                                                             stream.get(), &Impl::OnStreamFree);
  if (response == nullptr) return MHD_NO;
  stream->place = streams_.insert(streams_.end(), stream.get());
  stream.release();  // OnStreamFree's now
  AddHeaders(response, "text/event-stream");
  loop_.LiftDeadline(connection);
  ArmKeepalive();
  return Queue(connection, MHD_HTTP_OK, response);
}

ssize_t LocalApi::Impl::OnStreamRead(void* stream, std::uint64_t /*position*/, char* out, std::size_t max) {
  auto& s = *static_cast<Stream*>(stream);
  return s.api->ReadStream(s, out, max);
}

void LocalApi::Impl::OnStreamFree(void* stream) {
  const std::unique_ptr<Stream> owned(static_cast<Stream*>(stream));
  owned->api->streams_.erase(owned->place);
}

ssize_t LocalApi::Impl::ReadStream(Stream& stream, char* out, std::size_t max) {
  if (stream.closing) return MHD_CONTENT_READER_END_WITH_ERROR;
  stream.took_something = true;
  if (stream.taken == stream.pending.size()) {
    // A reader that fell behind is let go between two events; it comes back with its last id and is told of the gap.
    if (ending_ || stream.cursor.FellBehind()) return MHD_CONTENT_READER_END_OF_STREAM;
    stream.pending = stream.cursor.Read(kStreamReadBytes);
    stream.taken = 0;
    if (stream.pending.empty()) {
      stream.suspended = true;
      MHD_suspend_connection(stream.connection);
      return 0;
    }
  }
  const std::size_t size = stream.pending.copy(out, max, stream.taken);
  stream.taken += size;
  return static_cast<ssize_t>(size);
}

void LocalApi::Impl::Wake(Stream& stream) {
  if (!stream.suspended) return;
  stream.suspended = false;
  MHD_resume_connection(stream.connection);
  loop_.Kick();
}

// A reader that does not read is not suspended: its socket is full. What it has not taken may fall off the log.
void LocalApi::Impl::WakeStreams() {
  for (Stream* stream : streams_) {
    if (stream->suspended) {
      Wake(*stream);
    } else if (stream->cursor.FellBehind()) {
      Close(*stream);
    }
  }
}

void LocalApi::Impl::Close(Stream& stream) {
  stream.closing = true;
  loop_.Close(stream.connection);
  Wake(stream);
}

// MHD watches suspended connections for nothing, not even for their end: whoever left is found out here, when somebody
// else wants the place, or at the next keepalive.
std::size_t LocalApi::Impl::CountLiveStreams() {
  if (streams_.size() >= config_.max_event_streams) {
    for (Stream* stream : streams_) {
      if (stream->suspended && loop_.IsGone(stream->connection)) Close(*stream);
    }
  }
  return static_cast<std::size_t>(
      std::count_if(streams_.begin(), streams_.end(), [](const Stream* stream) { return !stream->closing; }));
}

void LocalApi::Impl::ArmKeepalive() {
  if (timer_armed_ || streams_.empty()) return;
  timer_armed_ = true;
  timer_.expires_after(config_.keepalive);
  timer_.async_wait([this, alive = std::weak_ptr<int>(alive_)](const asio::error_code& error) {
    if (error || alive.expired()) return;
    timer_armed_ = false;
    KeepStreamsAlive();
    ArmKeepalive();
  });
}

void LocalApi::Impl::KeepStreamsAlive() {
  for (Stream* stream : streams_) {
    if (stream->suspended) {
      stream->pending = EventCursor::kKeepalive;
      stream->taken = 0;
      Wake(*stream);
    } else if (!stream->took_something) {
      Close(*stream);  // its socket has been full since the last time
    }
    stream->took_something = false;
  }
  if (!streams_.empty() && loop_.KeepsOut()) {
    ++evicted_streams_;
    Close(*streams_.front());
  }
}

LocalApi::LocalApi(asio::io_context& io, const NodeView& node, EventLog& events, ApiConfig config)
    : impl_(std::make_unique<Impl>(io, node, events, std::move(config))) {}
LocalApi::~LocalApi() = default;
Result<void> LocalApi::Start() { return impl_->Start(); }
std::string LocalApi::address() const { return impl_->address(); }
void LocalApi::SetBansSaidIn(std::string place) { impl_->SetBansSaidIn(std::move(place)); }
void LocalApi::SetMoreMetrics(std::function<std::string()> more) { impl_->SetMoreMetrics(std::move(more)); }
void LocalApi::SetUnhealthy(std::string reason) { impl_->SetUnhealthy(std::move(reason)); }
void LocalApi::Stop() { impl_->Stop(); }

}  // namespace hearsay

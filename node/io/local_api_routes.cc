// SPDX-License-Identifier: MIT
#include "node/io/local_api_routes.h"

#include <algorithm>
#include <charconv>

#include "node/io/local_api_events.h"
#include "node/io/local_api_page.h"

namespace hearsay {
namespace {

constexpr std::string_view kPeerPrefix = "/v1/peers/";

ApiAnswer JsonAnswer(std::string body, unsigned status = 200) {
  return {.status = status, .content_type = "application/json", .body = std::move(body)};
}

// The page and its parts; nullopt: another path.
std::optional<ApiAnswer> PageAnswer(std::string_view path) {
  const auto answer = [](const char* type, std::string_view text) {
    return ApiAnswer{.status = 200, .content_type = type, .body = std::string(text), .policy = kApiPagePolicy};
  };
  if (path == "/") return answer("text/html; charset=utf-8", kApiPage);
  if (path == "/page.css") return answer("text/css; charset=utf-8", kApiPageStyle);
  if (path == "/page.js") return answer("text/javascript; charset=utf-8", kApiPageScript);
  return std::nullopt;
}

bool IsKnown(std::string_view path) {
  constexpr std::string_view kPaths[] = {"/",       "/page.css",  "/page.js",  "/healthz",  "/readyz",
                                         "/metrics", "/v1/status", "/v1/peers", "/v1/events"};
  return std::find(std::begin(kPaths), std::end(kPaths), path) != std::end(kPaths) || path.starts_with(kPeerPrefix);
}

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::optional<std::uint64_t> ParseNumber(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<bool> ParseBool(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

// The empty text: fine. Else what is wrong with this parameter.
std::string AddToFilter(const std::string& key, const std::string& value, PeerFilter& filter) {
  if (key == "attribute") {
    const std::size_t equals = value.find('=');
    if (equals == std::string::npos || equals == 0) return "attribute " + Quoted(value) + ": give KEY=VALUE";
    filter.attributes.emplace_back(value.substr(0, equals), value.substr(equals + 1));
  } else if (key == "state") {
    filter.state = ParsePeerState(value);
    if (!filter.state) return "state " + Quoted(value) + ": give one of " + PeerStateNames();
  } else if (key == "in_view") {
    filter.in_view = ParseBool(value);
    if (!filter.in_view) return "in_view " + Quoted(value) + ": give true or false";
  } else {
    return "unknown parameter " + Quoted(key) + ": give attribute, state or in_view";
  }
  return "";
}

}  // namespace

ApiAnswer ApiRoutes::ErrorAnswer(unsigned status, std::string_view text) { return JsonAnswer(ErrorJson(text), status); }

ApiRoutes::Reply ApiRoutes::Handle(const ApiRequest& request, const ApiCounters& counters) const {
  const std::string& path = request.path;
  if (IsBanPath(path)) return {Bans(request), {}};
  if (!IsKnown(path)) return {ErrorAnswer(404, "nothing at " + Quoted(path)), {}};
  if (request.method != "GET" && request.method != "HEAD") {
    return {ErrorAnswer(405, "method " + Quoted(request.method) + ": only GET and HEAD"), {}};
  }
  if (auto page = PageAnswer(path)) return {std::move(*page), {}};
  if (path == "/healthz") return {Health(), {}};
  if (path == "/readyz") return {Ready(), {}};
  if (path == "/v1/status") return {JsonAnswer(StatusJson(node_, identity)), {}};
  if (path == "/v1/peers") return {Peers(request), {}};
  if (path == "/v1/events") return Events(request);
  if (IsExplainPath(path)) return {Explain(request), {}};
  if (path == "/metrics") {
    return {{.status = 200,
             .content_type = "text/plain; version=0.0.4; charset=utf-8",
             .body = MetricsText(node_, counters, identity.software) + (more_metrics ? more_metrics() : "")},
            {}};
  }
  return {Peer(std::string_view(path).substr(kPeerPrefix.size())), {}};
}

ApiAnswer ApiRoutes::Health() const { return JsonAnswer(HealthJson(node_, unhealthy), unhealthy.empty() ? 200 : 503); }

// A live channel is the proof that counts: what the table remembers may have gone since.
ApiAnswer ApiRoutes::Ready() const {
  if (!node_.HasBootstrap() || node_.Status().view > 0) return JsonAnswer(R"({"status":"ready"})");
  return JsonAnswer(R"({"status":"not ready","reason":"no peer has been verified yet"})", 503);
}

ApiAnswer ApiRoutes::Peers(const ApiRequest& request) const {
  PeerFilter filter;
  for (const auto& [key, value] : request.query) {
    if (const std::string wrong = AddToFilter(key, value, filter); !wrong.empty()) return ErrorAnswer(400, wrong);
  }
  return JsonAnswer(PeersJson(node_.Peers(), filter));
}

ApiAnswer ApiRoutes::Peer(std::string_view text) const {
  const std::optional<NodeId> id = NodeId::Parse(text);
  if (!id) return ErrorAnswer(400, "node id " + Quoted(text) + ": give 64 hex digits");
  const std::optional<PeerInfo> found = node_.FindPeer(*id);
  if (!found) return ErrorAnswer(404, "no peer " + id->ToString());
  return JsonAnswer(PeerJson(*found));
}

// The header wins: a browser's EventSource repeats its first URL and says in the header how far it came.
ApiRoutes::Reply ApiRoutes::Events(const ApiRequest& request) const {
  OpenEventStream stream;
  std::optional<bool> follow = true;
  for (const auto& [key, value] : request.query) {
    if (key == "after") {
      stream.after = ParseNumber(value);
      if (!stream.after) return {ErrorAnswer(400, "after " + Quoted(value) + ": give an event's id, or 0"), {}};
    } else if (key == "follow") {
      follow = ParseBool(value);
      if (!follow) return {ErrorAnswer(400, "follow " + Quoted(value) + ": give true or false"), {}};
    } else {
      return {ErrorAnswer(400, "unknown parameter " + Quoted(key) + ": give after or follow"), {}};
    }
  }
  if (!request.last_event_id.empty()) {
    stream.after = ParseNumber(request.last_event_id);
    if (!stream.after)
      return {ErrorAnswer(400, "Last-Event-ID " + Quoted(request.last_event_id) + ": no event's id"), {}};
  }
  if (!*follow) return {JsonAnswer(EventsJson(events_, stream.after)), {}};
  return {{}, stream};
}

}  // namespace hearsay

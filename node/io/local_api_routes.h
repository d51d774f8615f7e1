// SPDX-License-Identifier: MIT
//
// ApiRoutes: which path answers what. Knows nothing of sockets or libmicrohttpd: a request in, an answer out.
//
// Unknown query parameters are errors, so that a misspelt filter never shows everything.
#pragma once

#include <functional>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "node/io/event_log.h"
#include "node/io/json_views.h"
#include "node/io/local_api_guard.h"
#include "node/io/metrics.h"
#include "node/io/node_control.h"
#include "node/io/node_view.h"

namespace hearsay {

struct ApiRequest {
  std::string method;
  std::string path;                                        // decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
  std::string last_event_id;                               // header; empty: none
  std::optional<Refusal> no_change;                        // why this request may change nothing; absent: it may
};

struct ApiAnswer {
  unsigned status = 200;
  const char* content_type = "application/json";
  std::string body;
  const char* allow = "GET, HEAD";  // with 405: what would do
  const char* policy = nullptr;     // of a page (Content-Security-Policy)
};

// Instead of an answer: a stream of events that starts after this id (absent: now).
struct OpenEventStream {
  std::optional<std::uint64_t> after;
};

class ApiRoutes {
 public:
  // Without `control` nothing can be changed.
  ApiRoutes(const NodeView& node, const EventLog& events, NodeControl* control)
      : node_(node), events_(events), control_(control) {}

  struct Reply {
    ApiAnswer answer;
    std::optional<OpenEventStream> stream;  // when set, `answer` says nothing
  };
  Reply Handle(const ApiRequest& request, const ApiCounters& counters) const;

  ApiIdentity identity;   // as the status shows it
  std::string unhealthy;  // empty: healthy
  std::function<std::string()> more_metrics;  // what follows the node's own; may be empty
  std::string bans_said_in;  // where the bans of the settings stand, for those who want one lifted

  static ApiAnswer ErrorAnswer(unsigned status, std::string_view text);

 private:
  ApiAnswer Health() const;
  ApiAnswer Ready() const;
  ApiAnswer Peers(const ApiRequest& request) const;
  ApiAnswer Peer(std::string_view id) const;
  // local_api_meant.cc: the node whose id this is, whole or its first digits, of all that are known or banned.
  tl::expected<NodeId, ApiAnswer> MeantNode(std::string_view text) const;
  // local_api_explain.cc
  static bool IsExplainPath(std::string_view path);
  ApiAnswer Explain(const ApiRequest& request) const;
  Reply Events(const ApiRequest& request) const;
  // local_api_bans.cc
  tl::expected<BanSubject, ApiAnswer> SubjectOf(const std::string& text) const;
  static bool IsBanPath(std::string_view path);
  ApiAnswer Bans(const ApiRequest& request) const;
  ApiAnswer AddBan(const ApiRequest& request) const;
  ApiAnswer LiftBan(const ApiRequest& request) const;
  std::string SettingsBan(const BanSubject& subject) const;
  std::string BanWarning(const BanSubject& subject) const;
  ApiAnswer BanRefused(const BanSubject& subject, BanRefusal why) const;

  const NodeView& node_;
  const EventLog& events_;
  NodeControl* const control_;
};

}  // namespace hearsay

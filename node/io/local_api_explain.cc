// SPDX-License-Identifier: MIT
//
// The route that explains one peer, which may be named by the first digits of its id.
#include "node/io/local_api_routes.h"
#include "proto/rfc3339.h"

namespace hearsay {
namespace {

constexpr std::string_view kBefore = "/v1/peers/";
constexpr std::string_view kBehind = "/explain";

ApiAnswer Refuse(unsigned status, const std::string& text) { return ApiRoutes::ErrorAnswer(status, text); }

std::string BanText(const BanEntry& ban, const std::string& said_in) {
  const bool by_settings = ban.source == BanSource::kSettings;
  return BanSubjectText(ban.subject) + " is banned by " + (by_settings ? "the settings, in " + said_in : "command") +
         (ban.expires == kNever ? ", for good" : ", until " + FormatRfc3339(ban.expires)) +
         (ban.reason.empty() ? "" : " (" + ban.reason + ")") + ", so nothing else is kept of it; " +
         (by_settings ? "take it out of `bans` there" : "`hearsay unban` lifts it");
}

}  // namespace

bool ApiRoutes::IsExplainPath(std::string_view path) {
  return path.size() >= kBefore.size() + kBehind.size() && path.starts_with(kBefore) && path.ends_with(kBehind);
}

ApiAnswer ApiRoutes::Explain(const ApiRequest& request) const {
  if (!request.query.empty()) return Refuse(400, "unknown parameter '" + request.query.front().first + "'");
  std::string text = request.path.substr(kBefore.size());
  text.resize(text.size() - kBehind.size());
  const auto meant = MeantNode(text);
  if (!meant) return meant.error();
  const NodeId& id = *meant;
  if (const auto why = node_.Explain(id)) {
    return {.status = 200, .content_type = "application/json", .body = ExplanationJson(*why)};
  }
  for (const BanEntry& ban : node_.Bans()) {
    if (ban.subject == BanSubject(id)) return Refuse(404, BanText(ban, bans_said_in));
  }
  return Refuse(404, id.ToString() + " is this node itself; `hearsay status` shows it");
}

}  // namespace hearsay

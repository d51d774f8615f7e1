// SPDX-License-Identifier: MIT
//
// The routes of the ban list: the one thing that the local API changes.
//
// What a ban is comes as parameters, not as a body, so that the door's rule "no request has a body" holds for all.
#include <charconv>

#include "node/io/local_api_routes.h"
#include "node/io/node_id_prefix.h"
#include "proto/rfc3339.h"

namespace hearsay {
namespace {

constexpr std::string_view kList = "/v1/bans";
constexpr std::string_view kOne = "/v1/bans/";
constexpr auto kMaxSeconds = static_cast<std::uint64_t>(kMaxBanTime.count());

ApiAnswer Refuse(unsigned status, const std::string& text) { return ApiRoutes::ErrorAnswer(status, text); }

// The empty text: fine. Else what is wrong with this parameter.
std::string AddToBan(const std::string& key, const std::string& value, Time now, BanEntry& ban) {
  if (key == "reason") {
    const std::string wrong = CheckBanReason(value);
    ban.reason = value;
    return wrong.empty() ? "" : "reason '" + value + "' " + wrong;
  }
  if (key == "seconds") {
    std::uint64_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (error != std::errc{} || end != value.data() + value.size() || seconds == 0 || seconds > kMaxSeconds) {
      return "seconds '" + value + "': give 1 to " + std::to_string(kMaxSeconds) + ", or leave it out: for good";
    }
    ban.expires = now + std::chrono::seconds{seconds};
    return "";
  }
  return "unknown parameter '" + key + "': give subject, seconds or reason";
}

}  // namespace

bool ApiRoutes::IsBanPath(std::string_view path) { return path == kList || path.starts_with(kOne); }

ApiAnswer ApiRoutes::Bans(const ApiRequest& request) const {
  const bool list = request.path == kList;
  if (list && (request.method == "GET" || request.method == "HEAD")) {
    if (!request.query.empty()) return Refuse(400, "unknown parameter '" + request.query.front().first + "'");
    return {.status = 200, .content_type = "application/json", .body = BansJson(node_.Bans())};
  }
  if (request.method != (list ? "POST" : "DELETE")) {
    ApiAnswer answer = Refuse(405, "method '" + request.method + "': only " + (list ? "GET, HEAD and POST" : "DELETE"));
    answer.allow = list ? "GET, HEAD, POST" : "DELETE";
    return answer;
  }
  if (request.no_change) return Refuse(request.no_change->status, request.no_change->text);
  if (control_ == nullptr) return Refuse(403, "this API only reads");
  return list ? AddBan(request) : LiftBan(request);
}

// A node that nobody here knows is banned by its whole id only.
tl::expected<BanSubject, ApiAnswer> ApiRoutes::SubjectOf(const std::string& text) const {
  const auto subject = ParseBanSubject(text);
  if (subject) return *subject;
  if (!NodeIdPrefix::Parse(text)) return tl::unexpected(Refuse(400, "subject '" + text + "' " + subject.error()));
  return MeantNode(text).map([](const NodeId& id) -> BanSubject { return id; });
}

ApiAnswer ApiRoutes::AddBan(const ApiRequest& request) const {
  BanEntry ban{.subject = {}, .reason = {}, .created = node_.Now()};
  bool has_subject = false;
  for (const auto& [key, value] : request.query) {
    if (key == "subject" && !has_subject) {
      const auto subject = SubjectOf(value);
      if (!subject) return subject.error();
      ban.subject = *subject;
      has_subject = true;
    } else if (key == "subject") {
      return Refuse(400, "subject '" + value + "' is one too many: one ban a request");
    } else if (const std::string wrong = AddToBan(key, value, ban.created, ban); !wrong.empty()) {
      return Refuse(400, wrong);
    }
  }
  if (!has_subject) return Refuse(400, "no subject: give ?subject=NODEID, an address or a prefix");
  if (const auto done = control_->Ban(ban); !done) return BanRefused(ban.subject, done.error());
  return {.status = 200, .content_type = "application/json", .body = BanJson(ban, BanWarning(ban.subject))};
}

ApiAnswer ApiRoutes::LiftBan(const ApiRequest& request) const {
  if (!request.query.empty()) return Refuse(400, "unknown parameter '" + request.query.front().first + "'");
  const auto subject = SubjectOf(request.path.substr(kOne.size()));
  if (!subject) return subject.error();
  if (const auto done = control_->Unban(*subject); !done) return BanRefused(*subject, done.error());
  return {.status = 200, .content_type = "application/json", .body = UnbannedJson(*subject, SettingsBan(*subject))};
}

// What the settings say of this very subject; empty: nothing.
std::string ApiRoutes::SettingsBan(const BanSubject& subject) const {
  for (const BanEntry& ban : node_.Bans()) {
    if (ban.subject != subject || ban.source != BanSource::kSettings) continue;
    return "the settings, in " + bans_said_in + ", ban it " +
           (ban.expires == kNever ? "for good" : "until " + FormatRfc3339(ban.expires)) +
           "; that goes when it is taken out of `bans` there";
  }
  return {};
}

std::string ApiRoutes::BanWarning(const BanSubject& subject) const {
  std::string out = SettingsBan(subject);
  if (!unhealthy.empty()) out += (out.empty() ? "" : "; ") + unhealthy + ": so this ban holds until the node stops";
  return out;
}

ApiAnswer ApiRoutes::BanRefused(const BanSubject& subject, BanRefusal why) const {
  const std::string text = BanSubjectText(subject);
  switch (why) {
    case BanRefusal::kFull:
      return Refuse(409, text + " is not banned: the list is full with " + std::to_string(kMaxBans) +
                             " bans; lift some, or ban a prefix that holds several");
    case BanRefusal::kSelf: return Refuse(409, text + " is this node itself, which is not banned");
    case BanRefusal::kOver: return Refuse(409, text + " is not banned: the ban would be over already");
    case BanRefusal::kSettings:
      return Refuse(409, text + " is banned by the settings, in " + bans_said_in +
                             "; take it out of `bans` there and send the node SIGHUP, or restart it");
    case BanRefusal::kUnknown: return Refuse(404, text + " is not banned; `hearsay bans` lists who is");
  }
  return Refuse(500, "unknown refusal");
}

}  // namespace hearsay

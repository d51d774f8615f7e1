// SPDX-License-Identifier: MIT
// Requests to the local API, as libmicrohttpd hands them on: whatever is asked gets a bounded answer of the few kinds
// that there are, and what may change nothing changes nothing. First byte: 0 by TCP without a token, 1 with one, 2 by
// the unix socket (modulo 3). Then lines: "METHOD PATH", "?KEY=VALUE" for each parameter, "HEADER: VALUE" for the rest.
#include <nlohmann/json.hpp>
#include <strings.h>

#include <algorithm>
#include <set>

#include "node/io/local_api_routes.h"
#include "node/io/settings.h"
#include "proto/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/io/fake_node_view.h"

namespace hearsay {
namespace {

constexpr std::string_view kToken = "0123456789abcdef";
constexpr std::size_t kMaxRequestBytes = 16 * 1024;  // as the API lets in

// Keeps what it is told, as a node would.
struct Bans final : NodeControl {
  explicit Bans(FakeNodeView& its_node) : node(its_node) {}
  std::vector<BanEntry>::iterator Find(const BanSubject& subject) {
    return std::find_if(node.bans.begin(), node.bans.end(), [&](const BanEntry& b) { return b.subject == subject; });
  }
  tl::expected<void, BanRefusal> Ban(const BanEntry& ban) override {
    ++calls;
    HEARSAY_CHECK(CheckBanReason(ban.reason).empty() && ban.source == BanSource::kCommand && ban.expires > node.now);
    if (ban.subject == BanSubject(node.status.id)) return tl::unexpected(BanRefusal::kSelf);
    if (Find(ban.subject) == node.bans.end()) node.bans.push_back(ban);
    return {};
  }
  tl::expected<void, BanRefusal> Unban(const BanSubject& subject) override {
    ++calls;
    const auto found = Find(subject);
    if (found == node.bans.end()) return tl::unexpected(BanRefusal::kUnknown);
    node.bans.erase(found);
    return {};
  }
  FakeNodeView& node;
  int calls = 0;
};

struct Asked {
  ApiRequest request;
  RequestHead head;
};

void TakeHeader(std::string_view name, std::string value, Asked& asked) {
  if (name == "Host") {
    ++asked.head.hosts;
    asked.head.host = std::move(value);
  } else if (name == "Origin") {
    asked.head.origin = std::move(value);
  } else if (name == "Content-Length") {
    ++asked.head.lengths;
    asked.head.content_length = std::move(value);
  } else if (name == "Transfer-Encoding") {
    asked.head.transfer_encoding = true;
  } else if (name == "Authorization") {
    asked.head.authorization = std::move(value);
  } else if (name == "Last-Event-ID") {
    asked.request.last_event_id = std::move(value);
  }
}

// The text in front of `separator`, which is taken off with it; all of it where there is none.
std::string_view TakeUpTo(std::string_view separator, std::string_view& text) {
  const std::size_t at = text.find(separator);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + separator.size());
  return taken;
}

Asked ReadRequest(std::string_view text) {
  Asked asked;
  std::string_view line = TakeUpTo("\n", text);
  asked.request.method = TakeUpTo(" ", line);
  asked.request.path = line;
  while (!text.empty()) {
    line = TakeUpTo("\n", text);
    if (line.starts_with('?')) {
      line.remove_prefix(1);
      std::string key(TakeUpTo("=", line));
      asked.request.query.emplace_back(std::move(key), line);
    } else {
      const std::string_view name = TakeUpTo(": ", line);
      TakeHeader(name, std::string(line), asked);
    }
  }
  return asked;
}

FakeNodeView SomeNode() {
  FakeNodeView node;
  node.peers = {TestPeer(1, PeerState::kActive, {{"zone", "a"}}), TestPeer(2, PeerState::kRetry, {})};
  node.explanations[TestId(1)] = {};
  node.bans = {{.subject = TestId(7), .reason = "noise", .created = node.started_at}};
  return node;
}

void CheckDoor(const RequestHead& head) {
  const std::optional<Refusal> refusal = JudgeHead(head);
  if (refusal) {
    HEARSAY_CHECK((std::set<unsigned>{400, 403, 413}.contains(refusal->status)) && !refusal->text.empty());
    return;
  }
  HEARSAY_CHECK(head.hosts == 1 && !head.transfer_encoding && head.lengths <= 1);
  HEARSAY_CHECK(head.content_length.find_first_not_of('0') == std::string::npos);
  HEARSAY_CHECK(!head.origin || head.origin->size() == head.host.size() + std::string_view("http://").size());
}

void CheckAnswer(const ApiAnswer& answer) {
  HEARSAY_CHECK((std::set<unsigned>{200, 400, 401, 403, 404, 405, 409, 503}.contains(answer.status)));
  if (std::string_view(answer.content_type) != "application/json") {
    HEARSAY_CHECK(answer.status == 200);
    return;
  }
  HEARSAY_CHECK(answer.body.find('\n') == std::string::npos && nlohmann::json::accept(answer.body));
  if (answer.status != 200) HEARSAY_CHECK(answer.body.size() <= 6 * kMaxRequestBytes + 1024);  // \u00XX a byte
}

bool HoldsToken(std::string_view header) {
  constexpr std::string_view kScheme = "bearer ";
  return header.size() == kScheme.size() + kToken.size() && header.ends_with(kToken) &&
         ::strncasecmp(header.data(), kScheme.data(), kScheme.size()) == 0;
}

void CheckRequest(BytesView input) {
  static const ApiToken token{kToken};
  const unsigned choice = fuzz::TakeChoice(input) % 3;
  Asked asked = ReadRequest(AsText(input));
  CheckDoor(asked.head);
  const auto transport = choice == 2 ? ApiTransport::kUnix : ApiTransport::kTcp;
  asked.request.no_change = JudgeChange(asked.head, transport, choice == 1 ? &token : nullptr);
  const bool may_change = choice == 2 || (choice == 1 && HoldsToken(asked.head.authorization));
  HEARSAY_CHECK(!asked.request.no_change == may_change);

  FakeNodeView node = SomeNode();
  EventLog events(node.started_at);
  events.Append(node.now,
                {.kind = PeerEventKind::kActive, .id = TestId(1), .endpoint = {}, .detail = {}, .attributes = {}});
  Bans bans(node);
  const std::size_t before = node.bans.size();
  ApiRoutes routes(node, events, &bans);
  const ApiRoutes::Reply reply = routes.Handle(asked.request, {});
  if (!reply.stream) CheckAnswer(reply.answer);
  if (bans.calls != 0) HEARSAY_CHECK(may_change && bans.calls == 1);
  if (bans.calls != 0) HEARSAY_CHECK(asked.request.method == "POST" || asked.request.method == "DELETE");
  if (bans.calls == 0 || reply.answer.status != 200) HEARSAY_CHECK(node.bans.size() == before);
}

void CheckAddress(std::string_view text) {
  const auto address = ApiAddress::Parse(text);
  if (!address) return HEARSAY_CHECK(!address.error().empty());
  HEARSAY_CHECK(ApiAddress::Parse(address->ToString()) == *address);
}

}  // namespace
}  // namespace hearsay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  const BytesView input = fuzz::Input(data, size);
  if (size > kMaxRequestBytes) return 0;
  CheckRequest(input);
  CheckAddress(AsText(input));
  return 0;
}

// SPDX-License-Identifier: MIT
#include "tools/explanation.h"

#include <nlohmann/json.hpp>

#include "proto/rfc3339.h"
#include "proto/text.h"
#include "tools/duration.h"
#include "tools/help.h"

namespace hearsay {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLabelColumns = 10;

// The label, and the value beside it in as many lines as it needs.
std::string Row(std::string label, const std::string& value) {
  label.resize(kLabelColumns, ' ');
  const std::string lines = Wrap(Printable(value), kLabelColumns);
  return label + (lines.empty() ? "\n" : lines.substr(kLabelColumns));
}

std::string Count(std::uint64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}
std::string Count(const Json& count, const std::string& one) {
  return Count(count.get<std::uint64_t>(), one, one + "s");
}

std::chrono::seconds Between(Time from, Time to) { return std::chrono::seconds{UnixSeconds(to) - UnixSeconds(from)}; }

// "5m ago (2026-11-21T02:57:59.015Z)", "in 5m (...)", or "never" where the time is null.
std::string When(const Json& time, Time now) {
  if (!time.is_string()) return "never";
  const std::string text = time;
  const std::optional<Time> then = ParseRfc3339(text);
  if (!then) return text;
  const std::string about =
      *then > now ? "in " + RoughDuration(Between(now, *then)) : RoughDuration(Between(*then, now)) + " ago";
  return about + " (" + text + ")";
}

std::string State(const Json& peer) {
  const std::string state = peer.at("state");
  if (state == "active" || !peer.at("last_error").is_string()) return state;
  return state + "; the last error was " + peer.at("last_error").get<std::string>();
}

std::string Group(const Json& why) {
  const std::uint64_t peers = why.at("group").at("table_peers");
  return why.at("group").at("name").get<std::string>() + ", with " + Count(peers, "peer", "peers") + " of the table" +
         (why.at("in_table").get<bool>() ? ", it included" : "");
}

std::string Heard(const Json& from) {
  if (from.is_null()) return "from nobody: it dialled us or was preconfigured";
  const std::string told = "from " + from.at("prefix").get<std::string>();
  if (from.at("node_id").is_null()) return told + ", of which nothing is known any more";
  return told + ", whose whole id is " + from.at("node_id").get<std::string>();
}

std::string Verified(const Json& why, Time now) {
  const Json& peer = why.at("peer");
  if (!why.at("in_table").get<bool>()) return "not at an endpoint: whether it is reachable is not proved";
  const std::string proved = "at its endpoint, " + When(why.at("last_verified"), now);
  return peer.at("reachable").get<bool>() ? proved : proved + "; not now (" + peer.at("state").get<std::string>() + ")";
}

std::string Failures(const Json& peer, Time now) {
  const std::string next = peer.at("next_retry").is_null() ? "" : "; next try " + When(peer.at("next_retry"), now);
  if (peer.at("failures") == 0) return "none in a row" + next;
  return peer.at("failures").dump() + " in a row" + next;
}

std::string Channel(const Json& why, Time now) {
  const Json& channel = why.at("channel");
  if (channel.is_null()) return "none";
  const Json& rtt = why.at("peer").at("rtt_ms");
  const std::string origin = channel.at("inbound").get<bool>()         ? "inbound: it dialled us, we did not choose it"
                             : why.at("view").at("chosen").get<bool>() ? "chosen by us"
                             : channel.at("preconfigured").get<bool>() ? "dialled by us as a preconfigured peer"
                                                                       : "dialled by us, and not chosen";
  return origin + "; opened " + When(channel.at("opened_at"), now) + "; " +
         (rtt.is_null() ? "no round trip measured" : "round trip " + rtt.dump() + " ms") + ", " +
         Count(channel.at("sessions"), "session") + ", last heard " + When(channel.at("last_heard"), now);
}

std::string View(const Json& why) {
  const Json& view = why.at("view");
  const std::string in_all = view.at("slots_in_all").dump();
  if (!why.at("peer").at("reachable").get<bool>()) return "not chosen: only peers that are verified now can be";
  const std::string verified = " (now " + view.at("verified_peers").dump() + ")";
  if (!view.at("slots_choose").get<bool>()) {
    return "chosen: all verified peers are chosen while at most " + in_all + " are" + verified;
  }
  std::string numbers;
  for (const Json& slot : view.at("slots")) numbers += (numbers.empty() ? "" : ", ") + slot.dump();
  if (numbers.empty())
    return "not chosen: more than " + in_all + " peers are verified" + verified + ", and none of the " + in_all +
           " slots holds it";
  return "chosen: of the " + in_all + " slots, counted from 0, it holds " + numbers;
}

std::string Speaker(const Json& speaker, Time now) {
  const std::string influence = speaker.at("influence");
  const std::string effect = influence == "full" ? "full influence"
                             : influence == "doubtful"
                                 ? "doubtful: it is asked less, and its word waits behind others'"
                                 : "no influence, until " + When(speaker.at("shunned_until"), now);
  if (speaker.at("proved") == 0 && speaker.at("failed") == 0)
    return "no endpoint that it told us of was tried; " + effect;
  return "of the endpoints it told us of lately, " + speaker.at("proved").dump() + " proved true and " +
         speaker.at("failed").dump() + " failed; " + effect;
}

std::string Text(const Json& why, Time now) {
  const Json& peer = why.at("peer");
  const std::string name = peer.at("name");
  return Row("node id", peer.at("node_id")) + (name.empty() ? "" : Row("name", name)) + Row("state", State(peer)) +
         Row("endpoint", peer.at("endpoint").is_string() ? peer.at("endpoint").get<std::string>() : "not known") +
         Row("group", Group(why)) + Row("heard", Heard(why.at("heard_from"))) +
         Row("seen", "first " + When(peer.at("first_seen"), now) + ", last " + When(peer.at("last_seen"), now)) +
         Row("verified", Verified(why, now)) + Row("failures", Failures(peer, now)) +
         Row("channel", Channel(why, now)) + Row("view", View(why)) + Row("speaker", Speaker(why.at("speaker"), now));
}

}  // namespace

std::optional<std::string> ExplanationText(const std::string& body, Time now) {
  try {
    return Text(Json::parse(body), now);
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace hearsay

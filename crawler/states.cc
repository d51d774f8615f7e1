// SPDX-License-Identifier: MIT
#include "crawler/states.h"

#include <optional>
#include <span>
#include <string_view>

#include "proto/check.h"

namespace hearsay {
namespace {

template <typename State, typename Event>
struct Transition {
  std::optional<State> from;  // absent: any state but the last one
  Event event;
  State to;
  std::string_view does;
};

using enum EndpointState;
constexpr Transition<EndpointState, EndpointEvent> kEndpointTransitions[] = {
    {kWaiting, EndpointEvent::kTurn, kDialling, "dials: one packet the first time, more the second and third"},
    {kDialling, EndpointEvent::kSilence, kWaiting, "waits behind its address group"},
    {kDialling, EndpointEvent::kFailure, kDone, "timeout, refused, version, network, wrong_node_id or self"},
    {kDialling, EndpointEvent::kNewNode, kVisiting, "the visit begins"},
    {kDialling, EndpointEvent::kSameNode, kDone, "one more endpoint of that node: goodbye"},
    {kVisiting, EndpointEvent::kVisitOver, kDone, "reachable or unconfirmed"},
    {kDone, EndpointEvent::kDrawn, kLooking, "waits behind its address group, then dials: is the node still there?"},
    {kLooking, EndpointEvent::kLookOver, kDone, "goodbye to who is; who is not stays in the map, counted as gone"},
};
constexpr std::string_view kEndpointStates[] = {"waiting", "dialling", "visiting", "done", "looking"};
constexpr std::string_view kEndpointEvents[] = {
    "room in flight, its group's turn", "no answer, dials left", "no answer again; wrong id; ourselves",
    "a proof by a new node",            "a proof by a known one", "the visit is over",
    "drawn for a second look",          "an answer, or none"};

using enum VisitState;
constexpr Transition<VisitState, VisitEvent> kVisitTransitions[] = {
    {kAsking, VisitEvent::kBegin, kAsking, "asks: a ping, our record, a pull"},
    {kAsking, VisitEvent::kSettled, kAsking, "asks the next question"},
    {kAsking, VisitEvent::kSettledEarly, kResting, "waits for the next question's time"},
    {kAsking, VisitEvent::kSettledLast, kOver, "goodbye"},
    {kAsking, VisitEvent::kPongAlone, kResting, "waits for the node's budget, or a sample that is late"},
    {kAsking, VisitEvent::kSampleAlone, kAsking, "reads it; the deadline settles the question"},
    {kAsking, VisitEvent::kUnanswered, kAsking, "asks the same again"},
    {kAsking, VisitEvent::kUnansweredLast, kOver, "goodbye"},
    {kResting, VisitEvent::kSettled, kAsking, "asks the next question"},
    {kResting, VisitEvent::kSettledEarly, kResting, "waits for the next question's time"},
    {kResting, VisitEvent::kSettledLast, kOver, "goodbye"},
    {kResting, VisitEvent::kDue, kAsking, "asks the next question"},
    {{}, VisitEvent::kLeave, kOver, "nothing"},
    {{}, VisitEvent::kSpent, kOver, "goodbye"},
    {{}, VisitEvent::kStop, kOver, "goodbye"},
};
constexpr std::string_view kVisitStates[] = {"asking", "resting", "over"};
constexpr std::string_view kVisitEvents[] = {
    "begin",
    "the question is settled, more to ask",
    "the question is settled, the next has its time",
    "the question is settled, none left",
    "pong, but no sample to our pull",
    "sample, but no pong",
    "deadline, attempts left",
    "deadline, none left",
    "the rest is over",
    "the node says goodbye, no room, or no crawlers",
    "time or packets used up",
    "stop",
};

template <typename State, typename Event, std::size_t N>
State Find(const Transition<State, Event> (&table)[N], State last, State state, Event event) {
  for (const auto& row : table) {
    if (row.event == event && (row.from ? *row.from == state : state != last)) return row.to;
  }
  HEARSAY_CHECK(false && "no such transition");
  return last;
}

template <typename State, typename Event, std::size_t N>
std::string Rows(const Transition<State, Event> (&table)[N], std::span<const std::string_view> states,
                 std::span<const std::string_view> events) {
  std::string out = "| state | event | next | what it does |\n|---|---|---|---|\n";
  for (const auto& row : table) {
    out += "| " + std::string(row.from ? states[static_cast<std::size_t>(*row.from)] : "any") + " | ";
    out += std::string(events[static_cast<std::size_t>(row.event)]) + " | ";
    out += std::string(states[static_cast<std::size_t>(row.to)]) + " | " + std::string(row.does) + " |\n";
  }
  return out;
}

}  // namespace

EndpointState Next(EndpointState state, EndpointEvent event) {
  return Find(kEndpointTransitions, EndpointState::kDone, state, event);
}
VisitState Next(VisitState state, VisitEvent event) { return Find(kVisitTransitions, VisitState::kOver, state, event); }

std::string StatesMarkdown() {
  return "An endpoint:\n\n" + Rows(kEndpointTransitions, kEndpointStates, kEndpointEvents) +
         "\nA visit:\n\n" + Rows(kVisitTransitions, kVisitStates, kVisitEvents);
}

}  // namespace hearsay

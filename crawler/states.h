// SPDX-License-Identifier: MIT
//
// The two state machines of a crawl, as tables: an endpoint's way through it, and one node's turn (a visit).
//
// What is not in a table does not happen: Next() aborts. README.md shows the same tables; a test holds them together
// and writes them anew when asked to.
#pragma once

#include <cstdint>
#include <string>

namespace hearsay {

enum class EndpointState : std::uint8_t { kWaiting, kDialling, kVisiting, kDone, kLooking };
enum class EndpointEvent : std::uint8_t {
  kTurn,      // room in flight, and its address group's turn
  kSilence,   // the dial ended without an answer, and there will be another one
  kFailure,   // the last dial ended without a proof; or a proof that is of no use: wrong id, our own
  kNewNode,   // a proof by a node that has not had its turn
  kSameNode,  // a proof by a node that has had its turn, or has it now
  kVisitOver,
  kDrawn,     // by lot, for a second look
  kLookOver,  // its node answered, or did not
};
EndpointState Next(EndpointState state, EndpointEvent event);

enum class VisitState : std::uint8_t { kAsking, kResting, kOver };
enum class VisitEvent : std::uint8_t {
  kBegin,
  kSettled,         // the question is answered, or given up as a dry pull: there is another one
  kSettledEarly,    // the same, but the next one only pings and has its time
  kSettledLast,     // the same, and there is none left
  kPongAlone,       // to a question that pulls
  kSampleAlone,     // the pong is still missing
  kUnanswered,      // the deadline, attempts left
  kUnansweredLast,  // the deadline, none left
  kDue,             // the rest is over
  kLeave,           // the node says goodbye, has no room, or excludes crawlers
  kSpent,           // the visit's time or packets are used up
  kStop,
};
VisitState Next(VisitState state, VisitEvent event);

// Both tables in Markdown.
std::string StatesMarkdown();

}  // namespace hearsay

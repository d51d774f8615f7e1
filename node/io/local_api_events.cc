// SPDX-License-Identifier: MIT
#include "node/io/local_api_events.h"

#include <utility>

namespace hearsay {
namespace {

struct Place {
  std::uint64_t position = 0;
  std::string gap;  // the gap's JSON; empty: none
};

std::string GapJson(const std::string& lost) { return R"({"event":"gap","lost":)" + lost + "}"; }

// Where a reader that has seen `after` goes on.
Place Resume(const EventLog& log, std::uint64_t after) {
  const std::uint64_t wanted = after == 0 ? log.base() : after + 1;
  // An id of another run: its events are gone with it, and this run's are all new.
  if (wanted < log.base() || wanted > log.next()) return {log.first(), GapJson("null")};
  if (wanted < log.first()) return {log.first(), GapJson(std::to_string(log.first() - wanted))};
  return {wanted, ""};
}

std::string ServerSentEvent(std::uint64_t id, std::string_view name, std::string_view data) {
  std::string out = "id: " + std::to_string(id) + "\nevent: ";
  out += name;
  out += "\ndata: ";
  out += data;
  return out + "\n\n";
}

}  // namespace

EventCursor::EventCursor(const EventLog& log, std::optional<std::uint64_t> after) : log_(log) {
  Place place = after ? Resume(log, *after) : Place{log.next(), ""};
  position_ = place.position;
  // An id without data sets the reader's last event id and is no event.
  greeting_ = place.gap.empty() ? "id: " + std::to_string(position_ - 1) + "\n\n"
                                : ServerSentEvent(position_ - 1, "gap", place.gap);
}

std::string EventCursor::Read(std::size_t max_bytes) {
  std::string out = std::exchange(greeting_, {});
  while (position_ < log_.next() && out.size() < max_bytes) {
    const EventLog::Entry& entry = log_.At(position_++);
    out += ServerSentEvent(entry.id, PeerEventName(entry.kind), entry.json);
  }
  return out;
}

std::string EventsJson(const EventLog& log, std::optional<std::uint64_t> after) {
  const Place place = after ? Resume(log, *after) : Place{log.first(), ""};
  std::string out = "[" + place.gap;
  for (std::uint64_t id = place.position; id < log.next(); ++id) {
    if (out.size() > 1) out += ',';
    out += log.At(id).json;
  }
  return out + "]";
}

}  // namespace hearsay

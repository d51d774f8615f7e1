// SPDX-License-Identifier: MIT
//
// Export and import: a store as JSON lines, to look at, to move, to keep.
//
//   {"boot_epoch":7,"listen_port":7075,"view":["<node id>",…]}                               at most once
//   {"node_id":"<64 hex>","endpoint":"192.0.2.1:7075","first_seen":"2026-11-21T02:00:00.123456Z",
//    "last_seen":"…","last_verified":"…","failures":0,"heard_from":"3b6a27bc05f1d2a9"}        one line a peer
//   {"ban":"192.0.2.0/24","reason":"…","created":"…","expires":"…"}                          one line a ban
//
// `heard_from` is the first 8 bytes of the id of who told of the peer, absent when nobody did. A ban's subject is a
// node id, an address or a prefix; `expires` is null for one without an end. Bans of the settings are in no store.
//
// Times are RFC 3339 in UTC. The secrets of the node state (table secret, slot seeds) never leave the store.
// Import is strict and whole: every line is read and checked before anything is written, in one transaction. It adds
// to what is known and takes nothing back: of two entries for one peer the one verified last stays, the boot epoch
// only grows, and the view and port of a store that has its own are kept; of two bans of one subject the one created
// last stays.
// Import lines are other people's bytes: bounded in length and number, no key unknown, none missing but heard_from.
#pragma once

#include <iosfwd>

#include "store/store.h"

namespace hearsay {

struct ExportReport {
  std::size_t peers = 0;
  std::size_t bans = 0;
  std::size_t skipped = 0;  // values in the store that did not decode
};
// Reads the store a page at a time: beside a running writer, a peer may be seen before or after a change of it.
Result<ExportReport> ExportStore(const Store& store, std::ostream& out);

inline constexpr std::size_t kMaxImportLineBytes = 8192;  // a state line with a full view is half of it

struct ImportReport {
  std::size_t peers = 0;  // written
  std::size_t bans = 0;   // likewise
  std::size_t older = 0;  // left out: the store knew as much or more of them
  bool state = false;     // there was a state line
};
// More than `max_peers` lines of peers are refused, and more than kMaxBans of bans.
// An error names the line, the value and the remedy; nothing was changed.
Result<ImportReport> ImportStore(Store& store, std::istream& in, std::size_t max_peers);

}  // namespace hearsay

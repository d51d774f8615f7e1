// SPDX-License-Identifier: MIT
//
// CrawlJournal: the journal of the crawl under way (crawler/journal.h) as the file DIR/crawl.journal, so that a crawl
// that was killed goes on. Appended to about once a second and not synced: a kill loses the last second at most, a
// power failure perhaps more, and then the crawl does that part again. It is removed when the census is recorded.
//
// One that nobody wrote to for kMaxAge is of a network that has changed since: it is emptied and not used. So is one of
// another network, one of a crawl that is recorded (a power failure may bring it back), and what follows the sound part
// of one. One of above 4 GiB, one that cannot be read and one without a sound part are emptied too, and lost() says so.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "crawler/journal.h"

namespace hearsay {

class CrawlJournal {
 public:
  static constexpr Duration kMaxAge = std::chrono::hours{1};

  // `folder` exists and is locked by us; `recorded`: when the crawl began that was recorded last. What it finds of no
  // use it cuts off; the error is the machine's.
  static Result<std::unique_ptr<CrawlJournal>> Open(const std::string& folder, const NetworkKey& network,
                                                    std::optional<Time> recorded, Time now);
  ~CrawlJournal();
  CrawlJournal(const CrawlJournal&) = delete;
  CrawlJournal& operator=(const CrawlJournal&) = delete;

  // Of the crawl that was killed; once.
  std::optional<JournalContent> TakeFound() { return std::exchange(found_, std::nullopt); }
  // Why nothing could be read of a file that a crawl may have gone on from; empty: it could, or there was none.
  const std::string& lost() const { return lost_; }
  // Writes what it can; a full disk costs only the journal, from there on.
  void Append(BytesView bytes);
  // The crawl is recorded.
  static void Remove(const std::string& folder);

 private:
  explicit CrawlJournal(int file) : file_(file) {}

  int file_;
  bool broken_ = false;
  std::optional<JournalContent> found_;
  std::string lost_;
};

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// CrawlProgressView: what is shown while a crawl runs.
//
//   kLine     on a terminal one line of at most 79 columns on stderr, four times a second; else a line a second
//   kEvents   one JSON object a line on stdout, each second (crawler/README.md, "Events")
#pragma once

#include <cstdint>

#include "crawler/report/pace.h"
#include "tools/crawl_once.h"

namespace hearsay {

class CrawlProgressView {
 public:
  enum class Kind : std::uint8_t { kLine, kEvents };
  explicit CrawlProgressView(Kind kind);
  CrawlProgressView(const CrawlProgressView&) = delete;
  CrawlProgressView& operator=(const CrawlProgressView&) = delete;

  // Borrows the view.
  CrawlWatch MakeWatch();
  // The line leaves the terminal; what comes next stands where it was.
  void Clear() const;

 private:
  void Show(const CrawlProgress& progress, Duration elapsed);

  const Kind kind_;
  const bool terminal_;
  Pace pace_;
};

}  // namespace hearsay

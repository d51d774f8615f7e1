// SPDX-License-Identifier: MIT
#include "tools/crawl_progress.h"

#include <unistd.h>

#include <cstdio>

#include "tools/crawl_events.h"
#include "tools/crawl_report.h"

namespace hearsay {
namespace {

constexpr Duration kTerminalInterval = std::chrono::milliseconds{250};  // each costs an estimate
constexpr Duration kLogInterval = std::chrono::seconds{1};

}  // namespace

CrawlProgressView::CrawlProgressView(Kind kind)
    : kind_(kind), terminal_(kind == Kind::kLine && ::isatty(STDERR_FILENO) == 1) {}

CrawlWatch CrawlProgressView::MakeWatch() {
  return {.interval = terminal_ ? kTerminalInterval : kLogInterval,
          .show = [this](const CrawlProgress& progress, Duration elapsed) { Show(progress, elapsed); }};
}

void CrawlProgressView::Clear() const {
  if (terminal_) std::fputs("\r\x1b[K", stderr);
}

void CrawlProgressView::Show(const CrawlProgress& progress, Duration elapsed) {
  const std::optional<Duration> left = pace_.Left(progress, elapsed);
  if (kind_ == Kind::kEvents) return PrintEvent(ProgressEvent(progress, elapsed, left));
  const std::string text = ProgressText(progress, left);
  if (terminal_) {
    std::fprintf(stderr, "\r\x1b[K%.79s", text.c_str());
  } else {
    std::fprintf(stderr, "crawl: %s\n", text.c_str());
  }
}

}  // namespace hearsay

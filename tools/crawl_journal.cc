// SPDX-License-Identifier: MIT
#include "tools/crawl_journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "node/io/read_file.h"

namespace hearsay {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{4} << 30;  // four million endpoints and what a million nodes named

std::string PathIn(const std::string& folder) { return (std::filesystem::path(folder) / "crawl.journal").string(); }

Result<JournalContent> Load(const std::string& path, const NetworkKey& network) {
  const auto text = ReadFile("crawl journal", path, kMaxBytes, FileSecrecy::kPublic);
  if (!text) return tl::unexpected(text.error());
  auto content = ReadJournal(AsBytes(*text), network);
  if (!content) return tl::unexpected("crawl journal " + path + ": " + content.error());
  return content;
}

}  // namespace

Result<std::unique_ptr<CrawlJournal>> CrawlJournal::Open(const std::string& folder, const NetworkKey& network,
                                                         std::optional<Time> recorded, Time now) {
  const std::string path = PathIn(folder);
  std::optional<JournalContent> found;
  std::string lost;
  struct stat info {};
  const bool holds_something = ::stat(path.c_str(), &info) == 0 && info.st_size > 0;
  // By the machine's clock, which is the crawl's too.
  if (holds_something && now < FromUnixSeconds(info.st_mtim.tv_sec) + kMaxAge) {
    auto content = Load(path, network);
    if (!content) {
      lost = content.error() + "; what a killed crawl had done, " + std::to_string(info.st_size) +
             " bytes, is lost, and this crawl starts from its beginning";
    } else if (content->started_at <= now && content->started_at != recorded) {
      found = std::move(*content);
    }
  }
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  // What follows the sound part would hide what is appended.
  const auto sound = static_cast<off_t>(found ? found->sound_bytes : 0);
  if (file < 0 || ::ftruncate(file, sound) != 0) {
    const std::string why = std::strerror(errno);
    if (file >= 0) ::close(file);
    return tl::unexpected("cannot write '" + path + "': " + why + "; give another --data-dir, or make room");
  }
  std::unique_ptr<CrawlJournal> journal(new CrawlJournal(file));
  journal->found_ = std::move(found);
  journal->lost_ = std::move(lost);
  return journal;
}

CrawlJournal::~CrawlJournal() { ::close(file_); }

void CrawlJournal::Append(BytesView bytes) {
  while (!bytes.empty() && !broken_) {
    const ssize_t written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    broken_ = written <= 0;
    if (!broken_) bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void CrawlJournal::Remove(const std::string& folder) { ::unlink(PathIn(folder).c_str()); }

}  // namespace hearsay

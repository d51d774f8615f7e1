// SPDX-License-Identifier: MIT
#include "node/io/list_fetcher.h"

#include <sodium.h>
#include <sys/stat.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <ostream>
#include <thread>
#include <utility>

#include <asio/post.hpp>

#include "node/io/clock.h"
#include "node/io/list_download.h"
#include "node/io/peer_list.h"
#include "node/io/read_file.h"
#include "node/io/replace_file.h"
#include "node/io/signed_peer_list.h"
#include "proto/bytes.h"

namespace hearsay {
namespace {

// Replaces the copy in one step. That it can't be written is no fault of the list: the store, on the same disk, says so
// more loudly, and the next fetch tries again.
void KeepCopy(const std::string& list_dir, const std::string& path, const std::string& text) {
  const auto old = ReadFile("peer list", path, kMaxPeerListBytes, FileSecrecy::kPublic);
  if (old && *old == text) return;
  ::mkdir(list_dir.c_str(), 0700);
  (void)ReplaceFile(path, [&](std::ostream& out) { out << text; });
}

}  // namespace

class ListFetcher::Worker {
 public:
  Worker(asio::io_context& io, Config config) : io_(io), config_(std::move(config)) {}

  ~Worker() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
      jobs_.clear();
      if (multi_ != nullptr) curl_->multi_wakeup(multi_);
    }
    if (thread_.joinable()) thread_.join();
  }

  void Fetch(UrlPeer source, Done done) {
    std::unique_lock lock(mutex_);
    if (jobs_.size() >= kMaxWaiting) {
      lock.unlock();
      Post(std::move(done), tl::unexpected<std::string>("too many lists are being fetched"));
      return;
    }
    jobs_.push_back({std::move(source), std::move(done)});
    if (running_) return;
    running_ = true;
    lock.unlock();
    if (thread_.joinable()) thread_.join();  // it has left its loop
    thread_ = std::thread([this] { Run(); });
  }

 private:
  struct Job {
    UrlPeer source;
    Done done;
  };

  void Run() {
    for (;;) {
      Job job;
      {
        const std::lock_guard lock(mutex_);
        if (stop_ || jobs_.empty()) {
          running_ = false;
          return;
        }
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      auto list = FetchOne(job.source);
      if (!stop_) Post(std::move(job.done), std::move(list));
    }
  }

  Result<List> FetchOne(const UrlPeer& source) {
    const std::string path = CopyPath(config_.list_dir, source);
    auto copy = ReadCopy(path, source);
    const auto body = Download(source.url);
    auto fresh = body ? Read(*body, source, copy ? copy->sequence : 0) : tl::unexpected(body.error());
    if (fresh) {
      const std::string expiry = ExplainExpiry(*fresh, SystemClock{}.Now());
      if (!expiry.empty()) fresh = tl::unexpected(expiry);
    }
    if (fresh) {
      if (!path.empty()) KeepCopy(config_.list_dir, path, *body);
      return List{std::move(fresh->entries), {}};
    }
    if (!copy) return tl::unexpected(fresh.error());
    return List{std::move(copy->entries), fresh.error()};
  }

  Result<OpenedPeerList> Read(const std::string& text, const UrlPeer& source, std::uint64_t least_sequence) const {
    if (source.key) return OpenSignedPeerList(text, {config_.network, *source.key, least_sequence});
    auto entries = ParsePeerListJson(text, config_.network);
    if (!entries) return tl::unexpected(entries.error());
    return OpenedPeerList{.sequence = 0, .expires_at = kNever, .entries = std::move(*entries)};
  }

  Result<OpenedPeerList> ReadCopy(const std::string& path, const UrlPeer& source) const {
    if (path.empty()) return tl::unexpected<std::string>("no copies are kept");
    const auto text = ReadFile("peer list", path, kMaxPeerListBytes, FileSecrecy::kPublic);
    return text ? Read(*text, source, 0) : tl::unexpected(text.error());
  }

  Result<std::string> Download(const std::string& url) {
    const auto curl = CurlLibrary::Load();
    if (!curl) return tl::unexpected(curl.error());
    CURLM* multi = (*curl)->multi_init();
    if (multi == nullptr) return tl::unexpected<std::string>("libcurl cannot start");
    SetMulti(*curl, multi);
    auto body = DownloadList(**curl, multi, {url, config_.ca_file, config_.timeout}, stop_);
    SetMulti(*curl, nullptr);
    (*curl)->multi_cleanup(multi);
    return body;
  }

  void SetMulti(const CurlLibrary* curl, CURLM* multi) {
    const std::lock_guard lock(mutex_);
    curl_ = curl;
    multi_ = multi;
  }

  void Post(Done done, Result<List> list) {
    asio::post(io_, [alive = std::weak_ptr<int>(alive_), done = std::move(done), list = std::move(list)]() mutable {
      if (!alive.expired()) done(std::move(list));
    });
  }

  asio::io_context& io_;
  const Config config_;
  std::mutex mutex_;
  std::deque<Job> jobs_;               // guarded, as the next three
  bool running_ = false;               // the thread is, or will be, looking at jobs_
  const CurlLibrary* curl_ = nullptr;
  CURLM* multi_ = nullptr;             // of the download under way
  std::atomic<bool> stop_ = false;
  std::thread thread_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // queued handlers hold it weakly
};

ListFetcher::ListFetcher(asio::io_context& io, Config config)
    : worker_(std::make_unique<Worker>(io, std::move(config))) {}

ListFetcher::~ListFetcher() = default;

void ListFetcher::Fetch(UrlPeer source, Done done) { worker_->Fetch(std::move(source), std::move(done)); }

std::string ListFetcher::CopyPath(const std::string& list_dir, const UrlPeer& source) {
  if (list_dir.empty()) return {};
  const std::string text = source.key ? source.url + "#key=" + source.key->ToString() : source.url;
  ByteArray<16> hash;
  crypto_generichash(AsUnsigned(hash.data()), hash.size(), AsUnsigned(AsBytes(text).data()), text.size(), nullptr, 0);
  return list_dir + "/" + ToHex(hash) + ".json";
}

}  // namespace hearsay

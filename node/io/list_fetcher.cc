// SPDX-License-Identifier: MIT
#include "node/io/list_fetcher.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include <asio/post.hpp>

#include "node/io/list_download.h"
#include "node/io/peer_list.h"
#include "node/io/read_file.h"
#include "proto/bytes.h"

namespace hearsay {
namespace {

// Replaces the copy in one step. That it can't be written is no fault of the list: the store, on the same disk, says so
// more loudly, and the next fetch tries again.
void KeepCopy(const std::string& list_dir, const std::string& path, const std::string& text) {
  const auto old = ReadFile("peer list", path, kMaxPeerListBytes, FileSecrecy::kPublic);
  if (old && *old == text) return;
  ::mkdir(list_dir.c_str(), 0700);
  const std::string temporary = path + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return;
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!written || ::rename(temporary.c_str(), path.c_str()) != 0) ::unlink(temporary.c_str());
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

  void Fetch(std::string url, Done done) {
    std::unique_lock lock(mutex_);
    if (jobs_.size() >= kMaxWaiting) {
      lock.unlock();
      Post(std::move(done), tl::unexpected<std::string>("too many lists are being fetched"));
      return;
    }
    jobs_.push_back({std::move(url), std::move(done)});
    if (running_) return;
    running_ = true;
    lock.unlock();
    if (thread_.joinable()) thread_.join();  // it has left its loop
    thread_ = std::thread([this] { Run(); });
  }

 private:
  struct Job {
    std::string url;
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
      auto list = FetchOne(job.url);
      if (!stop_) Post(std::move(job.done), std::move(list));
    }
  }

  Result<List> FetchOne(const std::string& url) {
    const std::string path = CopyPath(config_.list_dir, url);
    auto body = Download(url);
    auto entries = body ? ParsePeerListJson(*body, config_.network) : tl::unexpected(body.error());
    if (entries) {
      if (!path.empty()) KeepCopy(config_.list_dir, path, *body);
      return List{std::move(*entries), {}};
    }
    if (path.empty()) return tl::unexpected(entries.error());
    const auto copy = ReadFile("peer list", path, kMaxPeerListBytes, FileSecrecy::kPublic);
    auto kept = copy ? ParsePeerListJson(*copy, config_.network) : tl::unexpected(copy.error());
    if (!kept) return tl::unexpected(entries.error());
    return List{std::move(*kept), entries.error()};
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

void ListFetcher::Fetch(std::string url, Done done) { worker_->Fetch(std::move(url), std::move(done)); }

std::string ListFetcher::CopyPath(const std::string& list_dir, const std::string& url) {
  if (list_dir.empty()) return {};
  ByteArray<16> hash;
  crypto_generichash(AsUnsigned(hash.data()), hash.size(), AsUnsigned(AsBytes(url).data()), url.size(), nullptr, 0);
  return list_dir + "/" + ToHex(hash) + ".json";
}

}  // namespace hearsay

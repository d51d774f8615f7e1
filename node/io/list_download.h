// SPDX-License-Identifier: MIT
//
// DownloadList: one GET with libcurl, bounded in time, size and redirects (ListFetcher says how). It blocks.
#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "node/io/curl_library.h"
#include "proto/error.h"

namespace hearsay {

struct ListDownload {
  std::string url;
  std::string ca_file;  // empty: the system's
  std::chrono::milliseconds timeout{};
};

// The body of a 200 answer. `multi` is used for this call only, so that another thread may end it: set `stop`, then
// curl_multi_wakeup.
Result<std::string> DownloadList(const CurlLibrary& curl, CURLM* multi, const ListDownload& download,
                                 const std::atomic<bool>& stop);

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// CurlLibrary: the functions of libcurl that we use, found with dlopen at the first use and never unloaded.
//
// Linking it would cost every node its thirty libraries' start-up time and private memory, for a feature that few use.
// The types come from <curl/curl.h>, so a wrong signature does not compile.
#pragma once

#include <curl/curl.h>

#include "proto/error.h"

namespace hearsay {

struct CurlLibrary {
  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_setopt) easy_setopt = nullptr;
  decltype(&curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&curl_easy_strerror) easy_strerror = nullptr;
  decltype(&curl_multi_init) multi_init = nullptr;
  decltype(&curl_multi_add_handle) multi_add_handle = nullptr;
  decltype(&curl_multi_remove_handle) multi_remove_handle = nullptr;
  decltype(&curl_multi_perform) multi_perform = nullptr;
  decltype(&curl_multi_poll) multi_poll = nullptr;
  decltype(&curl_multi_wakeup) multi_wakeup = nullptr;
  decltype(&curl_multi_info_read) multi_info_read = nullptr;
  decltype(&curl_multi_cleanup) multi_cleanup = nullptr;

  // Loads it, once. The error names the package. Any thread.
  static Result<const CurlLibrary*> Load();
};

}  // namespace hearsay

// SPDX-License-Identifier: MIT
#include "node/io/curl_library.h"

#include <dlfcn.h>

#include "node/io/dynamic_symbol.h"

namespace hearsay {
namespace {

Result<CurlLibrary> Open() {
  void* library = ::dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) library = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return tl::unexpected<std::string>("libcurl cannot be loaded; install the package libcurl3-gnutls");
  }
  CurlLibrary curl;
  decltype(&curl_global_init) global_init = nullptr;
  const bool found = FindSymbol(library, "curl_global_init", global_init) &&
                     FindSymbol(library, "curl_easy_init", curl.easy_init) &&
                     FindSymbol(library, "curl_easy_setopt", curl.easy_setopt) &&
                     FindSymbol(library, "curl_easy_getinfo", curl.easy_getinfo) &&
                     FindSymbol(library, "curl_easy_cleanup", curl.easy_cleanup) &&
                     FindSymbol(library, "curl_easy_strerror", curl.easy_strerror) &&
                     FindSymbol(library, "curl_multi_init", curl.multi_init) &&
                     FindSymbol(library, "curl_multi_add_handle", curl.multi_add_handle) &&
                     FindSymbol(library, "curl_multi_remove_handle", curl.multi_remove_handle) &&
                     FindSymbol(library, "curl_multi_perform", curl.multi_perform) &&
                     FindSymbol(library, "curl_multi_poll", curl.multi_poll) &&
                     FindSymbol(library, "curl_multi_wakeup", curl.multi_wakeup) &&
                     FindSymbol(library, "curl_multi_info_read", curl.multi_info_read) &&
                     FindSymbol(library, "curl_multi_cleanup", curl.multi_cleanup);
  if (!found || global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return tl::unexpected<std::string>("the installed libcurl is too old; version 7.85 or later is needed");
  }
  return curl;
}

}  // namespace

Result<const CurlLibrary*> CurlLibrary::Load() {
  static const Result<CurlLibrary> library = Open();
  if (!library) return tl::unexpected(library.error());
  return &*library;
}

}  // namespace hearsay

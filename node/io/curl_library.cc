// SPDX-License-Identifier: MIT
#include "node/io/curl_library.h"

#include <dlfcn.h>

namespace hearsay {
namespace {

template <typename Function>
bool Find(void* library, const char* name, Function& out) {
  out = reinterpret_cast<Function>(::dlsym(library, name));
  return out != nullptr;
}

Result<CurlLibrary> Open() {
  void* library = ::dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) library = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return tl::unexpected<std::string>("libcurl cannot be loaded; install the package libcurl3-gnutls");
  }
  CurlLibrary curl;
  decltype(&curl_global_init) global_init = nullptr;
  const bool found = Find(library, "curl_global_init", global_init) &&
                     Find(library, "curl_easy_init", curl.easy_init) &&
                     Find(library, "curl_easy_setopt", curl.easy_setopt) &&
                     Find(library, "curl_easy_getinfo", curl.easy_getinfo) &&
                     Find(library, "curl_easy_cleanup", curl.easy_cleanup) &&
                     Find(library, "curl_easy_strerror", curl.easy_strerror) &&
                     Find(library, "curl_multi_init", curl.multi_init) &&
                     Find(library, "curl_multi_add_handle", curl.multi_add_handle) &&
                     Find(library, "curl_multi_remove_handle", curl.multi_remove_handle) &&
                     Find(library, "curl_multi_perform", curl.multi_perform) &&
                     Find(library, "curl_multi_poll", curl.multi_poll) &&
                     Find(library, "curl_multi_wakeup", curl.multi_wakeup) &&
                     Find(library, "curl_multi_info_read", curl.multi_info_read) &&
                     Find(library, "curl_multi_cleanup", curl.multi_cleanup);
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

// SPDX-License-Identifier: MIT
#include "crawler/seed/ldns_library.h"

#include <dlfcn.h>

#include "node/io/dynamic_symbol.h"

namespace hearsay {
namespace {

Result<LdnsLibrary> Open() {
  void* library = ::dlopen("libldns.so.3", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return tl::unexpected<std::string>("libldns cannot be loaded; install the package libldns3");
  }
  LdnsLibrary ldns;
  bool found = true;
#define HEARSAY_LDNS_FIND(name) found = found && FindSymbol(library, "ldns_" #name, ldns.name);
  HEARSAY_LDNS_FUNCTIONS(HEARSAY_LDNS_FIND)
#undef HEARSAY_LDNS_FIND
  if (!found) return tl::unexpected<std::string>("the installed libldns is too old; version 1.8 or later is needed");
  return ldns;
}

}  // namespace

Result<const LdnsLibrary*> LdnsLibrary::Load() {
  static const Result<LdnsLibrary> library = Open();
  if (!library) return tl::unexpected(library.error());
  return &*library;
}

}  // namespace hearsay

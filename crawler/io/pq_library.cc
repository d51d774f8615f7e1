// SPDX-License-Identifier: MIT
#include "crawler/io/pq_library.h"

#include <dlfcn.h>

#include "node/io/dynamic_symbol.h"

namespace hearsay {
namespace {

Result<PqLibrary> Open() {
  void* library = ::dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return tl::unexpected<std::string>("libpq cannot be loaded; install the package libpq5");
  }
  PqLibrary pq;
  const bool found = FindSymbol(library, "PQconninfoParse", pq.conninfo_parse) &&
                     FindSymbol(library, "PQconninfoFree", pq.conninfo_free) &&
                     FindSymbol(library, "PQfreemem", pq.free_memory) &&
                     FindSymbol(library, "PQconnectdbParams", pq.connect) &&
                     FindSymbol(library, "PQfinish", pq.finish) && FindSymbol(library, "PQstatus", pq.status) &&
                     FindSymbol(library, "PQerrorMessage", pq.error_message) &&
                     FindSymbol(library, "PQsetNoticeProcessor", pq.set_notice_processor) &&
                     FindSymbol(library, "PQsetnonblocking", pq.set_nonblocking) &&
                     FindSymbol(library, "PQsocket", pq.socket) && FindSymbol(library, "PQflush", pq.flush) &&
                     FindSymbol(library, "PQconsumeInput", pq.consume_input) &&
                     FindSymbol(library, "PQisBusy", pq.is_busy) &&
                     FindSymbol(library, "PQsendQuery", pq.send_query) &&
                     FindSymbol(library, "PQsendQueryParams", pq.send_query_params) &&
                     FindSymbol(library, "PQgetResult", pq.get_result) &&
                     FindSymbol(library, "PQputCopyData", pq.put_copy_data) &&
                     FindSymbol(library, "PQputCopyEnd", pq.put_copy_end) &&
                     FindSymbol(library, "PQresultStatus", pq.result_status) &&
                     FindSymbol(library, "PQresultErrorField", pq.result_error_field) &&
                     FindSymbol(library, "PQntuples", pq.rows) && FindSymbol(library, "PQnfields", pq.columns) &&
                     FindSymbol(library, "PQgetvalue", pq.value) && FindSymbol(library, "PQgetisnull", pq.is_null) &&
                     FindSymbol(library, "PQcmdTuples", pq.changed_rows) && FindSymbol(library, "PQclear", pq.clear);
  if (!found) return tl::unexpected<std::string>("the installed libpq is too old; version 12 or later is needed");
  return pq;
}

}  // namespace

Result<const PqLibrary*> PqLibrary::Load() {
  static const Result<PqLibrary> library = Open();
  if (!library) return tl::unexpected(library.error());
  return &*library;
}

}  // namespace hearsay

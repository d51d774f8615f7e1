// SPDX-License-Identifier: MIT
//
// PqLibrary: the functions of libpq that we use, found with dlopen at the first use and never unloaded.
//
// Linking it, with the TLS, Kerberos and LDAP libraries that it brings, was measured to cost every `hearsay run`
// 0.65 MB of private memory and each start 10 ms, for a flag of one command. The types come from libpq-fe.h, so a
// wrong signature does not compile.
#pragma once

#include <postgresql/libpq-fe.h>

#include "proto/error.h"

namespace hearsay {

struct PqLibrary {
  decltype(&PQconninfoParse) conninfo_parse = nullptr;
  decltype(&PQconninfoFree) conninfo_free = nullptr;
  decltype(&PQfreemem) free_memory = nullptr;
  decltype(&PQconnectdbParams) connect = nullptr;
  decltype(&PQfinish) finish = nullptr;
  decltype(&PQstatus) status = nullptr;
  decltype(&PQerrorMessage) error_message = nullptr;
  decltype(&PQsetNoticeProcessor) set_notice_processor = nullptr;
  decltype(&PQsetnonblocking) set_nonblocking = nullptr;
  decltype(&PQsocket) socket = nullptr;
  decltype(&PQflush) flush = nullptr;
  decltype(&PQconsumeInput) consume_input = nullptr;
  decltype(&PQisBusy) is_busy = nullptr;
  decltype(&PQsendQuery) send_query = nullptr;
  decltype(&PQsendQueryParams) send_query_params = nullptr;
  decltype(&PQgetResult) get_result = nullptr;
  decltype(&PQputCopyData) put_copy_data = nullptr;
  decltype(&PQputCopyEnd) put_copy_end = nullptr;
  decltype(&PQresultStatus) result_status = nullptr;
  decltype(&PQresultErrorField) result_error_field = nullptr;
  decltype(&PQntuples) rows = nullptr;
  decltype(&PQnfields) columns = nullptr;
  decltype(&PQgetvalue) value = nullptr;
  decltype(&PQgetisnull) is_null = nullptr;
  decltype(&PQcmdTuples) changed_rows = nullptr;
  decltype(&PQclear) clear = nullptr;

  // Loads it, once. The error names the package. Any thread.
  static Result<const PqLibrary*> Load();
};

}  // namespace hearsay

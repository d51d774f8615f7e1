// SPDX-License-Identifier: MIT
//
// PostgresAddress: where a PostgreSQL database is and as whom to go there, as libpq's URI:
// postgresql://USER:PASSWORD@HOST:PORT/DATABASE?name=value. What it leaves out is libpq's default, which environment
// variables (PGPASSWORD, PGSSLMODE, ...) and ~/.pgpass may set.
//
// It may hold a password, and everything here is so that no password is ever shown: not of the URI, not in an error
// about the URI, not in what the server says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/error.h"

namespace hearsay {

class PostgresAddress {
 public:
  // Understands the URI with libpq, and asks nobody. The error does not repeat it.
  static Result<PostgresAddress> Parse(const std::string& uri);

  const std::string& uri() const { return uri_; }  // with the password: for libpq alone
  // "postgresql://user@host:port/database", of what was given.
  std::string Display() const { return display_; }
  // One line, with every secret of the URI as ***.
  std::string Redacted(std::string_view message) const;

 private:
  PostgresAddress() = default;

  std::string uri_;
  std::string display_;
  std::vector<std::string> secrets_;
};

}  // namespace hearsay

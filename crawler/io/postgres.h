// SPDX-License-Identifier: MIT
//
// Postgres: one connection to a PostgreSQL server, in the calling thread, with an end to its patience.
//
// Connecting gives up after kConnectSeconds (or what `connect_timeout` of the address says), everything after that at
// the deadline that Connect was given, whether the server says nothing, has stopped, or is gone. After an error the
// connection is of no use: the server undoes the open transaction when this ends.
#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crawler/io/postgres_address.h"
#include "proto/error.h"

namespace hearsay {

class Postgres {
 public:
  static constexpr const char* kConnectSeconds = "10";

  // Errors here and below are one line: what the server or libpq says, without passwords, and the server's code for it
  // as "(SQLSTATE 42501)".
  static Result<Postgres> Connect(const PostgresAddress& address, std::chrono::seconds patience);
  Postgres(Postgres&&) noexcept;
  Postgres& operator=(Postgres&&) = delete;
  ~Postgres();

  using Parameters = std::vector<std::optional<std::string>>;  // $1, $2, ...; nullopt is NULL
  // One statement; the rows that it changed.
  Result<std::size_t> Run(const std::string& sql, const Parameters& parameters = {});
  // Several statements without parameters.
  Result<void> RunScript(const std::string& sql);
  // The first column of the first row; nullopt when there is no row, or NULL in it.
  Result<std::optional<std::string>> Ask(const std::string& sql, const Parameters& parameters = {});
  // COPY ... FROM STDIN: `next` appends one line or more to the text and returns true, or returns false at the end.
  Result<void> Copy(const std::string& sql, const std::function<bool(std::string& text)>& next);
  // A field of such a line, in COPY's text format.
  static std::string CopyField(const std::optional<std::string>& value);

 private:
  class Connection;
  explicit Postgres(std::unique_ptr<Connection> connection);

  std::unique_ptr<Connection> connection_;
};

}  // namespace hearsay

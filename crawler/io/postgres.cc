// SPDX-License-Identifier: MIT
#include "crawler/io/postgres.h"

#include <poll.h>

#include <cstdlib>
#include <string_view>

#include "crawler/io/pq_library.h"

namespace hearsay {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kCopyChunk = 64 << 10;  // bytes handed to libpq at a time

void Ignore(void*, const char*) {}  // notices, such as "already exists, skipping"

}  // namespace

class Postgres::Connection {
 public:
  using Row = std::unique_ptr<PGresult, decltype(&PQclear)>;

  Connection(const PqLibrary& pq, const PostgresAddress& address, std::chrono::seconds patience)
      : pq_(pq), address_(address), deadline_(SteadyClock::now() + patience) {
    // What the address says comes last and counts; its uri is taken apart where `dbname` stands.
    const char* const keys[] = {"connect_timeout", "tcp_user_timeout", "application_name", "dbname", "client_encoding",
                                nullptr};
    const char* const values[] = {kConnectSeconds, "30000", "hearsay", address.uri().c_str(), "UTF8", nullptr};
    connection_ = pq_.connect(keys, values, 1);
  }
  ~Connection() { pq_.finish(connection_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<void> Ready() {
    if (connection_ == nullptr || pq_.status(connection_) != CONNECTION_OK) return Failed();
    pq_.set_notice_processor(connection_, Ignore, nullptr);
    if (pq_.set_nonblocking(connection_, 1) != 0) return Failed();
    return {};
  }

  Result<void> Send(const std::string& sql, const Parameters& parameters) {
    std::vector<const char*> values;
    for (const auto& parameter : parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
    const int sent = pq_.send_query_params(connection_, sql.c_str(), static_cast<int>(values.size()), nullptr,
                                           values.data(), nullptr, nullptr, 0);
    return sent == 1 ? Flush() : Failed();
  }
  Result<void> SendScript(const std::string& sql) {
    return pq_.send_query(connection_, sql.c_str()) == 1 ? Flush() : Failed();
  }
  Result<void> SendCopy(std::string_view text) {
    while (true) {
      const int taken = pq_.put_copy_data(connection_, text.data(), static_cast<int>(text.size()));
      if (taken < 0) return Failed();
      if (const auto flushed = Flush(); !flushed || taken == 1) return flushed;
    }
  }
  Result<void> EndCopy() {
    while (true) {
      const int taken = pq_.put_copy_end(connection_, nullptr);
      if (taken < 0) return Failed();
      if (const auto flushed = Flush(); !flushed || taken == 1) return flushed;
    }
  }

  // The next result of what was sent; an empty one when there is no more. Errors of the server are errors here.
  Result<Row> Next() {
    while (pq_.is_busy(connection_) != 0) {
      if (!Wait(POLLIN)) return OutOfTime();
      if (pq_.consume_input(connection_) != 1) return Failed();
    }
    Row row(pq_.get_result(connection_), pq_.clear);
    if (!row) return row;
    const ExecStatusType status = pq_.result_status(row.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_COPY_IN) return row;
    return Refused(*row);
  }
  // Reads results to their end; the last but the empty one.
  Result<Row> Last() {
    Row last(nullptr, pq_.clear);
    while (true) {
      auto row = Next();
      if (!row || !*row) return row ? Result<Row>(std::move(last)) : std::move(row);
      last = std::move(*row);
    }
  }

  const PqLibrary& pq() const { return pq_; }

 private:
  tl::unexpected<std::string> Failed() const {
    const char* message = connection_ == nullptr ? "out of memory" : pq_.error_message(connection_);
    return tl::unexpected(address_.Redacted(message));
  }
  tl::unexpected<std::string> OutOfTime() const {
    return tl::unexpected<std::string>("the server did not answer in time");
  }
  tl::unexpected<std::string> Refused(const PGresult& result) const {
    const auto field = [&](int code) {
      const char* text = pq_.result_error_field(&result, code);
      return std::string(text == nullptr ? "" : text);
    };
    const std::string message = field(PG_DIAG_MESSAGE_PRIMARY);
    if (message.empty()) return Failed();
    return tl::unexpected(address_.Redacted(message) + " (SQLSTATE " + field(PG_DIAG_SQLSTATE) + ")");
  }

  bool Wait(short events) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - SteadyClock::now()).count();
    if (left <= 0) return false;
    pollfd wait{.fd = pq_.socket(connection_), .events = events, .revents = 0};
    return ::poll(&wait, 1, static_cast<int>(left)) != 0 && SteadyClock::now() < deadline_;
  }

  // libpq wants its input read while it writes, or both sides could wait for each other.
  Result<void> Flush() {
    while (true) {
      const int left = pq_.flush(connection_);
      if (left == 0) return {};
      if (left < 0) return Failed();
      if (!Wait(POLLIN | POLLOUT)) return OutOfTime();
      if (pq_.consume_input(connection_) != 1) return Failed();
    }
  }

  const PqLibrary& pq_;
  const PostgresAddress address_;
  const SteadyClock::time_point deadline_;
  PGconn* connection_ = nullptr;
};

Postgres::Postgres(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Postgres::Postgres(Postgres&&) noexcept = default;
Postgres::~Postgres() = default;

Result<Postgres> Postgres::Connect(const PostgresAddress& address, std::chrono::seconds patience) {
  const auto pq = PqLibrary::Load();
  if (!pq) return tl::unexpected(pq.error());
  auto connection = std::make_unique<Connection>(**pq, address, patience);
  if (const auto ready = connection->Ready(); !ready) return tl::unexpected(ready.error());
  return Postgres(std::move(connection));
}

Result<std::size_t> Postgres::Run(const std::string& sql, const Parameters& parameters) {
  if (const auto sent = connection_->Send(sql, parameters); !sent) return tl::unexpected(sent.error());
  const auto row = connection_->Last();
  if (!row) return tl::unexpected(row.error());
  if (!*row) return 0;
  return static_cast<std::size_t>(std::strtoull(connection_->pq().changed_rows(row->get()), nullptr, 10));
}

Result<void> Postgres::RunScript(const std::string& sql) {
  if (const auto sent = connection_->SendScript(sql); !sent) return sent;
  const auto row = connection_->Last();
  if (!row) return tl::unexpected(row.error());
  return {};
}

Result<std::optional<std::string>> Postgres::Ask(const std::string& sql, const Parameters& parameters) {
  if (const auto sent = connection_->Send(sql, parameters); !sent) return tl::unexpected(sent.error());
  const auto row = connection_->Last();
  if (!row) return tl::unexpected(row.error());
  const PqLibrary& pq = connection_->pq();
  const PGresult* result = row->get();
  if (result == nullptr || pq.rows(result) == 0 || pq.columns(result) == 0 || pq.is_null(result, 0, 0) != 0) {
    return std::nullopt;
  }
  return std::string(pq.value(result, 0, 0));
}

Result<void> Postgres::Copy(const std::string& sql, const std::function<bool(std::string& text)>& next) {
  if (const auto sent = connection_->SendScript(sql); !sent) return sent;
  if (const auto begun = connection_->Next(); !begun) return tl::unexpected(begun.error());
  std::string text;
  while (next(text)) {
    if (text.size() < kCopyChunk) continue;
    if (const auto sent = connection_->SendCopy(text); !sent) return sent;
    text.clear();
  }
  if (!text.empty()) {
    if (const auto sent = connection_->SendCopy(text); !sent) return sent;
  }
  if (const auto ended = connection_->EndCopy(); !ended) return ended;
  const auto row = connection_->Last();
  if (!row) return tl::unexpected(row.error());
  return {};
}

std::string Postgres::CopyField(const std::optional<std::string>& value) {
  if (!value) return "\\N";
  std::string out;
  for (const char c : *value) {
    switch (c) {
      case '\\': out += "\\\\"; break;
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
#include "crawler/io/postgres_address.h"

#include <algorithm>
#include <map>
#include <memory>

#include "crawler/io/pq_library.h"

namespace hearsay {
namespace {

// The password as it stands in the URI, escapes and all: "postgresql://user:THIS@host".
std::string_view PasswordAsWritten(std::string_view uri) {
  const std::string_view authority = uri.substr(uri.find("://") + 3).substr(0, uri.find('/', uri.find("://") + 3));
  const std::size_t at = authority.rfind('@');
  const std::size_t colon = authority.find(':');
  if (at == std::string_view::npos || colon == std::string_view::npos || colon > at) return {};
  return authority.substr(colon + 1, at - colon - 1);
}

// A password with an unescaped '@' or '/' ends up in pieces in the host, the port or the database.
bool IsMisread(std::map<std::string_view, std::string>& given) {
  const auto has_at = [&](std::string_view key) { return given[key].find('@') != std::string::npos; };
  return has_at("host") || has_at("dbname") || given["port"].find_first_not_of("0123456789,") != std::string::npos;
}

}  // namespace

Result<PostgresAddress> PostgresAddress::Parse(const std::string& uri) {
  const std::string wanted = "give postgresql://USER@HOST:PORT/DATABASE, and the password in PGPASSWORD or ~/.pgpass";
  if (!uri.starts_with("postgresql://") && !uri.starts_with("postgres://")) {
    return tl::unexpected("it does not begin with postgresql://; " + wanted);
  }
  const auto pq = PqLibrary::Load();
  if (!pq) return tl::unexpected(pq.error());
  // libpq's own error quotes the URI: it stays unread.
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype((*pq)->conninfo_free)> options(
      (*pq)->conninfo_parse(uri.c_str(), &error), (*pq)->conninfo_free);
  if (error != nullptr) (*pq)->free_memory(error);
  if (!options) return tl::unexpected("it is no address that libpq understands; " + wanted);

  PostgresAddress address;
  address.uri_ = uri;
  address.secrets_.emplace_back(PasswordAsWritten(uri));
  std::map<std::string_view, std::string> given;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const bool is_secret = option->dispchar[0] == '*';
    if (is_secret) address.secrets_.emplace_back(option->val);
    if (!is_secret) given[option->keyword] = option->val;
  }
  if (IsMisread(given)) {
    return tl::unexpected("a password in it must be escaped: %40 for '@', %2F for '/'; or " + wanted);
  }
  address.display_ = "postgresql://" + (given["user"].empty() ? "" : given["user"] + "@") + given["host"] +
                     (given["port"].empty() ? "" : ":" + given["port"]) + "/" + given["dbname"];
  std::erase(address.secrets_, "");
  return address;
}

std::string PostgresAddress::Redacted(std::string_view message) const {
  std::string out(message);
  for (const std::string& secret : secrets_) {
    for (std::size_t at = out.find(secret); at != std::string::npos; at = out.find(secret, at + 3)) {
      out.replace(at, secret.size(), "***");
    }
  }
  while (out.ends_with('\n')) out.pop_back();
  std::replace(out.begin(), out.end(), '\n', ' ');
  std::replace(out.begin(), out.end(), '\t', ' ');
  return out;
}

}  // namespace hearsay

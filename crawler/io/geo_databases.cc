// SPDX-License-Identifier: MIT
#include "crawler/io/geo_databases.h"

#include <maxminddb.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "node/io/udp_address.h"

namespace hearsay {
namespace {

bool TypeNames(std::string_view type, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return type.find(word) != std::string_view::npos; });
}

bool IsCountryCode(std::string_view text) {
  return text.size() == 2 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

// One open file.
class GeoDatabases::File {
 public:
  static Result<std::unique_ptr<File>> Open(const std::string& path) {
    auto file = std::unique_ptr<File>(new File);
    file->path_ = path;
    const int error = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &file->database_);
    if (error != MMDB_SUCCESS) {
      const bool is_system = error == MMDB_FILE_OPEN_ERROR || error == MMDB_IO_ERROR;
      return tl::unexpected("cannot use the database '" + path + "': " +
                            (is_system ? std::strerror(errno) : MMDB_strerror(error)) +
                            "; give a MaxMind DB file (.mmdb)");
    }
    file->open_ = true;
    const std::string_view type = file->database_.metadata.database_type;
    file->has_country_ = TypeNames(type, {"Country", "City", "Enterprise"});
    file->has_as_ = TypeNames(type, {"ASN", "ISP", "Enterprise"});
    if (!file->has_country_ && !file->has_as_) {
      return tl::unexpected("the database '" + path + "' is of type '" + std::string(type) +
                            "'; give one of countries, cities or autonomous systems (ASN)");
    }
    return file;
  }
  ~File() {
    if (open_) MMDB_close(&database_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // Adds what is missing in `place`. The error is damage.
  Result<void> Add(const IpAddress& address, Place& place) const {
    sockaddr_storage storage{};
    const int family = address.IsV4() ? AF_INET : AF_INET6;
    if (!ToSocketAddress({address, 0}, family, storage)) return {};
    int error = MMDB_SUCCESS;
    MMDB_lookup_result_s found = MMDB_lookup_sockaddr(&database_, reinterpret_cast<const sockaddr*>(&storage), &error);
    if (error == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR) return {};
    if (error == MMDB_SUCCESS && found.found_entry) error = AddEntry(found.entry, place);
    if (error == MMDB_SUCCESS) return {};
    return tl::unexpected("the database '" + path_ + "' is damaged (" + MMDB_strerror(error) +
                          "): places that it holds are missing; fetch it anew");
  }

 private:
  File() = default;

  int AddEntry(MMDB_entry_s& entry, Place& place) const {
    int error = MMDB_SUCCESS;
    if (has_country_ && !place.country) {
      const char* const path[] = {"country", "iso_code", nullptr};
      const auto code = Text(entry, path, error);
      if (code && IsCountryCode(*code)) place.country = code;
    }
    if (error != MMDB_SUCCESS || !has_as_ || place.as) return error;
    const char* const number_path[] = {"autonomous_system_number", nullptr};
    const char* const name_path[] = {"autonomous_system_organization", nullptr};
    const auto number = Value(entry, number_path, MMDB_DATA_TYPE_UINT32, error);
    if (!number) return error;
    place.as = number->uint32;
    const auto name = Text(entry, name_path, error);
    if (name && name->size() <= kMaxAsNameBytes) place.as_name = name;
    return error;
  }

  // nullopt when the entry has no such value, or one of another kind; `error` when it cannot be read.
  static std::optional<MMDB_entry_data_s> Value(MMDB_entry_s& entry, const char* const* path, std::uint32_t kind,
                                                int& error) {
    MMDB_entry_data_s data{};
    const int result = MMDB_aget_value(&entry, &data, path);
    const bool absent = result == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR;
    if (result != MMDB_SUCCESS && !absent) error = result;
    if (result != MMDB_SUCCESS || !data.has_data || data.type != kind) return std::nullopt;
    return data;
  }
  static std::optional<std::string> Text(MMDB_entry_s& entry, const char* const* path, int& error) {
    const auto data = Value(entry, path, MMDB_DATA_TYPE_UTF8_STRING, error);
    if (!data) return std::nullopt;
    return std::string(data->utf8_string, data->data_size);
  }

  std::string path_;
  MMDB_s database_{};
  bool open_ = false;
  bool has_country_ = false;
  bool has_as_ = false;
};

GeoDatabases::GeoDatabases() = default;
GeoDatabases::GeoDatabases(GeoDatabases&&) noexcept = default;
GeoDatabases& GeoDatabases::operator=(GeoDatabases&&) noexcept = default;
GeoDatabases::~GeoDatabases() = default;

Result<GeoDatabases> GeoDatabases::Open(const std::vector<std::string>& paths) {
  GeoDatabases databases;
  for (const std::string& path : paths) {
    auto file = File::Open(path);
    if (!file) return tl::unexpected(file.error());
    databases.files_.push_back(std::move(*file));
  }
  return databases;
}

Place GeoDatabases::Lookup(const IpAddress& address) {
  Place place;
  for (const auto& file : files_) {
    const auto added = file->Add(address, place);
    if (!added && !fault_) fault_ = added.error();
  }
  return place;
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// GeoDatabases: MaxMind DB files (GeoLite2, GeoIP2, DB-IP and others of their form) that say in which country and which
// autonomous system an address is. Asked in the order given; the first that knows the one or the other counts for it.
//
// A file whose type says Country, City or Enterprise gives `country.iso_code`; one of type ASN, ISP or Enterprise gives
// `autonomous_system_number` and `_organization`. A file of another type is refused at opening, so that nobody wonders
// why all is unknown. The files are the operator's, but may be damaged: what is not two capital letters is no country,
// a name above kMaxAsNameBytes is none, and damage that a lookup meets makes the answer unknown and is kept as Fault().
// Files are mapped, not read: replace one by renaming another over it, never by writing into it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crawler/report/places.h"
#include "proto/error.h"

namespace hearsay {

class GeoDatabases {
 public:
  static constexpr std::size_t kMaxAsNameBytes = 256;  // Guess: four times the longest in GeoLite2

  // Errors name the file, what is wrong with it, and what to give instead.
  static Result<GeoDatabases> Open(const std::vector<std::string>& paths);
  GeoDatabases(GeoDatabases&&) noexcept;
  GeoDatabases& operator=(GeoDatabases&&) noexcept;
  ~GeoDatabases();

  bool empty() const { return files_.empty(); }
  Place Lookup(const IpAddress& address);
  // The first damage that a lookup met.
  const std::optional<std::string>& Fault() const { return fault_; }

 private:
  class File;
  GeoDatabases();

  std::vector<std::unique_ptr<File>> files_;
  std::optional<std::string> fault_;
};

}  // namespace hearsay

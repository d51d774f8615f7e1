// SPDX-License-Identifier: MIT
//
// Places: the country and the autonomous system of each entry of a census, as databases outside of this room say it.
//
// A value beside the census, because what a database says is no finding of the crawl: the same census with another
// month's database has other places. A node with several endpoints is placed by the first of them that the databases
// know, for its country and its system apart. Without databases every place is unknown.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crawler/census.h"

namespace hearsay {

struct Place {
  std::optional<std::string> country;     // ISO 3166-1, two capital letters
  std::optional<std::uint32_t> as;        // the autonomous system's number
  std::optional<std::string> as_name;     // as the database writes it: anything
  bool operator==(const Place&) const = default;
};
using PlaceLookup = std::function<Place(const IpAddress&)>;

class Places {
 public:
  Places() = default;  // everything is unknown
  Places(const Census& census, const PlaceLookup& lookup);

  bool known() const { return known_; }  // there was somebody to ask
  const Place& OfNode(std::size_t index) const { return At(nodes_, index); }      // of census.nodes
  const Place& OfSilent(std::size_t index) const { return At(silent_, index); }   // of census.silent

  // How many nodes (not silent endpoints) are where: "DE", "AS64500"; "unknown" for the rest.
  using Counts = std::map<std::string, std::size_t, std::less<>>;
  Counts Countries() const;
  Counts Systems() const;

 private:
  static const Place& At(const std::vector<Place>& places, std::size_t index);

  bool known_ = false;
  std::vector<Place> nodes_;
  std::vector<Place> silent_;
};

}  // namespace hearsay

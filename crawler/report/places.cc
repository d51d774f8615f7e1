// SPDX-License-Identifier: MIT
#include "crawler/report/places.h"

namespace hearsay {
namespace {

Place PlaceOf(const std::vector<Endpoint>& endpoints, const PlaceLookup& lookup) {
  Place out;
  for (const Endpoint& endpoint : endpoints) {
    Place place = lookup(endpoint.address);
    if (!out.country) out.country = std::move(place.country);
    if (!out.as) {
      out.as = place.as;
      out.as_name = std::move(place.as_name);
    }
    if (out.country && out.as) break;
  }
  return out;
}

}  // namespace

Places::Places(const Census& census, const PlaceLookup& lookup) : known_(true) {
  nodes_.reserve(census.nodes.size());
  silent_.reserve(census.silent.size());
  for (const MappedNode& node : census.nodes) nodes_.push_back(PlaceOf(node.endpoints, lookup));
  for (const MappedEndpoint& silent : census.silent) silent_.push_back(lookup(silent.endpoint.address));
}

const Place& Places::At(const std::vector<Place>& places, std::size_t index) {
  static const Place kUnknown;
  return index < places.size() ? places[index] : kUnknown;
}

Places::Counts Places::Countries() const {
  Counts counts;
  for (const Place& place : nodes_) ++counts[place.country.value_or("unknown")];
  return counts;
}

Places::Counts Places::Systems() const {
  Counts counts;
  for (const Place& place : nodes_) ++counts[place.as ? "AS" + std::to_string(*place.as) : "unknown"];
  return counts;
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// PostCensus: one census into a PostgreSQL database, in one transaction: all of it, or nothing (docs/postgres.md).
//
// The tables are made when the database has none. Tables of another version, or a later census of the same network,
// are left as they are and an error. Posts from several programs wait for each other.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "crawler/census.h"
#include "crawler/io/postgres_address.h"
#include "crawler/report/map_header.h"
#include "crawler/report/places.h"

namespace hearsay {

struct CensusToPost {
  const Census& census;
  const MapHeader& header;
  const Places& places;       // for the summary
  const PlaceLookup& lookup;  // for endpoints; may be empty
};

struct Posted {
  std::int64_t census = 0;     // its number in the database
  std::size_t began = 0;       // sightings: of what was not so before
  std::size_t ended = 0;
};

// From the first packet to the server to its last word. Guess: a hundred times what 35,000 nodes take.
inline constexpr std::chrono::seconds kPostPatience{120};

// Errors are one line that names the database (without passwords), what went wrong, and what to do.
Result<Posted> PostCensus(const PostgresAddress& address, const CensusToPost& post,
                          std::chrono::seconds patience = kPostPatience);

}  // namespace hearsay

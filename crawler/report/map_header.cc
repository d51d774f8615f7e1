// SPDX-License-Identifier: MIT
#include "crawler/report/map_header.h"

#include "proto/rfc3339.h"

namespace hearsay {

std::string MapTitle(const Census& census, const MapHeader& header) {
  return "Network '" + header.network + "', crawled " + FormatRfc3339(census.started_at) + " by " + header.software +
         (census.complete ? "" : " (not complete)");
}

}  // namespace hearsay

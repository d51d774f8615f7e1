// SPDX-License-Identifier: MIT
//
// MapHeader: what a report says of the crawl that its census does not know.
#pragma once

#include <string>

#include "crawler/census.h"

namespace hearsay {

struct MapHeader {
  std::string software;  // of the crawler
  std::string network;   // the name it was told; never seen on the wire
};

// One line for formats without a header of their own:
// "Network 'main', crawled 2026-11-21T02:00:00.000Z by hearsay/0.1.0 (not complete)".
std::string MapTitle(const Census& census, const MapHeader& header);

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// The text of proto/vectors.json: what a second implementation checks itself against. All of it follows from fixed
// seeds, so the file can be made again at any time and must not change unless the protocol does.
#pragma once

#include <string>

namespace hearsay::testing_proto {

std::string MakeVectors();

}  // namespace hearsay::testing_proto

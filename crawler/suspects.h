// SPDX-License-Identifier: MIT
//
// FlagSuspects: marks the nodes of a census whose samples do not verify: liars.
//
// Honest nodes name only peers that they verified within minutes, so what they name and a crawl cannot verify is churn,
// loss and filters, about the same for all: the median share over the nodes is what is usual here. A node is suspect
// when its share is below kShare of the usual one, and the binomial chance of so few under nine tenths of the usual
// share is below kChance. So of maps of 10,000 honest nodes less than one in a hundred flags anybody by chance alone.
// Nodes that named fewer than kFewest dialled endpoints are never flagged. It fails where most nodes lie.
//
// Of what a node named, at most kJudgedOfGroup that are alive and as many that are silent count of one address group
// (but on private networks): else who owns one group could frame an honest node, by nodes that prove themselves to it
// and to nobody else, and a liar could buy credit by a group of its own.
#pragma once

#include "crawler/census.h"

namespace hearsay {

inline constexpr std::uint32_t kJudgedOfGroup = 2;

void FlagSuspects(Census& census);

// It named enough to be flagged or not, and all of that was dialled to the end: where a crawl was cut short, what it
// did not try says nothing in a liar's favour.
bool IsJudged(const MappedNode& node);

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// FlagSuspects: marks the nodes of a census whose samples do not verify: liars.
//
// Honest nodes name only peers that they verified within minutes, so what they name and a crawl cannot verify is churn,
// loss and filters, about the same for all: the median share over the nodes is what is usual here. A node is suspect
// when its share is below kShare of the usual one, and the binomial chance of so few under nine tenths of the usual
// share is below kChance. So of maps of 10,000 honest nodes less than one in a hundred flags anybody by chance alone.
// Nodes that named fewer than kFewest dialled endpoints are never flagged. It fails where most nodes lie.
#pragma once

#include "crawler/census.h"

namespace hearsay {

void FlagSuspects(Census& census);

}  // namespace hearsay

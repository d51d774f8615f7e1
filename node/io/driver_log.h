// SPDX-License-Identifier: MIT
//
// How a peer event reads in the log, and how loud: what an operator must act on is a warning, the coming and going of
// peers is information, the channel's ups and downs are for debugging.
#pragma once

#include "node/core/seam.h"
#include "node/io/log.h"

namespace hearsay {

void LogPeerEvent(Log& log, const PeerEvent& event);

}  // namespace hearsay

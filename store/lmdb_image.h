// SPDX-License-Identifier: MIT
//
// CheckLmdbImage: is this file one that LMDB can be let loose on?
//
// Why: LMDB maps its file and trusts every byte in it. A file cut short ends in SIGBUS, a damaged page in reads and
// writes outside of it. So before LMDB sees a file that was there, each page that the newest root reaches, and the
// free list, is checked here: every page in the file, used once, of the right kind; every node inside its page, and
// the nodes of a page exactly filling it; keys in order within a page; entries counted. After that LMDB stays inside
// its map whatever the values hold, and values have total decoders of their own.
//
// Cost: one pass over the pages in use, in memory bounded by one bit a page: tens of milliseconds for 1,000,000 peers.
// It also brings the file into the page cache, from where the peers are read next.
//
// Source: the on-disk format of LMDB 0.9 (data version 1), mdb.c. Differs from a size check because a sound file may
// end before the last page number it has given out: free pages at the end need never have been written.
// Total: any bytes give an answer. Not looked at: pages in no tree, values.
#pragma once

#include "proto/bytes.h"
#include "proto/error.h"

namespace hearsay {

// The error says what is damaged and where; the caller adds path and remedy.
Result<void> CheckLmdbImage(BytesView image);

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// MDB_val from and to BytesView. LMDB takes pointers to mutable data but only reads through these.
#pragma once

#include <lmdb.h>

#include "proto/bytes.h"

namespace hearsay {

inline MDB_val ToValue(BytesView bytes) { return {bytes.size(), const_cast<std::byte*>(bytes.data())}; }
inline BytesView FromValue(const MDB_val& value) {
  return {static_cast<const std::byte*>(value.mv_data), value.mv_size};
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// What the codecs of stored values share (known_peer.cc, ban.cc): which times they take, and how bytes come out.
#pragma once

#include <cstdint>
#include <string>

#include <google/protobuf/message_lite.h>

#include "proto/bytes.h"
#include "proto/time.h"

namespace hearsay::stored_value {

// 1970 to 9999: far from where sums and differences of times would overflow.
inline constexpr std::int64_t kMaxMicros = 253'402'300'799'999'999;
inline bool IsTime(std::int64_t us) { return us >= 0 && us <= kMaxMicros; }
inline std::int64_t ToMicros(Time t) { return t.time_since_epoch().count(); }
inline Time FromMicros(std::int64_t us) { return Time{Duration{us}}; }

inline std::string Text(BytesView b) { return std::string(AsText(b)); }

inline Bytes Serialize(const google::protobuf::MessageLite& message) {
  Bytes out(message.ByteSizeLong());
  message.SerializeToArray(out.data(), static_cast<int>(out.size()));
  return out;
}

}  // namespace hearsay::stored_value

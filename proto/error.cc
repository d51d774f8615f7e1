// SPDX-License-Identifier: MIT
#include "proto/error.h"

namespace hearsay {

std::string_view ErrorName(Error error) {
  switch (error) {
    case Error::kTooShort: return "too_short";
    case Error::kTooLong: return "too_long";
    case Error::kUnknownPacket: return "unknown_packet";
    case Error::kWrongVersion: return "wrong_version";
    case Error::kWrongNetwork: return "wrong_network";
    case Error::kMalformed: return "malformed";
    case Error::kBadEndpoint: return "bad_endpoint";
    case Error::kBadCookie: return "bad_cookie";
    case Error::kCookieReplayed: return "cookie_replayed";
    case Error::kBadSignature: return "bad_signature";
    case Error::kBadKey: return "bad_key";
    case Error::kWrongNodeId: return "wrong_node_id";
    case Error::kSelf: return "self";
    case Error::kDuplicateIdentity: return "duplicate_identity";
    case Error::kNotMyEndpoint: return "not_my_endpoint";
    case Error::kUnknownSession: return "unknown_session";
    case Error::kBadSeal: return "bad_seal";
    case Error::kReplayed: return "replayed";
    case Error::kStaleRecord: return "stale_record";
    case Error::kNotExpected: return "not_expected";
    case Error::kRateLimited: return "rate_limited";
    case Error::kRefused: return "refused";
    case Error::kFalseSamples: return "false_samples";
    case Error::kTimeout: return "timeout";
    case Error::kBanned: return "banned";
    case Error::kCount: break;
  }
  return "unknown";
}

}  // namespace hearsay

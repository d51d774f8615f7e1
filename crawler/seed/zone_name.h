// SPDX-License-Identifier: MIT
//
// ZoneName: what a name in a seed's zone stands for. The tree of names, below ZONE:
//
//   name                          what it is            records
//   ZONE                          all peers             A AAAA TXT, and SOA NS
//   ROLE.ZONE                     peers of that role    A AAAA TXT
//   KEY.has.ZONE                  peers with the        A AAAA TXT
//                                 attribute KEY
//   VALUE.KEY.is.ZONE             with that value of it A AAAA TXT
//   _hearsay._udp.X               SRV of the name X     SRV        X: any of the above
//   pHEX.ZONE                     an address            A or AAAA  HEX: 8 or 32 hex digits
//   a name server of the zone     its addresses         A AAAA
//   has, is, KEY.is, _udp.X       nothing of their own  none: names below them exist (RFC 8020)
//
// Roles always exist; of attributes those that some peer has. All else does not exist. Names ignore case.
// pHEX is read from the name itself, so that the target of an SRV record resolves though its peer has left the table;
// but an address that is not global only while it is in the table: a page that may point a name of its choice at
// 127.0.0.1 or at somebody's router is how DNS rebinding begins. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "crawler/seed/good_peers.h"
#include "proto/endpoint.h"

namespace hearsay {

struct ZoneName {
  enum class Kind : std::uint8_t { kUnknown, kEmpty, kPeers, kServices, kAddress };
  Kind kind = Kind::kUnknown;
  std::string view;   // of kPeers and kServices, as GoodPeers names it
  IpAddress address;  // of kAddress
};

// `labels` are those left of the zone, from the left, in lower case. Name servers are the caller's.
ZoneName ReadZoneName(std::span<const std::string> labels, const GoodPeers& peers);
// "pHEX" of an address.
std::string AddressLabel(const IpAddress& address);

}  // namespace hearsay

// SPDX-License-Identifier: MIT
#include "node/core/admission.h"

namespace hearsay {

bool Admission::AdmitStranger(Strangers& kind, std::size_t addresses, Rate group_rate, const Source& source, Time now) {
  const Rate address_rate = source.lan ? kLanSourceRate : kAddressRate;
  if (source.lan) group_rate = kLanSourceRate;
  return kind.addresses.Take(SipHash(secret_, source.address.bytes), addresses, address_rate, now) &&
         kind.groups.Take(SipHash(secret_, source.group.key), kGroups, group_rate, now);
}

bool Admission::AdmitHello(const Source& source, Time now) {
  NoteStranger(now);
  const bool within = AdmitStranger(hellos_, kHelloAddresses, kHelloGroupRate, source, now);
  return (within || all_hellos_.Holds(kHelloRate, now, kHelloRate.burst / 2)) && all_hellos_.Take(kHelloRate, now);
}

bool Admission::AdmitProof(const Source& source, Time now) {
  return AdmitStranger(proofs_, kProofAddresses, kProofGroupRate, source, now) &&
         signatures_.Take(kSignatureRate, now);
}

bool Admission::AdmitPacket(ChannelAllowance& channel, std::size_t bytes, Time now) {
  return channel.packets.Take(kChannelRate, now) && channel.bytes.Take(kChannelBytes, now, bytes);
}

bool Admission::AdmitOthersPacket(ChannelAllowance& channel, std::size_t bytes, const Source& source, Time now) {
  if (!AdmitPacket(channel, bytes, now)) return false;
  if (channel.assured.Take(kAssuredRate, now)) return true;
  return (source.lan || others_groups_.Take(SipHash(secret_, source.group.key), kGroups, kOthersGroupRate, now)) &&
         others_.Take(kOthersRate, now) && others_bytes_.Take(kOthersBytes, now, bytes);
}

}  // namespace hearsay

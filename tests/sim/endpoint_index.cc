// SPDX-License-Identifier: MIT
#include "tests/sim/endpoint_index.h"

#include <utility>

#include "tests/sim/mix.h"

namespace hearsay::sim {

std::optional<std::uint32_t> EndpointIndex::Find(const Endpoint& endpoint) const {
  if (slots_.empty()) return std::nullopt;
  for (std::size_t i = Home(endpoint); slots_[i].used; i = Next(i)) {
    if (slots_[i].key == endpoint) return slots_[i].value;
  }
  return std::nullopt;
}

bool EndpointIndex::Insert(const Endpoint& endpoint, std::uint32_t value) {
  if (2 * (size_ + 1) > slots_.size()) Grow();
  std::size_t i = Home(endpoint);
  for (; slots_[i].used; i = Next(i)) {
    if (slots_[i].key == endpoint) return false;
  }
  slots_[i] = Slot{endpoint, true, value};
  ++size_;
  return true;
}

void EndpointIndex::Erase(const Endpoint& endpoint) {
  if (slots_.empty()) return;
  std::size_t hole = Home(endpoint);
  while (slots_[hole].used && slots_[hole].key != endpoint) hole = Next(hole);
  if (!slots_[hole].used) return;
  --size_;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = Next(hole); slots_[i].used; i = Next(i)) {
    // An entry may move back into the hole when its home is not cyclically after the hole.
    if (((i - Home(slots_[i].key)) & mask) < ((i - hole) & mask)) continue;
    slots_[hole] = slots_[i];
    hole = i;
  }
  slots_[hole].used = false;
}

std::size_t EndpointIndex::Home(const Endpoint& endpoint) const {
  const std::byte* bytes = endpoint.address.bytes.data();
  const std::uint64_t low = LoadBigEndian<std::uint64_t>(bytes + 8) ^ (std::uint64_t{endpoint.port} << 48);
  return static_cast<std::size_t>(Mix(LoadBigEndian<std::uint64_t>(bytes), low)) & (slots_.size() - 1);
}

void EndpointIndex::Grow() {
  std::vector<Slot> old = std::exchange(slots_, {});
  slots_.resize(old.empty() ? 16 : 2 * old.size());
  size_ = 0;
  for (const Slot& slot : old) {
    if (slot.used) Insert(slot.key, slot.value);
  }
}

}  // namespace hearsay::sim

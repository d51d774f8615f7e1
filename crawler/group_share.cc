// SPDX-License-Identifier: MIT
#include "crawler/group_share.h"

#include <algorithm>
#include <numeric>

namespace hearsay {
namespace {

// The `i`th of `taken` at even distances among `all`: the middle of its part.
std::size_t Evenly(std::size_t i, std::size_t taken, std::size_t all) { return (2 * i + 1) * all / (2 * taken); }

// Where each group begins in `order`, and the end.
std::vector<std::size_t> Begins(std::span<const GroupPlace> order) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || order[i].group != order[i - 1].group) out.push_back(i);
  }
  out.push_back(order.size());
  return out;
}

// The largest k so that all groups' members up to k fit. 0: there are too many groups.
std::size_t LargestShare(std::span<const std::size_t> begins, std::size_t room) {
  std::vector<std::size_t> sizes;
  for (std::size_t g = 0; g + 1 < begins.size(); ++g) sizes.push_back(begins[g + 1] - begins[g]);
  std::ranges::sort(sizes);
  // The smallest groups take all they have; what they leave is divided among the others.
  for (std::size_t g = 0; g < sizes.size(); ++g) {
    const std::size_t share = room / (sizes.size() - g);
    if (sizes[g] > share) return share;
    room -= sizes[g];
  }
  return sizes.empty() ? 0 : sizes.back();
}

}  // namespace

std::vector<std::uint32_t> ShareByGroup(std::span<const AddressGroup> groups, std::size_t room) {
  std::vector<std::uint32_t> out;
  if (groups.size() <= room) {
    out.resize(groups.size());
    std::iota(out.begin(), out.end(), 0);
    return out;
  }
  std::vector<GroupPlace> order;
  order.reserve(groups.size());
  for (const AddressGroup& group : groups) order.push_back({group, static_cast<std::uint32_t>(order.size())});
  std::ranges::sort(order);
  const std::vector<std::size_t> begins = Begins(order);
  const std::size_t all_groups = begins.size() - 1;
  const std::size_t share = LargestShare(begins, room);
  const std::size_t taken_groups = share == 0 ? room : all_groups;
  for (std::size_t i = 0; i < taken_groups; ++i) {
    const std::size_t g = Evenly(i, taken_groups, all_groups);
    const std::size_t members = begins[g + 1] - begins[g];
    const std::size_t taken = std::min(members, std::max<std::size_t>(share, 1));
    for (std::size_t m = 0; m < taken; ++m) out.push_back(order[begins[g] + Evenly(m, taken, members)].place);
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// InCopy: what a function computes, run in a copy of this process: whatever it does, here everything is as it was. So a
// network that took minutes to grow can end in several ways. No thread but ours may run.
#pragma once

#include <functional>
#include <vector>

namespace hearsay::sim {

std::vector<double> InCopy(const std::function<std::vector<double>()>& compute);

}  // namespace hearsay::sim

// SPDX-License-Identifier: MIT
//
// FaultText: one line for the operator about a fault of the machine: the thing, its path, what is wrong, the remedy.
#pragma once

#include <string>
#include <string_view>

namespace hearsay {

// `thing` is what the path is to the operator ("store", "data directory"); `code` an errno.
std::string FaultText(std::string_view thing, std::string_view path, int code);

}  // namespace hearsay

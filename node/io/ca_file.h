// SPDX-License-Identifier: MIT
//
// The CA file, `list_ca_file`: which certificates https:// peer lists must lead to. libcurl reads it, at each fetch and
// long after the start; here it is looked at beforehand, so that a wrong path is no riddle of TLS an hour later.
#pragma once

#include <string>

#include "proto/error.h"

namespace hearsay {

// Readable, and PEM with a certificate in it; whether the certificate is any good is libcurl's to say. Empty: fine.
Result<void> CheckCaFile(const std::string& path);

}  // namespace hearsay

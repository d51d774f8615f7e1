// SPDX-License-Identifier: MIT
//
// NodeControl: what the local API may change in a running node. On the loop thread.
#pragma once

#include <tl/expected.hpp>

#include "node/core/seam.h"

namespace hearsay {

class NodeControl {
 public:
  virtual ~NodeControl() = default;
  // `ban.source` is kCommand. On an error nothing has changed.
  virtual tl::expected<void, BanRefusal> Ban(const BanEntry& ban) = 0;
  virtual tl::expected<void, BanRefusal> Unban(const BanSubject& subject) = 0;
};

}  // namespace hearsay

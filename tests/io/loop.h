// SPDX-License-Identifier: MIT
//
// RunUntil: turns a test's Asio loop until something has happened. Waiting for an event, never for a while.
#pragma once

#include <chrono>

#include <asio/io_context.hpp>

namespace hearsay {

// False when `done` was still false after `patience`.
template <typename Predicate>
bool RunUntil(asio::io_context& io, Predicate done, std::chrono::milliseconds patience = std::chrono::seconds{10}) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!done() && std::chrono::steady_clock::now() < deadline) {
    io.restart();
    // A loop without work would return at once and spin.
    if (io.run_one_until(std::min(deadline, std::chrono::steady_clock::now() + std::chrono::milliseconds{20})) == 0 &&
        io.stopped()) {
      io.restart();
    }
  }
  return done();
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// ApiListener: the local API's listening socket, and every way in which it cannot be had, said in one line.
//
// A unix socket is mode 0600 before anyone can connect. A path that is in use already is taken over only when it is a
// socket that nobody answers: what a killed node leaves behind.
#pragma once

#include <sys/types.h>

#include <string>

#include "node/io/settings.h"
#include "proto/error.h"

namespace hearsay {

class ApiListener {
 public:
  ApiListener() = default;
  ~ApiListener() { Close(); }
  ApiListener(const ApiListener&) = delete;
  ApiListener& operator=(const ApiListener&) = delete;

  // Listening afterwards. `address` is not off.
  Result<void> Open(const ApiAddress& address);
  // The bound address with its real port, or with the whole path where that fits a unix socket's name.
  const std::string& address() const { return address_; }
  // Hands the descriptor over; the path stays this object's to remove.
  int Release();
  // Closes what was not released and removes the socket's path, when it is still the one that Open made.
  void Close();

 private:
  Result<void> OpenTcp(const Endpoint& endpoint);
  Result<void> OpenUnix(const std::string& path);

  int fd_ = -1;
  std::string address_;
  std::string path_;
  dev_t device_ = 0;  // of path_, as bound
  ino_t inode_ = 0;
};

}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// Cluster: real nodes on loopback, each a process with a data directory and an API socket of its own in a temporary
// directory. Ports are free ones. Everything is killed and removed with the object. Nodes are named by their number.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/io/temporary_folder.h"
#include "tests/net/process.h"

namespace hearsay::test {

// Polls until `predicate` holds: for states that processes reach in their own time.
bool Eventually(const std::function<bool()>& predicate, Milliseconds patience = kPatience);

class Cluster {
 public:
  explicit Cluster(std::string program) : program_(std::move(program)) {}

  // `hearsay run` with these arguments and a data directory; without --listen and --api, at a free loopback port and
  // with an API socket. Does not wait.
  std::size_t Start(const std::vector<std::string>& arguments = {});
  // Starts `count` nodes with these arguments: the first, and the others told only of it. False when one is not ready.
  bool Form(std::size_t count, const std::vector<std::string>& arguments = {});
  // The same home, another process. It has ended or is killed.
  void Restart(std::size_t node, const std::vector<std::string>& arguments = {});
  // Its ready line has come; false when the process ended or patience did.
  bool WaitReady(std::size_t node, Milliseconds patience = kPatience);
  void Signal(std::size_t node, int signal) const { At(node).process->Signal(signal); }
  void Kill(std::size_t node) { At(node).process->Kill(); }
  // The exit code, or minus the signal that ended it; nullopt when it still runs.
  std::optional<int> WaitExit(std::size_t node, Milliseconds patience = kPatience);

  std::size_t size() const { return nodes_.size(); }
  bool IsRunning(std::size_t node) const { return At(node).process->running(); }
  std::vector<std::size_t> Running() const;
  pid_t Pid(std::size_t node) const { return At(node).process->pid(); }
  const std::string& ReadyLine(std::size_t node) const { return At(node).ready_line; }
  // A value of the ready line: "node_id", "network", "listen" or "api".
  std::string Ready(std::size_t node, const std::string& key) const;
  std::string Directory(std::size_t node) const { return At(node).home + "/data"; }
  std::string Api(std::size_t node) const { return "unix:" + At(node).home + "/api.sock"; }
  std::string Errors(std::size_t node) const { return At(node).process->Log(); }  // its standard error
  const TemporaryFolder& dir() const { return dir_; }

  // The local API's answer; null when there is none.
  nlohmann::json Get(std::size_t node, const std::string& target) const;
  nlohmann::json Status(std::size_t node) const { return Get(node, "/v1/status"); }
  std::uint64_t Count(std::size_t node, const std::string& counter) const;  // of its status; 0 when it does not answer
  // What `node` says of this peer; null when it does not know it.
  nlohmann::json Peer(std::size_t node, const std::string& node_id) const;
  // Each of `others` (but itself) is in this node's view.
  bool SeesAll(std::size_t node, const std::vector<std::size_t>& others) const;
  // None of these node ids is in its view.
  bool SeesNone(std::size_t node, const std::vector<std::string>& node_ids) const;
  // Every running node has all other running nodes in its view, and nobody else.
  bool IsWhole() const;
  std::string Describe() const;  // the sizes of all views, for failures

 private:
  struct Node {
    std::string home;
    std::unique_ptr<Process> process;
    std::string ready_line;
  };
  const Node& At(std::size_t node) const { return nodes_.at(node); }
  Node& At(std::size_t node) { return nodes_.at(node); }
  void Launch(Node& node, const std::vector<std::string>& arguments);
  // Node ids in its view; nothing when it does not answer.
  std::optional<std::vector<std::string>> View(std::size_t node) const;

  const std::string program_;
  const TemporaryFolder dir_;
  std::vector<Node> nodes_;
};

}  // namespace hearsay::test

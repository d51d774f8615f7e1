// SPDX-License-Identifier: MIT
#include "tests/net/cluster.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "node/io/http_client.h"

namespace hearsay::test {
namespace {

constexpr Milliseconds kPollInterval{20};
constexpr Milliseconds kApiTimeout = std::chrono::seconds{5};

}  // namespace

bool Eventually(const std::function<bool()>& predicate, Milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!predicate()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kPollInterval);
  }
  return true;
}

std::size_t Cluster::Start(const std::vector<std::string>& arguments) {
  Node node;
  node.home = dir_.path() + "/" + std::to_string(nodes_.size());
  std::filesystem::create_directories(node.home);
  nodes_.push_back(std::move(node));
  Launch(nodes_.back(), arguments);
  return nodes_.size() - 1;
}

bool Cluster::Form(std::size_t count, const std::vector<std::string>& arguments) {
  const std::size_t first = Start(arguments);
  if (!WaitReady(first)) return false;
  std::vector<std::string> more = arguments;
  more.insert(more.end(), {"--peer", Ready(first, "listen")});
  for (std::size_t i = 1; i < count; ++i) Start(more);
  for (std::size_t i = 1; i < count; ++i) {
    if (!WaitReady(first + i)) return false;
  }
  return true;
}

void Cluster::Restart(std::size_t node, const std::vector<std::string>& arguments) {
  At(node).process->Kill();
  Launch(At(node), arguments);
}

void Cluster::Launch(Node& node, const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {program_, "run"};
  const auto says = [&](const char* flag) { return std::ranges::find(arguments, flag) != arguments.end(); };
  if (!says("--listen")) command.insert(command.end(), {"--listen", "127.0.0.1:0"});
  if (!says("--api")) command.insert(command.end(), {"--api", "unix:" + node.home + "/api.sock"});
  command.insert(command.end(), {"--data-dir", node.home + "/data"});
  command.insert(command.end(), arguments.begin(), arguments.end());
  node.ready_line.clear();
  node.process = std::make_unique<Process>(std::move(command), node.home + "/log");
}

bool Cluster::WaitReady(std::size_t node, Milliseconds patience) {
  Node& n = At(node);
  if (n.ready_line.empty()) n.ready_line = n.process->ReadLine(patience).value_or("");
  return n.ready_line.starts_with("ready node_id=");
}

std::optional<int> Cluster::WaitExit(std::size_t node, Milliseconds patience) {
  return At(node).process->Wait(patience);
}

std::vector<std::size_t> Cluster::Running() const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (IsRunning(i)) out.push_back(i);
  }
  return out;
}

std::string Cluster::Ready(std::size_t node, const std::string& key) const {
  const std::string& line = At(node).ready_line;
  const auto found = line.find(" " + key + "=");
  if (found == std::string::npos) return {};
  const auto begin = found + key.size() + 2;
  return line.substr(begin, line.find(' ', begin) - begin);
}

nlohmann::json Cluster::Get(std::size_t node, const std::string& target) const {
  auto client = HttpClient::Connect(*ApiAddress::Parse(Api(node)), kApiTimeout);
  if (!client) return nullptr;
  const auto response = client->Get(target, kApiTimeout);
  return response ? nlohmann::json::parse(response->body, nullptr, false) : nlohmann::json(nullptr);
}

std::uint64_t Cluster::Count(std::size_t node, const std::string& counter) const {
  const auto status = Status(node);
  return status.is_object() ? status.at("counters").value(counter, std::uint64_t{0}) : 0;
}

nlohmann::json Cluster::Peer(std::size_t node, const std::string& node_id) const {
  const auto answer = Get(node, "/v1/peers");
  if (!answer.is_object()) return nullptr;
  for (const auto& peer : answer.at("peers")) {
    if (peer.at("node_id") == node_id) return peer;
  }
  return nullptr;
}

std::optional<std::vector<std::string>> Cluster::View(std::size_t node) const {
  const auto answer = Get(node, "/v1/peers?in_view=true");
  if (!answer.is_object() || !answer.contains("peers")) return std::nullopt;
  std::vector<std::string> out;
  for (const auto& peer : answer.at("peers")) out.push_back(peer.at("node_id"));
  return out;
}

bool Cluster::SeesAll(std::size_t node, const std::vector<std::size_t>& others) const {
  const auto view = View(node);
  return view && std::ranges::all_of(others, [&](std::size_t other) {
           return other == node || std::ranges::find(*view, Ready(other, "node_id")) != view->end();
         });
}

bool Cluster::SeesNone(std::size_t node, const std::vector<std::string>& node_ids) const {
  const auto view = View(node);
  return view && std::ranges::none_of(node_ids, [&](const std::string& id) {
           return std::ranges::find(*view, id) != view->end();
         });
}

bool Cluster::IsWhole() const {
  const auto running = Running();
  return std::ranges::all_of(running, [&](std::size_t node) {
    const auto view = View(node);
    return view && view->size() == running.size() - 1 && SeesAll(node, running);
  });
}

std::string Cluster::Describe() const {
  std::string out;
  for (const std::size_t node : Running()) {
    const auto status = Status(node);
    if (!status.is_object()) continue;
    out += "node " + std::to_string(node) + ": view " + status.at("view").dump() + ", table " +
           status.at("table").dump() + "\n";
  }
  return out;
}

}  // namespace hearsay::test

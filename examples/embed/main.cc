// SPDX-License-Identifier: MIT
//
// A service that finds its kind: it joins a network, says on which port it serves, and prints who else does.
//   embed [PEER]     for example: embed 127.0.0.1:7075
#include <cstdio>

#include "node/io/hearsay.h"

int main(int argc, char** argv) {
  hearsay::Settings settings;
  settings.network = "example";
  settings.listen = {*hearsay::Endpoint::Parse("127.0.0.1:0")};
  settings.attributes = {{"service", "greeter"}, {"port", "8080"}};
  settings.log_level = "off";
  if (argc > 1) settings.peers = {argv[1]};

  const auto node = hearsay::EmbeddedNode::Start(settings, [](const hearsay::PeerEvent& event) {
    std::printf("%s %s\n", std::string(hearsay::PeerEventName(event.kind)).c_str(), event.endpoint.ToString().c_str());
  });
  if (!node) {
    std::fprintf(stderr, "error: %s\n", node.error().c_str());
    return 1;
  }
  std::printf("node %s at %s\n", (*node)->id().ToString().c_str(), (*node)->Listen().front().ToString().c_str());
  if (argc > 1 && !(*node)->WaitForPeers(1, std::chrono::seconds{5})) std::puts("nobody answered in five seconds");
  for (const hearsay::PeerInfo& peer : (*node)->Peers()) {
    const auto port = peer.attributes.find("port");
    std::printf("%s serves on port %s\n", peer.endpoint.ToString().c_str(),
                port == peer.attributes.end() ? "?" : port->second.c_str());
  }
}

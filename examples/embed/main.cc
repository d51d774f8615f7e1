// SPDX-License-Identifier: MIT
//
// A service that finds its kind: it joins a network, says on which port it serves, and prints who else does, until
// its input ends or Enter is pressed.
//   embed [PEER]     for example: embed 127.0.0.1:7075
#include <cstdio>

#include "node/io/hearsay.h"

namespace {

// On the node's thread. A peer's attributes come with its record, just after its first event.
void Print(const hearsay::PeerEvent& event) {
  const auto port = event.attributes.find("port");
  std::printf("%s %s port %s\n", std::string(hearsay::PeerEventName(event.kind)).c_str(),
              event.endpoint.ToString().c_str(), port == event.attributes.end() ? "?" : port->second.c_str());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  hearsay::Settings settings;
  settings.network = "example";
  settings.listen = {*hearsay::Endpoint::Parse("127.0.0.1:0")};
  settings.attributes = {{"service", "greeter"}, {"port", "8080"}};
  settings.log_level = "off";
  if (argc > 1) settings.peers = {argv[1]};

  const auto node = hearsay::EmbeddedNode::Start(settings, Print);
  if (!node) {
    std::fprintf(stderr, "error: %s\n", node.error().c_str());
    return 1;
  }
  std::printf("node %s at %s\n", (*node)->id().ToString().c_str(), (*node)->Listen().front().ToString().c_str());
  std::getchar();
}

// SPDX-License-Identifier: MIT
// What answers the command line instead of a node: any bytes give a whole answer or one line that says what is wrong,
// and at once. First byte: even read whole, odd line by line.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/io/http_client.h"
#include "proto/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/io/temporary_folder.h"

namespace hearsay {
namespace {

constexpr std::chrono::seconds kPatience{5};
constexpr std::size_t kMaxSaidBytes = 64 * 1024;  // what a unix socket takes without a reader

// A client's connection on which `said` is all that ever comes.
class Conversation {
 public:
  explicit Conversation(std::string_view said) : client_(Connect()), peer_(::accept(Listener().fd, nullptr, nullptr)) {
    HEARSAY_CHECK(::send(peer_, said.data(), said.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(said.size()));
    ::shutdown(peer_, SHUT_WR);
  }
  ~Conversation() { ::close(peer_); }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  HttpClient& client() { return client_; }

 private:
  struct Socket {
    Socket() : fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
      address.unix_path = folder.File("socket");
      sockaddr_un name{};
      name.sun_family = AF_UNIX;
      address.unix_path.copy(name.sun_path, sizeof name.sun_path - 1);
      HEARSAY_CHECK(::bind(fd, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0 && ::listen(fd, 1) == 0);
    }
    ~Socket() { ::close(fd); }
    TemporaryFolder folder;
    ApiAddress address;
    int fd;
  };
  static const Socket& Listener() {
    static const Socket socket;
    return socket;
  }
  static HttpClient Connect() {
    auto client = HttpClient::Connect(Listener().address, kPatience);
    HEARSAY_CHECK(client.has_value());
    return std::move(*client);
  }

  HttpClient client_;
  int peer_;
};

void CheckError(const std::string& error) {
  HEARSAY_CHECK(!error.empty() && error.find('\n') == std::string::npos);
  HEARSAY_CHECK(error.find("in time") == std::string::npos);
}

void ReadWhole(std::string_view said) {
  Conversation conversation(said);
  const auto answer = conversation.client().Ask({.method = "POST", .target = "/", .token = "t"}, kPatience);
  if (!answer) return CheckError(answer.error());
  HEARSAY_CHECK(said.starts_with("HTTP/1.") && said.substr(said.find("\r\n\r\n") + 4) == answer->body);
}

// The lines together are all that came, but for a last one without an end.
void ReadLines(std::string_view said) {
  Conversation conversation(said);
  const auto status = conversation.client().Open("/", kPatience);
  if (!status) return CheckError(status.error());
  std::string_view left = said.substr(said.find("\r\n\r\n") + 4);
  for (;;) {
    const auto line = conversation.client().ReadLine(kPatience);
    if (!line) return CheckError(line.error());
    HEARSAY_CHECK(line->outcome != HttpClient::Outcome::kTimeout);
    if (line->outcome == HttpClient::Outcome::kEnd) break;
    HEARSAY_CHECK(left.starts_with(line->text + "\n"));
    left.remove_prefix(line->text.size() + 1);
  }
  HEARSAY_CHECK(left.find('\n') == std::string_view::npos);
}

}  // namespace
}  // namespace hearsay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  BytesView input = fuzz::Input(data, size);
  const bool by_line = fuzz::TakeChoice(input) % 2 == 1;
  if (input.size() > kMaxSaidBytes) return 0;
  by_line ? ReadLines(AsText(input)) : ReadWhole(AsText(input));
  return 0;
}

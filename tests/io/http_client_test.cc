// SPDX-License-Identifier: MIT
//
// The client against servers that are no node: each gives one clear error within its time.
#include "node/io/http_client.h"

#include <sys/un.h>

#include <thread>

#include <gmock/gmock.h>

#include "tests/io/api_fixture.h"

namespace hearsay {
namespace {

using ::testing::HasSubstr;

// Accepts once, says these bytes, and closes; or says nothing until it is destroyed.
class OneAnswer {
 public:
  explicit OneAnswer(std::optional<std::string> answer) : path_(MakeScratch() + "/socket") {
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path_.copy(name.sun_path, path_.size());
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
    EXPECT_EQ(::listen(fd_, 1), 0);
    if (answer) thread_ = std::thread([this, text = std::move(*answer)] { Say(text); });
  }
  ~OneAnswer() {
    if (thread_.joinable()) thread_.join();
    ::close(fd_);
  }
  Result<HttpResponse> Get(milliseconds timeout = kPatience) const {
    auto client = HttpClient::Connect(Unix(path_), kPatience);
    if (!client) return tl::unexpected(client.error());
    return client->Get("/", timeout);
  }

 private:
  void Say(const std::string& text) const {
    const int connection = ::accept(fd_, nullptr, nullptr);
    char request[1024];
    EXPECT_GT(::recv(connection, request, sizeof request, 0), 0);
    for (std::size_t sent = 0; sent < text.size();) {
      const ssize_t n = ::send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (n < 0) break;
      sent += static_cast<std::size_t>(n);
    }
    ::close(connection);
  }

  std::string path_;
  int fd_ = -1;
  std::thread thread_;
};

TEST(HttpClient, ReadsABodyWithAndWithoutALength) {
  EXPECT_EQ(OneAnswer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").Get().value().body, "hi");
  const auto response = OneAnswer("HTTP/1.0 503 Busy\r\n\r\nwait").Get();
  EXPECT_EQ(response.value().body, "wait");
  EXPECT_EQ(response.value().status, 503);
}

TEST(HttpClient, NeverTakesHalfAnAnswerForAWholeOne) {
  const auto response = OneAnswer("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"peers\":[").Get();
  ASSERT_FALSE(response.has_value());
  EXPECT_THAT(response.error(), HasSubstr("cut short"));
}

TEST(HttpClient, RecognisesWhatIsNoNode) {
  for (const std::string& answer :
       {std::string("SSH-2.0-OpenSSH_9.2\r\n\r\n"), std::string(100'000, 'x'), std::string("HTTP/1.1 abc\r\n\r\n")}) {
    const auto response = OneAnswer(answer).Get();
    ASSERT_FALSE(response.has_value());
    EXPECT_THAT(response.error(), HasSubstr("no hearsay node"));
  }
  EXPECT_THAT(OneAnswer("").Get().error(), HasSubstr("without an answer"));
}

TEST(HttpClient, GivesUpOnASilentServer) {
  const OneAnswer silent(std::nullopt);
  const auto response = silent.Get(milliseconds{50});
  ASSERT_FALSE(response.has_value());
  EXPECT_THAT(response.error(), HasSubstr("no answer in time"));
}

TEST(HttpClient, EncodesWhatAQueryCannotHold) {
  EXPECT_EQ(EncodeQuery("a-b_c.d~E9=&+ é"), "a-b_c.d~E9%3D%26%2B%20%C3%A9");
}

}  // namespace
}  // namespace hearsay

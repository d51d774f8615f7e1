// SPDX-License-Identifier: MIT
//
// ListFetcher against a web server that answers anything.
#include "node/io/list_fetcher.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "node/io/clock.h"
#include "node/io/peer_list.h"
#include "node/io/signed_peer_list.h"
#include "tests/io/http_responder.h"
#include "tests/io/loop.h"
#include "tests/io/temporary_folder.h"

namespace hearsay {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kList[] = R"({"schema":1,"network":"test","peers":[{"endpoint":"127.0.0.1:7001"}]})";
constexpr char kLonger[] =
    R"({"schema":1,"peers":[{"endpoint":"127.0.0.1:7001"},{"endpoint":"127.0.0.1:7002"}],"later":"member"})";

class ListFetcherTest : public testing::Test {
 protected:
  ListFetcherTest() { Open(std::chrono::seconds{10}); }
  void Open(std::chrono::milliseconds timeout) {
    ListFetcher::Config config{.network = "test", .list_dir = dir_.path() + "/lists", .ca_file = {}, .timeout = {}};
    config.timeout = timeout;
    fetcher_ = std::make_unique<ListFetcher>(io_, std::move(config));
  }
  Result<ListFetcher::List> Fetch(const std::string& path) { return FetchUrl(web_.Url(path)); }
  Result<ListFetcher::List> FetchUrl(const std::string& url) {
    std::optional<Result<ListFetcher::List>> result;
    fetcher_->Fetch({url, {}}, [&](Result<ListFetcher::List> list) { result = std::move(list); });
    EXPECT_TRUE(RunUntil(io_, [&] { return result.has_value(); })) << url;
    return result.value_or(tl::unexpected<std::string>("no answer"));
  }
  // A list of the seed's, with one peer.
  std::string Signed(std::uint64_t sequence, std::chrono::seconds lifetime = std::chrono::hours{1},
                     const std::string& network = "test") const {
    const Time now = SystemClock{}.Now();
    const PinnedPeer peer{*Endpoint::Parse("127.0.0.1:" + std::to_string(sequence)), seed_.id()};
    return WriteSignedPeerList({network, sequence, now, now + lifetime, {peer}}, seed_);
  }
  Result<ListFetcher::List> FetchPinned(const std::string& path) {
    std::optional<Result<ListFetcher::List>> result;
    fetcher_->Fetch({web_.Url(path), seed_.id()}, [&](Result<ListFetcher::List> list) { result = std::move(list); });
    EXPECT_TRUE(RunUntil(io_, [&] { return result.has_value(); })) << path;
    return result.value_or(tl::unexpected<std::string>("no answer"));
  }
  std::string ErrorOf(const std::string& path) {
    const auto list = Fetch(path);
    return list ? "fetched" : list.error();
  }

  asio::io_context io_;
  HttpResponder web_{io_};
  TemporaryFolder dir_;
  std::unique_ptr<ListFetcher> fetcher_;
  const Identity seed_{ByteArray<32>{}};
};

TEST_F(ListFetcherTest, FetchesAList) {
  web_.SetBody("/list", kList);
  const auto list = Fetch("/list");
  ASSERT_TRUE(list) << list.error();
  EXPECT_THAT(list->entries, SizeIs(1));
  EXPECT_THAT(list->error, IsEmpty());
}

TEST_F(ListFetcherTest, UsesTheLastGoodCopyWhenTheServerFails) {
  web_.SetBody("/list", kList);
  ASSERT_TRUE(Fetch("/list"));
  web_.SetStatus("/list", "404 Not Found");
  const auto copy = Fetch("/list");
  ASSERT_TRUE(copy) << copy.error();
  EXPECT_THAT(copy->entries, SizeIs(1));
  EXPECT_THAT(copy->error, HasSubstr("404"));
  web_.SetBody("/list", kLonger);
  EXPECT_THAT(Fetch("/list")->entries, SizeIs(2));
  Open(std::chrono::seconds{10});  // as after a restart
  web_.SetStatus("/list", "500 Oops");
  EXPECT_THAT(Fetch("/list")->entries, SizeIs(2));
}

TEST_F(ListFetcherTest, GarbageDoesNotReplaceTheCopy) {
  web_.SetBody("/list", kList);
  ASSERT_TRUE(Fetch("/list"));
  for (const char* garbage : {"", "<html>no list</html>", R"({"schema":1,"peers":[{"endpoint":"nonsense"}]})",
                              R"({"schema":1,"network":"other","peers":[]})"}) {
    web_.SetBody("/list", garbage);
    const auto list = Fetch("/list");
    ASSERT_TRUE(list) << garbage;
    EXPECT_THAT(list->entries, SizeIs(1));
    EXPECT_THAT(list->error, testing::Not(IsEmpty()));
  }
}

TEST_F(ListFetcherTest, WithoutACopyAFailureIsAnError) {
  EXPECT_THAT(ErrorOf("/missing"), HasSubstr("404"));
  web_.SetBody("/garbage", "garbage");
  EXPECT_NE(ErrorOf("/garbage"), "fetched");
  EXPECT_THAT(ErrorOf("/garbage"), testing::Not(HasSubstr("\n")));
}

TEST_F(ListFetcherTest, TakesAtMostTheLimitWhateverTheServerSays) {
  web_.SetRaw("/five-gigabytes", "HTTP/1.1 200 OK\r\nContent-Length: 5368709120\r\n\r\n");
  EXPECT_THAT(ErrorOf("/five-gigabytes"), HasSubstr("more than 1 MiB"));
  web_.SetEndless("/chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                  "4000\r\n" + std::string(0x4000, ' ') + "\r\n");
  EXPECT_THAT(ErrorOf("/chunks"), HasSubstr("more than 1 MiB"));
  web_.SetEndless("/until-close", "HTTP/1.0 200 OK\r\n\r\n", std::string(65536, ' '));
  EXPECT_THAT(ErrorOf("/until-close"), HasSubstr("more than 1 MiB"));
}

TEST_F(ListFetcherTest, FollowsThreeRedirectsAndNotFour) {
  web_.SetBody("/list", kList);
  web_.SetRedirect("/1", web_.Url("/list"));
  web_.SetRedirect("/2", web_.Url("/1"));
  web_.SetRedirect("/3", "/2");
  web_.SetRedirect("/4", "/3");
  EXPECT_TRUE(Fetch("/3"));
  EXPECT_THAT(ErrorOf("/4"), HasSubstr("more than 3 redirects"));
}

TEST_F(ListFetcherTest, ARedirectLeavesTheWebNever) {
  const std::string file = dir_.Write("list", kList);
  web_.SetRedirect("/file", "file://" + file);
  EXPECT_THAT(ErrorOf("/file"), HasSubstr("neither http nor https"));
}

TEST_F(ListFetcherTest, ASilentServerCostsTheTimeout) {
  Open(std::chrono::milliseconds{300});
  web_.SetSilent("/silent");
  EXPECT_THAT(ErrorOf("/silent"), HasSubstr("no complete answer within 300 ms"));
}

TEST_F(ListFetcherTest, TheEnvironmentsProxyIsNotUsed) {
  web_.SetBody("/list", kList);
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  ::setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  EXPECT_TRUE(Fetch("/list"));
  ::unsetenv("http_proxy");
  ::unsetenv("ALL_PROXY");
}

TEST_F(ListFetcherTest, DestroyingItEndsWhatIsUnderWay) {
  web_.SetSilent("/silent");
  bool called = false;
  fetcher_->Fetch({web_.Url("/silent"), {}}, [&](const Result<ListFetcher::List>&) { called = true; });
  fetcher_->Fetch({web_.Url("/silent"), {}}, [&](const Result<ListFetcher::List>&) { called = true; });
  ASSERT_TRUE(RunUntil(io_, [&] { return web_.requests() == 1; }));
  const auto begin = std::chrono::steady_clock::now();
  fetcher_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds{900});
  io_.restart();
  io_.poll();
  EXPECT_FALSE(called);
}

TEST_F(ListFetcherTest, APinnedKeyTakesTheSeedsListAndNoOther) {
  web_.SetBody("/list", kList);
  const auto plain = FetchPinned("/list");
  ASSERT_FALSE(plain);
  EXPECT_THAT(plain.error(), HasSubstr("is not signed"));
  web_.SetBody("/list", Signed(7));
  const auto list = FetchPinned("/list");
  ASSERT_TRUE(list) << list.error();
  EXPECT_EQ(list->error, "");
  EXPECT_THAT(list->entries, SizeIs(1));
}

TEST_F(ListFetcherTest, AStolenWebHostCannotChooseThePeersOfWhoHasAPinnedKey) {
  web_.SetBody("/list", Signed(7));
  ASSERT_TRUE(FetchPinned("/list"));
  std::string tampered = Signed(8);
  tampered.replace(tampered.find("127.0.0.1:8"), 11, "127.0.0.2:8");
  const Identity thief(ByteArray<32>{std::byte{1}});
  const Time now = SystemClock{}.Now();
  const std::string thiefs = WriteSignedPeerList({"test", 9, now, now + std::chrono::hours{1}, {}}, thief);
  const std::pair<std::string, std::string> wrong[] = {
      {kList, "is not signed"},          {tampered, "altered"},
      {thiefs, "by another key"},        {Signed(6), "sequence 6 after 7"},
      {Signed(8, -std::chrono::hours{1}), "expired at"}, {Signed(8, std::chrono::hours{1}, "other"), "another network"},
  };
  for (const auto& [body, why] : wrong) {
    web_.SetBody("/list", body);
    const auto list = FetchPinned("/list");
    ASSERT_TRUE(list) << why;
    EXPECT_THAT(list->error, HasSubstr(why));
    ASSERT_THAT(list->entries, SizeIs(1)) << "the last good copy";
    EXPECT_EQ(list->entries[0].text, "127.0.0.1:7");
  }
  Open(std::chrono::seconds{10});  // the sequence outlives the process: it is the copy's
  web_.SetBody("/list", Signed(6));
  EXPECT_THAT(FetchPinned("/list")->error, HasSubstr("sequence 6 after 7"));
  web_.SetBody("/list", Signed(8));
  EXPECT_EQ(FetchPinned("/list")->error, "");
}

TEST_F(ListFetcherTest, ACopyThatWasTakenWithoutAKeyIsNoCopyOfOneWithIt) {
  web_.SetBody("/list", kList);
  ASSERT_TRUE(Fetch("/list"));
  EXPECT_FALSE(FetchPinned("/list"));
  // Nor is a forged file in its place.
  std::ofstream(ListFetcher::CopyPath(dir_.path() + "/lists", {web_.Url("/list"), seed_.id()})) << kList;
  EXPECT_FALSE(FetchPinned("/list"));
}

TEST_F(ListFetcherTest, AFetchAfterAnIdleTimeWorks) {
  web_.SetBody("/list", kList);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Fetch("/list")) << i;
}

}  // namespace
}  // namespace hearsay

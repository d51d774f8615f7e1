// SPDX-License-Identifier: MIT
//
// The identity file: made once, whole or not at all, and never used when it is loose, damaged or no file.
#include "node/io/identity_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "tests/io/temporary_folder.h"

namespace hearsay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const std::string kSeedHex(64, '7');

mode_t ModeOf(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777;
}

TEST(IdentityFile, IsMadeOnceWithItsDirectoryAndThenKept) {
  const TemporaryFolder folder;
  const std::string dir = folder.File("a/b");
  const auto first = LoadOrCreateIdentity(dir);
  ASSERT_TRUE(first) << first.error();
  EXPECT_EQ(ModeOf(dir), 0700u);
  EXPECT_EQ(ModeOf(dir + "/identity"), 0600u);
  EXPECT_EQ(folder.Read("a/b/identity"), ToHex(first->Seed()) + "\n");
  const auto second = LoadOrCreateIdentity(dir);
  ASSERT_TRUE(second) << second.error();
  EXPECT_EQ(second->id(), first->id());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir), {}), 1) << "a temporary file was left";
}

TEST(IdentityFile, TwoThatStartTogetherAgreeOnOne) {
  for (int round = 0; round < 20; ++round) {
    const TemporaryFolder folder;
    NodeId a, b;
    std::thread other([&] { a = LoadOrCreateIdentity(folder.path())->id(); });
    b = LoadOrCreateIdentity(folder.path())->id();
    other.join();
    EXPECT_EQ(a, b);
  }
}

TEST(IdentityFile, IsRefusedWhenOthersMayUseIt) {
  for (const mode_t mode : {0640, 0604, 0666, 0610, 0601}) {
    const TemporaryFolder folder;
    const std::string path = folder.Write("identity", kSeedHex + "\n", mode);
    const auto identity = LoadOrCreateIdentity(folder.path());
    ASSERT_FALSE(identity);
    EXPECT_THAT(identity.error(), AllOf(HasSubstr(path), HasSubstr("chmod 600")));
    EXPECT_EQ(folder.Read("identity"), kSeedHex + "\n");
    EXPECT_EQ(ModeOf(path), mode);
  }
}

TEST(IdentityFile, IsRefusedAndLeftAsItIsWhenItIsNot64HexDigits) {
  const std::string wrong[] = {"", "\n", kSeedHex.substr(1) + "\n", kSeedHex + "7\n", kSeedHex.substr(1) + "g\n",
                               kSeedHex + "\n\n", " " + kSeedHex, std::string(1'000'000, '7')};
  for (const std::string& text : wrong) {
    const TemporaryFolder folder;
    const std::string path = folder.Write("identity", text);
    const auto identity = LoadOrCreateIdentity(folder.path());
    ASSERT_FALSE(identity) << text.size();
    EXPECT_THAT(identity.error(), HasSubstr(path));
    EXPECT_EQ(folder.Read("identity"), text);
  }
}

TEST(IdentityFile, ReadsWithOrWithoutTheNewline) {
  const TemporaryFolder folder;
  folder.Write("identity", kSeedHex);
  const auto without = LoadIdentity(folder.path());
  folder.Write("identity", kSeedHex + "\n");
  const auto with = LoadIdentity(folder.path());
  ASSERT_TRUE(without && with);
  EXPECT_EQ(with->id(), without->id());
  EXPECT_EQ(ToHex(with->Seed()), kSeedHex);
}

TEST(IdentityFile, NeverFollowsADanglingLinkNorWaitsForAPipe) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink(folder.File("nowhere"), folder.File("identity"));
  EXPECT_FALSE(LoadOrCreateIdentity(folder.path()));
  EXPECT_FALSE(std::filesystem::exists(folder.File("nowhere")));
  std::filesystem::remove(folder.File("identity"));
  ASSERT_EQ(::mkfifo(folder.File("identity").c_str(), 0600), 0);
  EXPECT_THAT(LoadOrCreateIdentity(folder.path()).error(), HasSubstr("not a regular file"));
}

TEST(IdentityFile, IsReplacedOnlyWhenAskedTo) {
  const TemporaryFolder folder;
  const auto first = LoadOrCreateIdentity(folder.path());
  const auto second = ReplaceIdentity(folder.path());
  ASSERT_TRUE(first && second);
  EXPECT_NE(second->id(), first->id());
  EXPECT_EQ(LoadIdentity(folder.path())->id(), second->id());
  EXPECT_EQ(ModeOf(folder.File("identity")), 0600u);
}

TEST(IdentityFile, SaysWhereItCannotBeMade) {
  const TemporaryFolder folder;
  folder.Write("file", "");
  const auto identity = LoadOrCreateIdentity(folder.File("file/dir"));
  ASSERT_FALSE(identity);
  EXPECT_THAT(identity.error(), AllOf(HasSubstr(folder.File("file/dir")), HasSubstr("--data-dir")));
}

}  // namespace
}  // namespace hearsay

// SPDX-License-Identifier: MIT
//
// The data directory: where it is, and how it is made.
#include "node/io/data_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "tests/io/temporary_folder.h"

namespace hearsay {
namespace {

using ::testing::HasSubstr;

TEST(DataDir, ComesFromTheVariableFirst) {
  EXPECT_EQ(DefaultDataDir({{"HEARSAY_DATA_DIR", "/d"}, {"HOME", "/h"}}), "/d");
}

TEST(DataDir, IsTheSystemsForRootAndTheUsersForOthers) {
  const bool root = ::geteuid() == 0;
  EXPECT_EQ(DefaultDataDir({{"XDG_STATE_HOME", "/s"}, {"HOME", "/h"}}), root ? "/var/lib/hearsay" : "/s/hearsay");
  EXPECT_EQ(DefaultDataDir({{"HOME", "/h"}}), root ? "/var/lib/hearsay" : "/h/.local/state/hearsay");
  EXPECT_EQ(DefaultDataDir({}), root ? "/var/lib/hearsay" : "");
}

TEST(DataDir, IsMadeForItsOwnerAloneAndAnExistingOneIsKept) {
  const TemporaryFolder folder;
  const std::string path = folder.File("x/y");
  ASSERT_TRUE(EnsureDataDir(path));
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(path).permissions(), perms::owner_all);
  std::filesystem::permissions(path, perms::owner_all | perms::group_read);
  ASSERT_TRUE(EnsureDataDir(path));
  EXPECT_EQ(std::filesystem::status(path).permissions(), perms::owner_all | perms::group_read);
}

TEST(DataDir, TellsTheModeOfOneThatOthersMayWriteTo) {
  const TemporaryFolder folder;
  using std::filesystem::perms;
  EXPECT_EQ(ModeOpenToOthers(folder.path()), "");
  std::filesystem::permissions(folder.path(), perms::owner_all | perms::group_all);
  EXPECT_EQ(ModeOpenToOthers(folder.path()), "");
  std::filesystem::permissions(folder.path(), perms::all);
  EXPECT_EQ(ModeOpenToOthers(folder.path()), "0777");
  EXPECT_EQ(ModeOpenToOthers(folder.File("none")), "");
  EXPECT_EQ(ModeOpenToOthers(""), "");
}

TEST(DataDir, SaysWhatStandsInTheWay) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("file", "");
  EXPECT_THAT(EnsureDataDir(file).error(), HasSubstr("is not a directory"));
  EXPECT_THAT(EnsureDataDir(file + "/x").error(), HasSubstr("Not a directory"));
}

}  // namespace
}  // namespace hearsay

// SPDX-License-Identifier: MIT
// A file replaced as a whole: the old one stays until the new one is complete.
#include "node/io/replace_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <ostream>

#include "tests/io/temporary_folder.h"

namespace hearsay {
namespace {

std::size_t FilesIn(const std::string& folder) {
  const std::filesystem::directory_iterator files(folder);
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

TEST(ReplaceFile, ShowsTheOldFileUntilTheNewOneIsWhole) {
  const TemporaryFolder folder;
  folder.Write("map", "old");
  const auto done = ReplaceFile(folder.File("map"), [&](std::ostream& out) {
    out << "new" << std::flush;
    EXPECT_EQ(folder.Read("map"), "old");
  });
  ASSERT_TRUE(done) << done.error();
  EXPECT_EQ(folder.Read("map"), "new");
  EXPECT_EQ(FilesIn(folder.path()), 1u);
}

TEST(ReplaceFile, KeepsTheOldFileWhenTheNewOneCannotBeWritten) {
  const TemporaryFolder folder;
  folder.Write("map", "old");
  const auto done =
      ReplaceFile(folder.File("map"), [](std::ostream& out) { out << "half", out.setstate(std::ios::badbit); });
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error(), testing::HasSubstr(folder.File("map")));
  EXPECT_EQ(folder.Read("map"), "old");
  EXPECT_EQ(FilesIn(folder.path()), 1u);
}

TEST(ReplaceFile, GivesTheRemedyThatFitsTheReason) {
  const TemporaryFolder folder;
  folder.Write("file", "x");
  EXPECT_THAT(ReplaceFile(folder.File("file/map"), [](std::ostream&) {}).error(),
              testing::EndsWith("Not a directory; give another place, or move away what is in the way"));
  const auto full = ReplaceFile(folder.File("map"), [](std::ostream& out) {
    out.setstate(std::ios::badbit);
    errno = ENOSPC;
  });
  ASSERT_FALSE(full);
  EXPECT_THAT(full.error(), testing::EndsWith("No space left on device; make room on the disk"));
}

TEST(ReplaceFile, NamesTheFileAndTheReasonWhenThereIsNoFolder) {
  const TemporaryFolder folder;
  const auto done = ReplaceFile(folder.File("none/map"), [](std::ostream&) {});
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error(), testing::AllOf(testing::HasSubstr("none/map"), testing::HasSubstr("No such file")));
}

}  // namespace
}  // namespace hearsay

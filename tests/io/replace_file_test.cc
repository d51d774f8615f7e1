// SPDX-License-Identifier: MIT
// A file replaced as a whole: the old one stays until the new one is complete.
#include "node/io/replace_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <ostream>
#include <vector>

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

// Before, the temporary file was opened as any other: a link there had its target overwritten.
TEST(ReplaceFile, WritesThroughNoPlantedLink) {
  const TemporaryFolder folder;
  folder.Write("precious", "mine");
  std::filesystem::create_symlink(folder.File("precious"), folder.File("map." + std::to_string(::getpid())));
  ASSERT_TRUE(ReplaceFile(folder.File("map"), [](std::ostream& out) { out << "new"; }));
  EXPECT_EQ(folder.Read("precious"), "mine");
  EXPECT_EQ(folder.Read("map"), "new");
  EXPECT_FALSE(std::filesystem::is_symlink(folder.File("map")));
}

TEST(ReplaceFile, RemovesWhatTheKilledLeftAndNothingElse) {
  const TemporaryFolder folder;
  const pid_t gone = ::fork();  // a pid that nobody has, once it has been waited for
  if (gone == 0) ::_exit(0);
  ASSERT_EQ(::waitpid(gone, nullptr, 0), gone);
  const std::string dead = "map." + std::to_string(gone), alive = "map." + std::to_string(::getppid());
  const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours{2};
  const std::vector<std::string> kept{alive, dead + "x", "map.5.json", "other." + std::to_string(gone)};
  for (const std::string& name : kept) folder.Write(name, "half");
  folder.Write(dead, "half");
  for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
    std::filesystem::last_write_time(file.path(), old);
  }
  ASSERT_TRUE(ReplaceFile(folder.File("map"), [](std::ostream& out) { out << "new"; }));
  EXPECT_FALSE(std::filesystem::exists(folder.File(dead)));
  for (const std::string& name : kept) EXPECT_TRUE(std::filesystem::exists(folder.File(name))) << name;
  folder.Write(dead, "young");  // of a process that is not seen from here, perhaps
  ASSERT_TRUE(ReplaceFile(folder.File("map"), [](std::ostream& out) { out << "new"; }));
  EXPECT_TRUE(std::filesystem::exists(folder.File(dead)));
}

TEST(ReplaceFile, WritesMoreThanItsBufferHolds) {
  const TemporaryFolder folder;
  const std::string text(300'001, 'x');
  ASSERT_TRUE(ReplaceFile(folder.File("map"), [&](std::ostream& out) {
    for (const char c : std::string_view(text).substr(0, 100'000)) out.put(c);
    out << std::string_view(text).substr(100'000);
  }));
  EXPECT_EQ(folder.Read("map"), text);
}

}  // namespace
}  // namespace hearsay

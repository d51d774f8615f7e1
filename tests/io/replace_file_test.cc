// SPDX-License-Identifier: MIT
// A file replaced as a whole: the old one stays until the new one is complete.
#include "node/io/replace_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
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

// Containers that share a folder have one pid each, often the same: the name of what is being written is drawn.
TEST(ReplaceFile, TwoWritersOfOnePidPublishWholeFiles) {
  const TemporaryFolder folder;
  const auto outer = ReplaceFile(folder.File("map"), [&](std::ostream& out) {
    out << "first, " << std::flush;
    const auto inner = ReplaceFile(folder.File("map"), [](std::ostream& other) { other << "second"; });
    EXPECT_TRUE(inner) << inner.error();
    EXPECT_EQ(folder.Read("map"), "second");
    out << "and whole";
  });
  ASSERT_TRUE(outer) << outer.error();
  EXPECT_EQ(folder.Read("map"), "first, and whole");
  EXPECT_EQ(FilesIn(folder.path()), 1u);
}

// Before, what stood at the temporary file's name, which could be foretold, was removed, or written through.
TEST(ReplaceFile, TouchesNothingThatStandsBesideIt) {
  const TemporaryFolder folder;
  folder.Write("precious", "mine");
  const std::string link = folder.File("map." + std::to_string(::getpid()));
  std::filesystem::create_symlink(folder.File("precious"), link);
  ASSERT_TRUE(ReplaceFile(folder.File("map"), [](std::ostream& out) { out << "new"; }));
  EXPECT_EQ(folder.Read("precious"), "mine");
  EXPECT_EQ(folder.Read("map"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_FALSE(std::filesystem::is_symlink(folder.File("map")));
}

TEST(ReplaceFile, RemovesWhatTheKilledLeftAndNothingElse) {
  const TemporaryFolder folder;
  const std::string left = "map.0123456789abcdef";
  const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours{2};
  const std::vector<std::string> kept{left + "0", left.substr(0, 19), "map.0123456789ABCDEF", "map.old-and-precious",
                                      "other.0123456789abcdef", "map.20261123"};
  for (const std::string& name : kept) folder.Write(name, "half");
  folder.Write(left, "half");
  for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
    std::filesystem::last_write_time(file.path(), old);
  }
  ASSERT_TRUE(ReplaceFile(folder.File("map"), [](std::ostream& out) { out << "new"; }));
  EXPECT_FALSE(std::filesystem::exists(folder.File(left)));
  for (const std::string& name : kept) EXPECT_TRUE(std::filesystem::exists(folder.File(name))) << name;
  folder.Write(left, "young");  // somebody may be at it
  ASSERT_TRUE(ReplaceFile(folder.File("map"), [](std::ostream& out) { out << "new"; }));
  EXPECT_TRUE(std::filesystem::exists(folder.File(left)));
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

// SPDX-License-Identifier: MIT
//
// The network key file: refused when loose, and never quoted.
#include "node/io/network_key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/io/temporary_folder.h"

namespace hearsay {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(NetworkKeyFile, WithoutOneTheNetworkIsOpen) {
  const auto key = LoadNetworkKey("n", "");
  ASSERT_TRUE(key);
  EXPECT_FALSE(key->closed());
  EXPECT_EQ(key->id(), NetworkKey::Open("n").id());
}

TEST(NetworkKeyFile, ClosesTheNetworkAndIgnoresWhiteSpaceAround) {
  const TemporaryFolder folder;
  const std::string hex(64, '5');
  const auto a = LoadNetworkKey("n", folder.Write("a", hex));
  const auto b = LoadNetworkKey("n", folder.Write("b", "  " + hex + "\n", 0400));
  ASSERT_TRUE(a && b);
  EXPECT_TRUE(a->closed());
  EXPECT_EQ(a->id(), b->id());
}

TEST(NetworkKeyFile, IsRefusedWhenOthersMayReadIt) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("key", std::string(64, '5'), 0644);
  EXPECT_THAT(LoadNetworkKey("n", path).error(), AllOf(HasSubstr(path), HasSubstr("0644"), HasSubstr("chmod 600")));
}

TEST(NetworkKeyFile, ErrorsNameTheFileAndNeverItsContents) {
  const TemporaryFolder folder;
  const std::string weak = folder.Write("weak", "hunter2");
  EXPECT_THAT(LoadNetworkKey("n", weak).error(), AllOf(HasSubstr(weak), Not(HasSubstr("hunter2"))));
  const std::string big = folder.Write("big", std::string(kMaxNetworkKeyFileBytes + 1, 'x'));
  EXPECT_THAT(LoadNetworkKey("n", big).error(), AllOf(HasSubstr(big), HasSubstr("longer than 4096")));
  EXPECT_THAT(LoadNetworkKey("n", folder.File("none")).error(), HasSubstr("No such file"));
  EXPECT_THAT(LoadNetworkKey("n", folder.path()).error(), HasSubstr("not a regular file"));
}

}  // namespace
}  // namespace hearsay

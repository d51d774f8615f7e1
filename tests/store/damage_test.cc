// SPDX-License-Identifier: MIT
// Damaged files: never a signal, never a write into them, and sound files are never called damaged.
#include <gmock/gmock.h>

#include "proto/rng.h"
#include "store/lmdb_image.h"
#include "tests/store/fixtures.h"

namespace hearsay {
namespace {

using store_test::InChild;
using store_test::LoadAll;
using store_test::MakePeer;
using store_test::MakeState;
using store_test::OpenFault;
using store_test::OpenOrDie;
using store_test::PutRange;
using store_test::ReadFile;
using store_test::WriteFile;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A store with branch pages, overflow pages (a full state) and a free list.
std::string MakeImage() {
  const store_test::TemporaryDirectory directory;
  {
    const auto store = OpenOrDie(directory.path());
    for (std::uint64_t i = 0; i < 20; ++i) {
      std::vector<Change> batch = PutRange(100 * i, 100 * i + 200);
      batch.emplace_back(PutState{MakeState(i)});
      if (!store->Apply(batch)) throw std::runtime_error("apply");
    }
  }
  return ReadFile(directory.StoreFile());
}
const std::string& Image() {
  static const std::string image = MakeImage();
  return image;
}
constexpr std::size_t kPage = 4096;

class Damage : public ::testing::Test {
 protected:
  // Opens `image` as a store; its fault, or empty.
  std::string Open(const std::string& image) {
    WriteFile(directory_.StoreFile(), image);
    return OpenFault(directory_.path());
  }
  void ExpectDamaged(const std::string& image, const std::string& what) {
    EXPECT_THAT(Open(image),
                AllOf(StartsWith("store " + directory_.StoreFile() + ": damaged: "), HasSubstr(what),
                      EndsWith("put a copy of the file back, or move it away to start afresh"), Not(HasSubstr("\n"))));
    EXPECT_TRUE(ReadFile(directory_.StoreFile()) == image) << "the file was changed";
  }
  store_test::TemporaryDirectory directory_;
};

TEST_F(Damage, LeavesASoundFileAlone) {
  EXPECT_EQ(Open(Image()), "");
  EXPECT_TRUE(ReadFile(directory_.StoreFile()) == Image());
}

TEST_F(Damage, RefusesAFileThatIsNotLmdb) {
  ExpectDamaged(std::string(3 * kPage, 'x'), "it is no LMDB file");
  ExpectDamaged("peers:\n  - 192.0.2.1\n", "it is cut short: 21 bytes");
  ExpectDamaged("", "it is empty");
}

TEST_F(Damage, RefusesADirectoryInItsPlace) {
  std::filesystem::create_directory(directory_.StoreFile());
  EXPECT_THAT(OpenFault(directory_.path()), HasSubstr("it is no regular file"));
}

TEST_F(Damage, RefusesAnotherFormatOfLmdb) {
  std::string image = Image();
  image[20] = 2;
  ExpectDamaged(image, "its LMDB format 2 is not 1");
}

TEST_F(Damage, RefusesEveryFileCutShortWithinItsTrees) {
  // Whatever is cut off holds a page in use or, rarely, only free pages: then every peer must still be there.
  for (std::size_t size = 0; size < Image().size(); size += 3 * kPage + 1234) {
    const std::string image = Image().substr(0, size);
    const std::string fault = Open(image);
    if (fault.empty()) {
      EXPECT_EQ(LoadAll(*OpenOrDie(directory_.path())).size(), 2100u);
    } else {
      EXPECT_THAT(fault, HasSubstr("damaged: ")) << size;
    }
    EXPECT_TRUE(ReadFile(directory_.StoreFile()) == image);
  }
  ExpectDamaged(Image().substr(0, Image().size() / 2), "beyond the end of the file");
}

TEST_F(Damage, RefusesAPageOfGarbage) {
  std::size_t refused = 0;
  for (std::size_t page = 0; page < Image().size() / kPage; ++page) {
    std::string image = Image();
    image.replace(page * kPage, kPage, std::string(kPage, '\xa5'));
    const std::string fault = Open(image);
    if (!fault.empty()) {
      ++refused;
    } else {  // a free page may hold anything
      EXPECT_EQ(LoadAll(*OpenOrDie(directory_.path())).size(), 2100u) << "page " << page;
    }
  }
  EXPECT_GT(refused, 30u);
}

TEST_F(Damage, RefusesAPageThatLeadsBackToItself) {
  std::string image = Image();
  // The root of the newest main tree, from the newer meta page; its first child becomes the root.
  const auto word = [&](std::size_t at) {
    std::uint64_t value;
    std::memcpy(&value, image.data() + at, sizeof value);
    return value;
  };
  const std::size_t meta = word(144) > word(kPage + 144) ? 0 : kPage;
  const std::uint64_t root = word(meta + 128);
  const std::size_t node = root * kPage + (word(root * kPage + 16) & 0xffff);
  const auto low = static_cast<std::uint16_t>(root);
  std::memcpy(image.data() + node, &low, sizeof low);
  ExpectDamaged(image, "page " + std::to_string(root) + " is used twice");
}

// What a process makes of a damaged store. Whatever it does, it must not die of a signal.
std::string UseStore(const std::string& path) {
  const auto store = LmdbStore::Open(path);
  if (!store) return "refused";
  std::optional<NodeId> from;
  do {
    const auto page = (*store)->LoadPeers(from, 100);
    if (!page) return "read fault";
    from = page->next;
  } while (from);
  (void)(*store)->LoadState();
  std::vector<Change> batch = PutRange(50, 400);
  for (std::uint64_t i = 900; i < 1500; ++i) batch.emplace_back(DropPeer{MakePeer(i).id});
  if (!(*store)->Apply(batch)) return "write fault";
  return "used";
}

TEST_F(Damage, NeverKillsTheProcess) {
  constexpr std::uint64_t kSeed = 2026;
  Rng rng = Rng::FromNumber(kSeed);
  std::size_t refused = 0;
  for (int round = 0; round < 250; ++round) {
    std::string image = Image();
    // A few bytes anywhere, or in the header of a page, where they hurt most; sometimes one page over another.
    for (std::uint64_t i = rng.Below(4) + 1; i > 0; --i) {
      const std::size_t page = rng.Below(image.size() / kPage);
      const std::size_t within = round % 2 == 0 ? rng.Below(kPage) : rng.Below(160);
      image[page * kPage + within] = static_cast<char>(rng.Below(256));
    }
    if (round % 5 == 0) {
      const std::string page = image.substr(rng.Below(image.size() / kPage) * kPage, kPage);
      image.replace(rng.Below(image.size() / kPage) * kPage, kPage, page);
    }
    WriteFile(directory_.StoreFile(), image);
    const std::string end = InChild([&] { return UseStore(directory_.path()); });
    ASSERT_THAT(end, ::testing::AnyOf("refused", "read fault", "write fault", "used"))
        << "seed " << kSeed << ", round " << round;
    if (end == "refused") ++refused;
  }
  EXPECT_GT(refused, 60u);
}

TEST(LmdbImage, GivesAnAnswerForAnyBytes) {
  Rng rng = Rng::FromNumber(7);
  for (int round = 0; round < 2000; ++round) {
    std::string image = Image().substr(0, rng.Below(Image().size() + 1));
    for (std::uint64_t i = rng.Below(8); i > 0 && !image.empty(); --i) {
      const std::size_t region = round % 2 == 0 ? image.size() : std::min(image.size(), 2 * kPage);
      const std::size_t at = rng.Below(region);
      image[at] = static_cast<char>(rng.Below(256));
    }
    const auto checked = CheckLmdbImage(AsBytes(image));
    EXPECT_TRUE(checked || !checked.error().empty());
  }
}

TEST(LmdbImage, TakesEveryStateThatAStoreGoesThrough) {
  const store_test::TemporaryDirectory directory;
  const auto store = OpenOrDie(directory.path());
  Rng rng = Rng::FromNumber(11);
  for (int round = 0; round < 150; ++round) {
    std::vector<Change> batch;
    const std::uint64_t size = rng.Below(round % 10 == 0 ? 3000 : 40);
    for (std::uint64_t i = 0; i < size; ++i) {
      const std::uint64_t number = rng.Below(4000);
      if (rng.Chance(1 + round / 50, 4)) {
        batch.emplace_back(DropPeer{MakePeer(number).id});
      } else {
        batch.emplace_back(PutPeer{MakePeer(number)});
      }
    }
    if (rng.Chance(1, 2)) batch.emplace_back(PutState{MakeState(rng.Below(100))});
    ASSERT_TRUE(store->Apply(batch));
    const std::string image = ReadFile(directory.StoreFile());
    const auto checked = CheckLmdbImage(AsBytes(image));
    ASSERT_TRUE(checked) << "round " << round << ": " << checked.error();
  }
}

TEST(LmdbImage, ATreeWithoutPagesHasNoDepth) {
  std::string image = Image();
  for (const std::size_t meta : {std::size_t{0}, kPage}) {
    std::memset(image.data() + meta + 94, 0, 2);      // the main tree's depth,
    std::memset(image.data() + meta + 120, 0, 8);     // its entries
    std::memset(image.data() + meta + 128, 0xff, 8);  // and its root: none
  }
  EXPECT_TRUE(CheckLmdbImage(AsBytes(image)));
  for (const std::size_t meta : {std::size_t{0}, kPage}) image[meta + 95] = '\x7f';
  const auto checked = CheckLmdbImage(AsBytes(image));
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error(), "a tree is 32512 deep");
}

std::uint64_t WordAt(const std::string& image, std::size_t at) {
  std::uint64_t value;
  std::memcpy(&value, image.data() + at, sizeof value);
  return value;
}

TEST(LmdbImage, TheFreeListIsOfTransactionsThatWereMade) {
  std::string image = Image();
  const std::size_t meta = WordAt(image, 144) > WordAt(image, kPage + 144) ? 0 : kPage;
  const std::size_t page = WordAt(image, meta + 80) * kPage;  // the free list's root: a leaf
  ASSERT_LT(page, image.size());
  std::uint16_t node;
  std::memcpy(&node, image.data() + page + 16, sizeof node);
  ASSERT_LE(WordAt(image, page + node + 8), WordAt(image, meta + 144));
  image[page + node + 8 + 5] = '\x01';
  const auto checked = CheckLmdbImage(AsBytes(image));
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error(), EndsWith("has keys out of order"));
}

TEST(LmdbImage, APageIsNotDirtyBeforeItIsRead) {
  std::string image = Image();
  const std::size_t meta = WordAt(image, 144) > WordAt(image, kPage + 144) ? 0 : kPage;
  const std::size_t root = WordAt(image, meta + 128) * kPage;
  ASSERT_LT(root, image.size());
  image[root + 10] = static_cast<char>(image[root + 10] | 0x10);
  const auto checked = CheckLmdbImage(AsBytes(image));
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error(), EndsWith("is not the page that belongs there"));
}

// The newer root's last page number, and whether the file ends before that page.
bool EndsBeforeItsLastPage(const std::string& image) {
  const std::size_t meta = WordAt(image, 144) > WordAt(image, kPage + 144) ? 0 : kPage;
  const std::uint64_t last_page = WordAt(image, meta + 136);
  return (last_page + 1) * kPage > image.size();
}

TEST(LmdbImage, TakesASoundFileThatEndsBeforeItsLastPage) {
  // Pages that one transaction takes and gives back are counted, and may never be written.
  std::size_t short_files = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const store_test::TemporaryDirectory directory;
    const auto store = OpenOrDie(directory.path());
    Rng rng = Rng::FromNumber(seed);
    for (int round = 0; round < 5; ++round) {
      const std::uint64_t base = rng.Below(1000);
      const std::uint64_t size = rng.Below(3000) + 10;
      std::vector<Change> batch = PutRange(base, base + size);
      for (std::uint64_t i = base + size; i-- > base + size / 4;) batch.emplace_back(DropPeer{MakePeer(i).id});
      ASSERT_TRUE(store->Apply(batch));
      const std::string image = ReadFile(directory.StoreFile());
      const auto checked = CheckLmdbImage(AsBytes(image));
      EXPECT_TRUE(checked) << checked.error();
      if (EndsBeforeItsLastPage(image)) ++short_files;
    }
  }
  EXPECT_GT(short_files, 0u) << "LMDB no longer does this";
}

}  // namespace
}  // namespace hearsay

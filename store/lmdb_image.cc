// SPDX-License-Identifier: MIT
// The walk over LMDB's two trees: free list (database 0) and main (database 1).
#include "store/lmdb_image.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <vector>

namespace hearsay {
namespace {

// mdb.c's structures, as they lie in the file: native byte order and word size.
using PageNumber = std::size_t;
struct PageHeader {
  PageNumber number;
  std::uint16_t pad;
  std::uint16_t flags;
  std::uint16_t lower;  // end of the node offsets; of an overflow page, with `upper`, its 32-bit count of pages
  std::uint16_t upper;  // start of the nodes
};
struct Tree {
  std::uint32_t pad;  // page size, in the free list's tree only
  std::uint16_t flags;
  std::uint16_t depth;
  std::size_t branch_pages, leaf_pages, overflow_pages, entries;
  PageNumber root;
};
struct Meta {
  std::uint32_t magic, version;
  void* address;
  std::size_t map_size;
  Tree free, main;
  PageNumber last_page;
  std::size_t transaction;
};
struct NodeHeader {
  std::uint16_t low, high;  // data size (leaf) or, with `flags`, the child's page number (branch)
  std::uint16_t flags;
  std::uint16_t key_size;
};
static_assert(sizeof(NodeHeader) == 8 && sizeof(PageHeader) == sizeof(PageNumber) + 8);

constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint32_t kVersion = 1;
constexpr std::uint16_t kBranch = 0x01, kLeaf = 0x02, kOverflow = 0x04, kMetaPage = 0x08;
constexpr std::uint16_t kBigData = 0x01;      // node flag: the data is on overflow pages
constexpr std::uint16_t kIntegerKey = 0x08;   // tree flag
constexpr std::uint16_t kForeignTree = 0x76;  // tree flags: reversed or duplicate keys; a store never has them
constexpr PageNumber kMetaPages = 2;
constexpr PageNumber kNoPage = ~PageNumber{0};
constexpr std::size_t kMaxDepth = 32;  // LMDB's cursor stack
constexpr std::size_t kMaxTransaction = ~std::size_t{0} / 2;  // LMDB counts on from there
constexpr std::size_t kMinPageBytes = 512;
constexpr std::size_t kMaxPageBytes = 0x8000;  // offsets are 16 bits
constexpr std::size_t kMaxKeyBytes = 511;
constexpr std::size_t kMinKeys = 2;  // LMDB puts at least two nodes on a page

template <typename T>
T Read(BytesView bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}
constexpr std::size_t Even(std::size_t n) { return (n + 1) & ~std::size_t{1}; }

// Do intervals tile a page? Flips a bit at either end of each: when only the edges of the whole are left, every byte is
// covered an odd number of times; when the lengths also add up to the whole, each is covered once.
class Tiling {
 public:
  explicit Tiling(std::size_t page_bytes) : words_(page_bytes / 128 + 1) { std::fill_n(flips_.begin(), words_, 0); }
  // Even offsets within the page.
  void Add(std::size_t begin, std::size_t end) {
    Flip(begin);
    Flip(end);
    length_ += end - begin;
  }
  bool Fills(std::size_t begin, std::size_t end) {
    Flip(begin);
    Flip(end);
    const auto last = flips_.begin() + static_cast<std::ptrdiff_t>(words_);
    return length_ == end - begin && std::all_of(flips_.begin(), last, [](std::uint64_t word) { return word == 0; });
  }

 private:
  void Flip(std::size_t offset) { flips_[offset / 128] ^= std::uint64_t{1} << (offset / 2 % 64); }

  const std::size_t words_;
  std::size_t length_ = 0;
  std::array<std::uint64_t, kMaxPageBytes / 128 + 1> flips_;
};

class ImageCheck {
 public:
  explicit ImageCheck(BytesView image) : image_(image) {}
  Result<void> Run() {
    if (!ReadMetas() || !WalkTree(meta_.free, Kind::kFree) || !WalkTree(meta_.main, Kind::kMain) || !CheckFreePages()) {
      return tl::unexpected(fault_);
    }
    return {};
  }

 private:
  enum class Kind { kFree, kMain };
  struct Page {
    PageNumber number;
    BytesView bytes;
    PageHeader header;
  };
  struct Node {
    std::size_t offset, size;
    NodeHeader header;
    BytesView key;
    std::size_t data_size;
  };

  bool Fault(std::string text) {
    if (fault_.empty()) fault_ = std::move(text);
    return false;
  }
  bool PageFault(PageNumber number, const std::string& text) {
    return Fault("page " + std::to_string(number) + " " + text);
  }

  bool ReadMetas();
  std::optional<Meta> ReadMeta(std::size_t offset);
  bool WalkTree(const Tree& tree, Kind kind);
  bool Visit(PageNumber number, std::size_t levels, Kind kind);
  bool TakeKey(std::string_view key, std::size_t levels, Kind kind);
  bool VisitNodes(const Page& page, std::size_t levels, Kind kind);
  bool VisitNode(const Page& page, const Node& node, std::size_t levels, Kind kind);
  bool Claim(PageNumber number, std::size_t count);
  bool ReadNode(const Page& page, std::size_t index, Node& node);
  bool ReadData(const Page& page, const Node& node, BytesView& data);
  bool ReadFreeList(const Page& page, const Node& node);
  bool CheckFreePages();

  const BytesView image_;
  Meta meta_{};
  std::size_t page_bytes_ = 0;
  std::vector<bool> used_;  // one bit a page of the file
  std::vector<PageNumber> free_pages_;
  std::size_t entries_ = 0;
  std::string_view last_key_;  // of the tree in hand, in the order of the walk: of a leaf, or one that parts children
  bool last_key_parts_ = false;
  std::string fault_;
};

std::optional<Meta> ImageCheck::ReadMeta(std::size_t offset) {
  if (image_.size() < offset + sizeof(PageHeader) + sizeof(Meta)) {
    Fault("it is cut short: " + std::to_string(image_.size()) + " bytes");
    return std::nullopt;
  }
  const auto header = Read<PageHeader>(image_, offset);
  const auto meta = Read<Meta>(image_, offset + sizeof(PageHeader));
  if (meta.magic != kMagic || (header.flags & kMetaPage) == 0) {
    Fault("it is no LMDB file");
  } else if (meta.version != kVersion) {
    Fault("its LMDB format " + std::to_string(meta.version) + " is not " + std::to_string(kVersion));
  } else if (!std::has_single_bit(meta.free.pad) || meta.free.pad < kMinPageBytes || meta.free.pad > kMaxPageBytes) {
    Fault("its page size is " + std::to_string(meta.free.pad));
  } else {
    return meta;
  }
  return std::nullopt;
}

bool ImageCheck::ReadMetas() {
  const auto first = ReadMeta(0);
  if (!first) return false;
  page_bytes_ = first->free.pad;
  const auto second = ReadMeta(page_bytes_);
  if (!second) return false;
  if (second->free.pad != page_bytes_) return Fault("its two roots differ in page size");
  meta_ = first->transaction < second->transaction ? *second : *first;
  if (meta_.last_page < kMetaPages - 1 || meta_.last_page >= kNoPage / kMaxPageBytes) {
    return Fault("its last page is " + std::to_string(meta_.last_page));
  }
  if (meta_.transaction > kMaxTransaction) {
    return Fault("its last transaction is " + std::to_string(meta_.transaction));
  }
  if ((meta_.free.flags & (kForeignTree | kIntegerKey)) != kIntegerKey || meta_.main.flags != 0) {
    return Fault("its trees are of a kind that a store does not use");
  }
  used_.assign(image_.size() / page_bytes_, false);
  return true;
}

bool ImageCheck::WalkTree(const Tree& tree, Kind kind) {
  entries_ = 0;
  last_key_ = {};
  last_key_parts_ = false;
  const bool empty = tree.root == kNoPage;
  // LMDB reckons with the depth of an empty tree too: a false one makes it write pages out early, and leak.
  if (tree.depth > (empty ? 0 : kMaxDepth) || (!empty && tree.depth == 0)) {
    return Fault("a tree is " + std::to_string(tree.depth) + " deep");
  }
  if (!empty && !Visit(tree.root, tree.depth, kind)) return false;
  if (entries_ == tree.entries) return true;
  return Fault("a tree holds " + std::to_string(entries_) + " entries instead of " + std::to_string(tree.entries));
}

// Each page of the file belongs to one place; this also ends cycles.
bool ImageCheck::Claim(PageNumber number, std::size_t count) {
  if (number < kMetaPages || number > meta_.last_page || count > meta_.last_page - number + 1) {
    return PageFault(number, "does not exist");
  }
  if (number >= used_.size() || count > used_.size() - number) {
    return PageFault(number, "is beyond the end of the file (" + std::to_string(image_.size()) + " bytes)");
  }
  for (std::size_t i = number; i < number + count; ++i) {
    if (used_[i]) return PageFault(i, "is used twice");
    used_[i] = true;
  }
  return true;
}

bool ImageCheck::Visit(PageNumber number, std::size_t levels, Kind kind) {
  if (!Claim(number, 1)) return false;
  Page page{number, image_.subspan(number * page_bytes_, page_bytes_), {}};
  page.header = Read<PageHeader>(page.bytes, 0);
  // No other flag belongs into a file: a page that says it is dirty would be written to in the read-only map.
  if (page.header.number != number || page.header.flags != (levels == 1 ? kLeaf : kBranch)) {
    return PageFault(number, "is not the page that belongs there");
  }
  const std::size_t lower = page.header.lower;
  const std::size_t upper = page.header.upper;
  if (lower <= sizeof(PageHeader) || lower > upper || upper > page_bytes_ || lower % 2 != 0 || upper % 2 != 0) {
    return PageFault(number, "has a damaged header");
  }
  return VisitNodes(page, levels, kind);
}

bool ImageCheck::VisitNodes(const Page& page, std::size_t levels, Kind kind) {
  const std::size_t count = (page.header.lower - sizeof(PageHeader)) / 2;
  Tiling tiling(page_bytes_);
  for (std::size_t i = 0; i < count; ++i) {
    Node node;
    if (!ReadNode(page, i, node)) return PageFault(page.number, "has a damaged node");
    tiling.Add(node.offset, node.offset + node.size);
    // The first key of a branch page is not looked at by LMDB, and may be empty.
    if ((levels == 1 || i > 0) && !TakeKey(AsText(node.key), levels, kind)) {
      return PageFault(page.number, "has keys out of order");
    }
    if (!VisitNode(page, node, levels, kind)) return false;
  }
  return tiling.Fills(page.header.upper, page_bytes_) || PageFault(page.number, "has nodes that overlap");
}

// Keys rise through the whole tree; one that parts two children is above all on its left and at most the first on its
// right. The free list's are numbers of transactions that were made.
bool ImageCheck::TakeKey(std::string_view key, std::size_t levels, Kind kind) {
  const bool parts = levels > 1;
  bool rises = key > last_key_;
  if (kind == Kind::kFree) {
    if (key.size() != sizeof(std::size_t)) return false;
    const auto number = Read<std::size_t>(AsBytes(key), 0);
    if (number == 0 || (!parts && number > meta_.transaction)) return false;
    rises = last_key_.empty() || number > Read<std::size_t>(AsBytes(last_key_), 0);
  }
  if (key.empty() || !(rises || (last_key_parts_ && !parts && key == last_key_))) return false;
  last_key_ = key;
  last_key_parts_ = parts;
  return true;
}

bool ImageCheck::VisitNode(const Page& page, const Node& node, std::size_t levels, Kind kind) {
  if (levels > 1) {
    PageNumber child = node.header.low | PageNumber{node.header.high} << 16;
    if constexpr (sizeof(PageNumber) > 4) child |= PageNumber{node.header.flags} << 32;
    return Visit(child, levels - 1, kind);
  }
  ++entries_;
  if (kind == Kind::kFree) return ReadFreeList(page, node);
  BytesView data;
  return ReadData(page, node, data);
}

bool ImageCheck::ReadNode(const Page& page, std::size_t index, Node& node) {
  const std::size_t offset = Read<std::uint16_t>(page.bytes, sizeof(PageHeader) + 2 * index);
  if (offset < page.header.upper || offset % 2 != 0 || offset + sizeof(NodeHeader) > page_bytes_) return false;
  node.offset = offset;
  node.header = Read<NodeHeader>(page.bytes, offset);
  std::size_t size = sizeof(NodeHeader) + node.header.key_size;
  node.data_size = 0;
  if ((page.header.flags & kLeaf) != 0) {
    if ((node.header.flags & ~kBigData) != 0) return false;
    node.data_size = node.header.low | std::size_t{node.header.high} << 16;
    size += (node.header.flags & kBigData) != 0 ? sizeof(PageNumber) : node.data_size;
  }
  node.size = Even(size);
  const std::size_t largest = ((page_bytes_ - sizeof(PageHeader)) / kMinKeys & ~std::size_t{1}) - 2;
  if (node.header.key_size > kMaxKeyBytes || node.size > largest || offset + node.size > page_bytes_) return false;
  node.key = page.bytes.subspan(offset + sizeof(NodeHeader), node.header.key_size);
  return true;
}

bool ImageCheck::ReadData(const Page& page, const Node& node, BytesView& data) {
  const std::size_t begin = node.offset + sizeof(NodeHeader) + node.header.key_size;
  if ((node.header.flags & kBigData) == 0) {
    data = page.bytes.subspan(begin, node.data_size);
    return true;
  }
  const auto number = Read<PageNumber>(page.bytes, begin);
  if (!Claim(number, 1)) return false;
  const auto header = Read<PageHeader>(image_, number * page_bytes_);
  const std::size_t count = header.lower | std::size_t{header.upper} << 16;
  const std::size_t needed = (sizeof(PageHeader) - 1 + node.data_size) / page_bytes_ + 1;
  if (header.number != number || header.flags != kOverflow || count < needed) {
    return PageFault(number, "is not the page that belongs there");
  }
  if (count > 1 && !Claim(number + 1, count - 1)) return false;
  data = image_.subspan(number * page_bytes_ + sizeof(PageHeader), node.data_size);
  return true;
}

// A record of the free list: a count, then that many page numbers, falling.
bool ImageCheck::ReadFreeList(const Page& page, const Node& node) {
  BytesView data;
  if (!ReadData(page, node, data)) return false;
  constexpr std::size_t kWord = sizeof(PageNumber);
  if (data.size() < kWord) return PageFault(page.number, "has a damaged free list");
  const auto count = Read<std::size_t>(data, 0);
  if (count >= data.size() / kWord) return PageFault(page.number, "has a damaged free list");
  PageNumber previous = meta_.last_page + 1;
  for (std::size_t i = 1; i <= count; ++i) {
    const auto number = Read<PageNumber>(data, i * kWord);
    if (number < kMetaPages || number >= previous) return PageFault(page.number, "has a damaged free list");
    free_pages_.push_back(number);
    previous = number;
  }
  return true;
}

// Free pages beyond the end of the file are sound: they were given out and returned before they were ever written.
bool ImageCheck::CheckFreePages() {
  for (const PageNumber number : free_pages_) {
    if (number < used_.size() && !Claim(number, 1)) return false;
  }
  return true;
}

}  // namespace

Result<void> CheckLmdbImage(BytesView image) { return ImageCheck(image).Run(); }

}  // namespace hearsay

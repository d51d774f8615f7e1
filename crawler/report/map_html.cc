// SPDX-License-Identifier: MIT
#include "crawler/report/map_html.h"

#include <sodium.h>

#include <array>
#include <map>
#include <ostream>
#include <string>

#include "crawler/report/page_data.h"
#include "crawler/report/page_files.h"
#include "proto/check.h"

namespace hearsay {
namespace {

// As a policy names a source: 'sha256-...' of its bytes.
std::string HashSource(std::string_view text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  std::array<char, sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES, sodium_base64_VARIANT_ORIGINAL)> base64{};
  sodium_bin2base64(base64.data(), base64.size(), hash.data(), hash.size(), sodium_base64_VARIANT_ORIGINAL);
  return "'sha256-" + std::string(base64.data()) + "'";
}

std::string Policy() {
  return "default-src 'none'; style-src " + HashSource(kPageStyle) + "; script-src " + HashSource(kPageScript) +
         "; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
}

}  // namespace

std::string WhyNoMapHtml(const Census& census) {
  const std::size_t entries = census.nodes.size() + census.silent.size();
  if (entries <= kMostPageEntries && census.edges.size() <= kMostPageEdges) return {};
  return std::to_string(entries) + " entries and " + std::to_string(census.edges.size()) +
         " edges are too many for a page, which holds " + std::to_string(kMostPageEntries) + " and " +
         std::to_string(kMostPageEdges) + "; the other formats have them all: --formats json,csv,graphml,dot";
}

void WriteMapHtml(std::string_view map_json, std::string_view history_json, std::ostream& out) {
  const std::map<std::string, std::string, std::less<>> parts = {{"policy", Policy()},
                                                                 {"style", std::string(kPageStyle)},
                                                                 {"script", std::string(kPageScript)},
                                                                 {"map", PageDataOfMap(map_json)},
                                                                 {"history", PageData(history_json)}};
  std::string_view rest = kPageFrame;
  while (true) {
    const std::size_t begin = rest.find("{{");
    out << rest.substr(0, begin);
    if (begin == std::string_view::npos) return;
    const std::size_t end = rest.find("}}", begin);
    HEARSAY_CHECK(end != std::string_view::npos);
    const auto part = parts.find(rest.substr(begin + 2, end - begin - 2));
    HEARSAY_CHECK(part != parts.end());
    out << part->second;
    rest.remove_prefix(end + 2);
  }
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
#include "node/io/ca_file.h"

#include "node/io/read_file.h"

namespace hearsay {
namespace {

constexpr std::size_t kMaxCaFileBytes = 16 << 20;  // the system's bundle is 0.2 MB

}  // namespace

Result<void> CheckCaFile(const std::string& path) {
  if (path.empty()) return {};
  const auto text = ReadFile("CA file", path, kMaxCaFileBytes, FileSecrecy::kPublic);
  if (!text) return tl::unexpected("list_ca_file: " + text.error());
  // OpenSSL also knows X509 CERTIFICATE and TRUSTED CERTIFICATE.
  if (text->find("-----BEGIN ") != std::string::npos && text->find("CERTIFICATE-----") != std::string::npos) return {};
  return tl::unexpected("list_ca_file: CA file " + path +
                        " holds no certificate; it wants PEM, with lines -----BEGIN CERTIFICATE-----");
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
#include "node/io/list_download.h"

#include <array>
#include <memory>

#include "node/io/list_fetcher.h"
#include "node/io/peer_list.h"
#include "node/io/version.h"

namespace hearsay {
namespace {

constexpr long kConnectTimeoutMs = 5000;

struct Body {
  std::string text;
  bool too_large = false;
};

// The server's promise of a length binds nobody, and a chunked answer makes none.
std::size_t OnBytes(char* bytes, std::size_t size, std::size_t count, void* out) {
  auto& body = *static_cast<Body*>(out);
  if (body.text.size() + size * count > kMaxPeerListBytes) {
    body.too_large = true;
    return 0;
  }
  body.text.append(bytes, size * count);
  return size * count;
}

std::string TooLarge() {
  return "more than " + std::to_string(kMaxPeerListBytes >> 20) + " MiB: that is no peer list; check the URL";
}

// libcurl names no file in most of these.
std::string ExplainTrust(const std::string& ca_file) {
  if (ca_file.empty()) return "; the system's certificates are trusted, see list_ca_file";
  return "; the certificates of list_ca_file " + ca_file + " are trusted";
}

std::string Explain(const CurlLibrary& curl, CURLcode code, const char* detail, const ListDownload& download) {
  switch (code) {
    case CURLE_FILESIZE_EXCEEDED:
      return TooLarge();
    case CURLE_TOO_MANY_REDIRECTS:
      return "more than " + std::to_string(ListFetcher::kMaxRedirects) + " redirects";
    case CURLE_OPERATION_TIMEDOUT:
      return "no complete answer within " + std::to_string(download.timeout.count()) + " ms";
    case CURLE_UNSUPPORTED_PROTOCOL:
      return "redirected to what is neither http nor https (nor, from https, back to http)";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return (detail[0] != '\0' ? detail : curl.easy_strerror(code)) + ExplainTrust(download.ca_file);
    default:
      return detail[0] != '\0' ? detail : curl.easy_strerror(code);
  }
}

void SetOptions(const CurlLibrary& curl, CURL* easy, const ListDownload& download, Body& body, char* detail) {
  const bool secure = download.url.starts_with("https:") || download.url.starts_with("HTTPS:");
  curl.easy_setopt(easy, CURLOPT_URL, download.url.c_str());
  curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl.easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // does not wait for a name lookup when it is ended
  curl.easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(download.timeout.count()));
  curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl.easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
  curl.easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
  curl.easy_setopt(easy, CURLOPT_MAXREDIRS, ListFetcher::kMaxRedirects);
  curl.easy_setopt(easy, CURLOPT_PROXY, "");
  curl.easy_setopt(easy, CURLOPT_MAXFILESIZE, static_cast<long>(kMaxPeerListBytes));
  curl.easy_setopt(easy, CURLOPT_USERAGENT, std::string(Software()).c_str());
  curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, &OnBytes);
  curl.easy_setopt(easy, CURLOPT_WRITEDATA, &body);
  curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, detail);
  if (!download.ca_file.empty()) {
    curl.easy_setopt(easy, CURLOPT_CAINFO, download.ca_file.c_str());
    curl.easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
}

// Runs the transfer that was added to `multi`; its result, or nullopt when it was stopped.
std::optional<CURLcode> RunTransfer(const CurlLibrary& curl, CURLM* multi, const std::atomic<bool>& stop) {
  int running = 1;
  while (running > 0) {
    if (stop) return std::nullopt;
    if (curl.multi_perform(multi, &running) != CURLM_OK) return CURLE_FAILED_INIT;
    if (running > 0) curl.multi_poll(multi, nullptr, 0, 1000, nullptr);
  }
  int left = 0;
  const CURLMsg* message = curl.multi_info_read(multi, &left);
  return message != nullptr ? message->data.result : CURLE_FAILED_INIT;
}

}  // namespace

Result<std::string> DownloadList(const CurlLibrary& curl, CURLM* multi, const ListDownload& download,
                                 const std::atomic<bool>& stop) {
  const std::unique_ptr<CURL, decltype(curl.easy_cleanup)> easy(curl.easy_init(), curl.easy_cleanup);
  if (!easy) return tl::unexpected<std::string>("libcurl cannot start");
  Body body;
  std::array<char, CURL_ERROR_SIZE> detail{};
  SetOptions(curl, easy.get(), download, body, detail.data());
  curl.multi_add_handle(multi, easy.get());
  const auto code = RunTransfer(curl, multi, stop);
  curl.multi_remove_handle(multi, easy.get());
  if (!code) return tl::unexpected<std::string>("the node is stopping");
  if (body.too_large) return tl::unexpected(TooLarge());
  if (*code != CURLE_OK) return tl::unexpected(Explain(curl, *code, detail.data(), download));
  long status = 0;
  curl.easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) return tl::unexpected("the server answered " + std::to_string(status) + "; check the URL");
  return std::move(body.text);
}

}  // namespace hearsay

// SPDX-License-Identifier: MIT
#include "fetch/download.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "mxsweep/core/ascii.h"
#include "mxsweep/ring/socket.h"

namespace mxsweep::fetch {
namespace {

constexpr int kOk = 200;

bool is_redirect(int status) {
  constexpr std::array kRedirects = {301, 302, 303, 307, 308};
  return std::ranges::find(kRedirects, status) != kRedirects.end();
}

int status_of(CURL* easy) {
  long status = 0;
  ::curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

int errno_of(CURL* easy) {
  long error = 0;
  ::curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
  return static_cast<int>(error);
}

// libcurl adds the files with the authorities, which are this machine's matter, in brackets or not.
std::string_view without_files(std::string_view text) {
  for (const std::string_view files : {" (CAfile", " CAfile"}) {
    text = text.substr(0, text.find(files));
  }
  return text;
}

// Of a line of the header: what follows its name, which is in lower case and ends in a colon.
std::string_view value_of(std::string_view line, std::string_view name) {
  const bool same =
      line.size() >= name.size() && std::equal(name.begin(), name.end(), line.begin(),
                                               [](char a, char b) { return a == lower(b); });
  if (!same) return {};
  line.remove_prefix(name.size());
  const std::size_t first = line.find_first_not_of(" \t");
  const std::size_t last = line.find_last_not_of(" \t\r\n");
  if (first == std::string_view::npos || last == std::string_view::npos || last < first) return {};
  return line.substr(first, last - first + 1);
}

// What GnuTLS finds wrong with a chain, for which libcurl has only one sentence before 8.9. The
// bits are those of gnutls_certificate_status_t; of another library they mean something else.
std::string_view fault_of_chain(CURL* easy) {
  constexpr unsigned long kSignerNotFound = 1UL << 6U;
  constexpr unsigned long kNotActivated = 1UL << 9U;
  constexpr unsigned long kExpired = 1UL << 10U;
  const char* const library = ::curl_version_info(CURLVERSION_NOW)->ssl_version;
  if (library == nullptr || !std::string_view(library).starts_with("GnuTLS")) return {};
  long result = 0;
  ::curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &result);
  const auto status = static_cast<unsigned long>(result);
  if ((status & kSignerNotFound) != 0) return "the certificate is not of a trusted authority";
  if ((status & kExpired) != 0) return "the certificate has expired";
  return (status & kNotActivated) != 0 ? "the certificate is not valid yet" : "";
}

FetchOutcome outcome_of(CURLcode code, bool answered) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return FetchOutcome::timeout;
    case CURLE_COULDNT_CONNECT: return FetchOutcome::unreachable;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH: return FetchOutcome::tls;
    case CURLE_FILESIZE_EXCEEDED: return FetchOutcome::too_large;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return FetchOutcome::closed;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WRITE_ERROR: return FetchOutcome::malformed;
    default: return answered ? FetchOutcome::malformed : FetchOutcome::local;
  }
}

}  // namespace

std::string printable(std::string_view text) {
  std::string line(text.substr(0, kTextOctetsMax));
  std::ranges::replace_if(
      line, [](char c) { return c < ' ' || c > '~'; }, '?');
  return line;
}

Download::Download(const Request& request, const Address& address, const FetcherOptions& options,
                   Duration left)
    : address_(address), body_octets_max_(options.body_octets_max), easy_(new_easy()) {
  const std::string port = std::to_string(options.port);
  const std::string authority = request.host + (options.port == 443 ? "" : ":" + port);
  set(easy(), CURLOPT_URL, ("https://" + authority + request.path).c_str());
  append(connect_to_, request.host + ":" + port + ":" + bracketed(address) + ":" + port);
  set(easy(), CURLOPT_CONNECT_TO, connect_to_.get());
  set(easy(), CURLOPT_PROXY, "");  // Not that of the environment, either.
  set(easy(), CURLOPT_PROTOCOLS_STR, "https");
  set(easy(), CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy(), CURLOPT_PATH_AS_IS, 1L);
  set(easy(), CURLOPT_FOLLOWLOCATION, 0L);
  set(easy(), CURLOPT_USERAGENT, "mxsweep");
  set(easy(), CURLOPT_NOSIGNAL, 1L);
  trust(options);
  limit(options, left);
  call_back();
}

Download::~Download() {
  if (socket_ >= 0) ::close(socket_);
}

void Download::trust(const FetcherOptions& options) {
  set(easy(), CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy(), CURLOPT_SSL_VERIFYHOST, 2L);
  set(easy(), CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(easy(), CURLOPT_SSL_SESSIONID_CACHE, 0L);  // A resumed session has no certificate to verify.
  if (options.ca_file.empty() && options.ca_path.empty()) return;
  // Each replaces the system's file and folder both.
  const auto given = [](const std::string& path) { return path.empty() ? nullptr : path.c_str(); };
  set(easy(), CURLOPT_CAINFO, given(options.ca_file));
  set(easy(), CURLOPT_CAPATH, given(options.ca_path));
}

void Download::limit(const FetcherOptions& options, Duration left) {
  set(easy(), CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min(options.connect, left)));
  set(easy(), CURLOPT_TIMEOUT_MS, milliseconds(left));
  set(easy(), CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(options.body_octets_max));
  set(easy(), CURLOPT_FORBID_REUSE, 1L);  // No idle connection is left at the peer's.
  set(easy(), CURLOPT_FRESH_CONNECT, 1L);
}

void Download::call_back() {
  set(easy(), CURLOPT_PRIVATE, this);
  set(easy(), CURLOPT_ERRORBUFFER, error_.data());
  set(easy(), CURLOPT_HEADERFUNCTION, &Download::on_header);
  set(easy(), CURLOPT_HEADERDATA, this);
  set(easy(), CURLOPT_WRITEFUNCTION, &Download::on_body);
  set(easy(), CURLOPT_WRITEDATA, this);
  set(easy(), CURLOPT_OPENSOCKETFUNCTION, &Download::open_socket);
  set(easy(), CURLOPT_OPENSOCKETDATA, this);
  set(easy(), CURLOPT_PREREQFUNCTION, &Download::on_secured);
  set(easy(), CURLOPT_PREREQDATA, this);
}

// Line by line. Zero ends the transfer: of all but 200, the body is of no use.
std::size_t Download::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& download = *static_cast<Download*>(self);
  const std::string_view line(data, size * count);
  download.header_octets_ += line.size();
  if (download.header_octets_ > kHeaderOctetsMax) return 0;
  if (const std::string_view to = value_of(line, "location:"); !to.empty()) {
    download.location_ = to.substr(0, kTextOctetsMax);
  }
  const bool at_end = line == "\r\n" || line == "\n";
  const int status = status_of(download.easy());
  return at_end && status >= kOk && status != kOk ? 0 : line.size();
}

std::size_t Download::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& download = *static_cast<Download*>(self);
  const std::size_t octets = size * count;
  download.too_large_ = octets > download.body_octets_max_ - download.body_.size();
  if (download.too_large_) return CURL_WRITEFUNC_ERROR;
  download.body_.append(data, octets);
  return octets;
}

// What is connected to is checked here once more, where nothing comes between it and the kernel.
curl_socket_t Download::open_socket(void* self, curlsocktype purpose, curl_sockaddr* place) {
  auto& download = *static_cast<Download*>(self);
  sockaddr_in6 storage{};
  std::memcpy(&storage, &place->addr, std::min<std::size_t>(sizeof storage, place->addrlen));
  const bool expected = ring::address_of(storage) == download.address_ && download.socket_ < 0;
  if (purpose != CURLSOCKTYPE_IPCXN || !expected) {
    download.socket_error_ = EACCES;
    return CURL_SOCKET_BAD;
  }
  const auto type = static_cast<unsigned>(place->socktype) | SOCK_CLOEXEC;
  const int opened = ::socket(place->family, static_cast<int>(type), place->protocol);
  download.socket_ = opened < 0 ? -1 : ::fcntl(opened, F_DUPFD_CLOEXEC, 0);
  if (download.socket_ >= 0) return opened;
  download.socket_error_ = errno;
  if (opened >= 0) ::close(opened);
  return CURL_SOCKET_BAD;
}

int Download::on_secured(void* self, char* /*to*/, char* /*from*/, int /*to_port*/,
                         int /*from_port*/) {
  static_cast<Download*>(self)->secured_ = true;
  return CURL_PREREQFUNC_OK;
}

// libcurl's own times of a connection that fails in TLS differ from version to version.
bool Download::has_connected(CURLcode code) const {
  tcp_info info{};
  socklen_t octets = sizeof info;
  return code != CURLE_COULDNT_CONNECT && socket_ >= 0 &&
         ::getsockopt(socket_, IPPROTO_TCP, TCP_INFO, &info, &octets) == 0 &&
         info.tcpi_state != TCP_SYN_SENT;
}

std::string Download::redirect_text(int status) const {
  const std::string to = location_.empty() ? "" : " to " + location_;
  return printable("HTTP " + std::to_string(status) + " redirects" + to);
}

std::string Download::timeout_text(bool connected) const {
  if (secured_) return "no whole answer in time";
  return connected ? "no TLS handshake in time" : "no connection in time";
}

std::string Download::error_text(CURLcode code, bool connected) const {
  if (code == CURLE_OPERATION_TIMEDOUT) return timeout_text(connected);
  const std::string_view fault = fault_of_chain(easy());
  if (code == CURLE_PEER_FAILED_VERIFICATION && !fault.empty()) return std::string(fault);
  const std::string_view said = without_files(error_.data());
  return printable(said.empty() ? ::curl_easy_strerror(code) : said);
}

void Download::judge(CURLcode code, Fetched& fetched, bool connected) {
  if (header_octets_ > kHeaderOctetsMax) {
    fetched.outcome = FetchOutcome::malformed;
    fetched.why = "a header of more than " + std::to_string(kHeaderOctetsMax) + " octets";
  } else if (too_large_ || code == CURLE_FILESIZE_EXCEEDED) {
    fetched.outcome = FetchOutcome::too_large;
    fetched.why = "more than " + std::to_string(body_octets_max_) + " octets";
  } else if (code == CURLE_OK && fetched.status == kOk) {
    fetched.outcome = FetchOutcome::ok;
    fetched.body = std::move(body_);
  } else if (is_redirect(fetched.status)) {
    fetched.outcome = FetchOutcome::redirect;
    fetched.why = redirect_text(fetched.status);
  } else if (fetched.status > kOk) {
    fetched.outcome = FetchOutcome::http_status;
    fetched.why = "HTTP " + std::to_string(fetched.status);
  } else {
    fetched.outcome = outcome_of(code, fetched.status != 0);
    fetched.why = error_text(code, connected);
  }
  const int error = socket_error_ != 0 ? socket_error_ : errno_of(easy());
  if (connected || error == 0 || fetched.outcome == FetchOutcome::timeout) return;
  fetched.why = to_string(address_) + ": " + std::strerror(error);
  const bool no_route = error == ENETUNREACH || error == EADDRNOTAVAIL;
  if (socket_error_ != 0 || no_route) fetched.outcome = FetchOutcome::local;
}

Download::Ended Download::ended(CURLcode code) {
  Ended ended;
  ended.connected = has_connected(code);
  ended.fetched.address = address_;
  ended.fetched.status = status_of(easy());
  char* type = nullptr;
  ::curl_easy_getinfo(easy(), CURLINFO_CONTENT_TYPE, &type);
  if (type != nullptr) ended.fetched.content_type = printable(type);
  judge(code, ended.fetched, ended.connected);
  return ended;
}

}  // namespace mxsweep::fetch

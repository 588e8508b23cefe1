// SPDX-License-Identifier: MIT
// One attempt at one request: a connection to one address, and what came of it.
//
//   Source    libcurl-easy(3), CURLOPT_CONNECT_TO(3): the address takes the place of the host only
//             in the connection; URL, SNI and certificate have the name.
//   Lifetime  its Easy is in a Multi while it runs; libcurl calls back into this object.
//   Errors    ended() has an outcome for every code of libcurl.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "mxsweep/core/address.h"
#include "mxsweep/fetch/curl.h"
#include "mxsweep/fetch/fetcher.h"

namespace mxsweep::fetch {

class Download {
 public:
  // `left`: of the time for the whole request.
  Download(const Request& request, const Address& address, const FetcherOptions& options,
           Duration left);
  ~Download();
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  [[nodiscard]] CURL* easy() const { return easy_.get(); }

  struct Ended {
    Fetched fetched;         // Without ticket and time.
    bool connected = false;  // Another address would not help.
  };
  // Once libcurl has finished, with its code.
  [[nodiscard]] Ended ended(CURLcode code);

 private:
  void trust(const FetcherOptions& options);
  void limit(const FetcherOptions& options, Duration left);
  void call_back();
  void judge(CURLcode code, Fetched& fetched, bool connected);
  [[nodiscard]] std::string redirect_text(int status) const;
  [[nodiscard]] bool has_connected(CURLcode code) const;
  [[nodiscard]] std::string timeout_text(bool connected) const;
  [[nodiscard]] std::string error_text(CURLcode code, bool connected) const;

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static int on_secured(void* self, char* to, char* from, int to_port, int from_port);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* place);

  const Address address_;
  const std::size_t body_octets_max_;
  Easy easy_;
  List connect_to_;
  std::string body_;
  std::string location_;  // As sent.
  std::size_t header_octets_ = 0;
  bool too_large_ = false;
  bool secured_ = false;  // The handshake is over, and the certificate is valid.
  int socket_ = -1;       // A copy of the descriptor: it shows how far TCP has come.
  int socket_error_ = 0;  // Of this machine.
  std::array<char, CURL_ERROR_SIZE> error_{};
};

// One line of printable ASCII, kTextOctetsMax at most.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace mxsweep::fetch

// SPDX-License-Identifier: MIT
// Fetches small documents by HTTPS, from addresses that the caller has resolved. One thread of its
// own, on libcurl.
//
//   Source    RFC 8461 section 3.3 (the policy of MTA-STS): a certificate that is valid for the
//             host's name, no redirects, a minute at most, a limit on the size; RFC 9110, RFC 9112.
//   Shape     begin() requests while not full(); the eventfd is written to when there is something
//             to take(). Results come in any order, one for each request.
//   Where     nothing is looked up, and no proxy is used: a connection goes to an address of the
//             request or to none. Addresses are tried one after the other until one accepts the
//             connection. Those that are excluded, private without permission, or of no host are
//             left out, so that a foreign name cannot point this machine at its own network.
//   Limits    FetcherOptions; kAddressesMax addresses of a request; kHeaderOctetsMax of a header.
//             `at_once` connections in all and `per_address` to one address, because a provider
//             has the documents of thousands of domains there; a request that waits for its turn
//             has no deadline yet. After three time-outs in a row at an address, its requests time
//             out at once for a minute, so that they do not hold up a sweep.
//   Lifetime  one thread calls all members. The scope and the eventfd outlive the Fetcher.
//   Errors    open(): machine. Whatever happens to a request is a FetchOutcome.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/scope/scope.h"

namespace mxsweep::fetch {

inline constexpr std::size_t kWaitingMax = 1024;
inline constexpr std::size_t kAddressesMax = 4;
inline constexpr std::size_t kHeaderOctetsMax = 64 * 1024;
inline constexpr std::size_t kTextOctetsMax = 300;       // Of `why` and of a content type.
inline constexpr std::uint32_t kDescriptorsBesides = 8;  // What libcurl opens beside connections.

struct FetcherOptions {
  const scope::Scope* scope = nullptr;  // Null: global addresses only.
  std::string ca_file{};                // Neither of them: the system's certificates.
  std::string ca_path{};
  std::uint16_t port = 443;
  Duration connect = std::chrono::seconds{10};  // TCP and TLS, for each address.
  Duration whole = std::chrono::seconds{60};    // Of a request, from its first connection on.
  std::size_t body_octets_max = 64 * 1024;
  std::uint32_t at_once = 64;
  std::uint32_t per_address = 2;
};

struct Request {
  std::uint64_t ticket = 0;  // The caller's; comes back.
  std::string host;          // Of the URL, of SNI and of the certificate.
  std::string path;          // Begins with "/", and is encoded as in a URL.
  std::vector<Address> addresses;
  std::vector<std::string> aliases{};  // The names on the way from the host to the addresses.
};

enum class FetchOutcome : std::uint8_t {
  ok,           // 200, and the whole body. The content type is for the caller to judge.
  http_status,  // Another status that is no redirect.
  redirect,     // Not followed.
  too_large,    // The body is longer than body_octets_max.
  tls,          // No handshake, or a certificate that is not trusted or not valid for the name.
  timeout,      // No connection, handshake or answer in time.
  unreachable,  // The connection is refused, no network leads there, or there is no address.
  closed,       // The peer ended the connection before the end of its answer.
  malformed,    // The answer is not HTTP.
  refused,      // Not asked for: no host's name, excluded or with an alias that is, or without an
                // address that may be visited.
  local,        // This machine: no descriptor, no route, no certificates.
};

[[nodiscard]] std::string_view to_string(FetchOutcome outcome);

struct Fetched {
  std::uint64_t ticket = 0;
  FetchOutcome outcome = FetchOutcome::local;
  int status = 0;            // 0: there was no answer.
  std::string content_type;  // As sent; empty: none.
  std::string body;          // Of ok only, as sent.
  Address address{};         // The last one that was tried; Family::none: there was no connection.
  Duration took{};           // From the first connection on.
  std::string why;           // Of all but ok: a sentence in printable ASCII.
};

class Fetcher {
 public:
  Fetcher();
  ~Fetcher();  // As stop().
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  // `wake_descriptor`: an eventfd; -1: none. Requires: called once.
  Status open(const FetcherOptions& options, int wake_descriptor);

  [[nodiscard]] bool full() const { return waiting_ >= kWaitingMax; }
  // Requires: open() has succeeded; not full(); stop() was not called.
  void begin(Request request);
  [[nodiscard]] bool take(Fetched& fetched);                      // False: nothing is ready.
  [[nodiscard]] std::size_t waiting() const { return waiting_; }  // Begun and not taken yet.

  // Ends all connections at once. What has ended before can still be taken; the rest never comes.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::size_t waiting_ = 0;
};

}  // namespace mxsweep::fetch

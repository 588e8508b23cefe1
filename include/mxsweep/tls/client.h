// SPDX-License-Identifier: MIT
// State shared by all TLS client connections of one worker: what may be negotiated, the trusted
// authorities, and a cache of verified chains.
//
//   Source    RFC 8446, RFC 5246; chains are verified by RFC 5280 for TLS servers.
//   Shape     open() once, then any number of Engines. This client measures: by default it accepts
//             everything that the library implements, TLS 1.0 and old ciphers included, so that it
//             can be reported. The system-wide configuration of the library is ignored.
//   Lifetime  the Client outlives its Engines.
//   Threads   one.
//   Memory    at most chains_max parsed and verified chains; the least recently used are dropped
//             first (two generations).
//   Errors    open(): an unusable cipher list, or not enough memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/tls/authorities.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::tls {

struct ClientOptions {
  Version version_min = Version::tls1_0;
  Version version_max = Version::tls1_3;
  // What to offer, as a GnuTLS priority string; empty: everything.
  std::string ciphers{};
  std::shared_ptr<const Authorities> authorities{};  // Null: no authority is trusted.
  std::size_t chains_max = 4096;
  bool keep_der = false;  // Fill Certificate::der.
};

class Client {
 public:
  Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  Status open(const ClientOptions& options);

  // The parsed and verified chain; from the cache if the same octets were seen before and their
  // verdict still holds at `now`. `der`: leaf first; may be empty. Null: not enough memory.
  // Requires: open() succeeded.
  [[nodiscard]] std::shared_ptr<const Chain> chain(std::span<const std::string_view> der,
                                                   WallTime now);

  [[nodiscard]] std::uint64_t chains_computed() const;  // Cache misses.

 private:
  friend class Engine;
  struct Library;
  std::unique_ptr<Library> library_;
};

}  // namespace mxsweep::tls

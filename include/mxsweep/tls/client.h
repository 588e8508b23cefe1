// SPDX-License-Identifier: MIT
// What all TLS clients of one worker share: what may be negotiated, whom to trust, and the chains
// that were seen before.
//
//   Shape     open() once, then any number of Engines. A measuring client: by default everything
//             that the library can still speak, TLS 1.0 and old ciphers included, is accepted, so
//             that it can be reported; whatever the system's configuration of the library says.
//   Source    RFC 8446, RFC 5246; chains are verified by RFC 5280 for TLS servers.
//   Lifetime  the Client outlives its Engines. One thread.
//   Memory    chains_max parsed and verified chains; the least recently seen go first (in two
//             generations).
//   Errors    open(): the list of ciphers is unusable, or the machine is short of memory.
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
  // What to offer, as a priority string of GnuTLS; empty: everything.
  std::string ciphers{};
  std::shared_ptr<const Authorities> authorities{};  // Whom to trust; null: no authority.
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

  // The parsed and verified chain: from the cache when the same octets were seen before and their
  // verdict still holds. Requires: open() worked. `der`: leaf first; may be empty. Null: there is
  // no memory for it.
  [[nodiscard]] std::shared_ptr<const Chain> chain(std::span<const std::string_view> der,
                                                   WallTime now);

  [[nodiscard]] std::uint64_t chains_computed() const;  // Times that the cache did not help.

 private:
  friend class Engine;
  struct Library;
  std::unique_ptr<Library> library_;
};

}  // namespace mxsweep::tls

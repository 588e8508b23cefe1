// SPDX-License-Identifier: MIT
// A cache of parsed and verified chains: each chain is computed once, however many servers send it.
//
//   Source    RFC 5280 section 6, for TLS servers. Revocation is not checked.
//   Shape     open() once, then chain() for every handshake.
//   Lifetime  a Chain lives as long as a shared_ptr to it.
//   Memory    a GenerationCache of chains_max chains, of 8 KiB each. Larger ones displace others
//             sooner (core/generation_cache.h).
//   Errors    open() returns the reason. Any octets that a peer sends yield a verdict.
#pragma once

#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mxsweep/core/generation_cache.h"
#include "mxsweep/core/time.h"
#include "mxsweep/tls/client.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::tls {

class ChainCache {
 public:
  ChainCache() = default;
  ChainCache(const ChainCache&) = delete;
  ChainCache& operator=(const ChainCache&) = delete;
  ~ChainCache();

  Status open(const ClientOptions& options);

  // Certificates beyond kChainCertificatesMax are not looked at. Null: not enough memory.
  // Requires: open() succeeded.
  [[nodiscard]] std::shared_ptr<const Chain> chain(std::span<const std::string_view> der,
                                                   WallTime now);

  [[nodiscard]] std::uint64_t computed() const { return computed_; }

 private:
  // A verdict changes only at a date of one of its certificates: it holds in [from, until).
  struct Entry {
    std::shared_ptr<const Chain> chain;
    WallTime from = WallTime::min();
    WallTime until = WallTime::max();
  };
  struct Hash {
    std::size_t operator()(const Digest& digest) const;
  };

  [[nodiscard]] Digest digest_of(std::span<const std::string_view> der, bool cut);
  [[nodiscard]] Entry compute(std::span<const std::string_view> der, bool cut, WallTime now);

  std::shared_ptr<const Authorities> authorities_;
  gnutls_hash_hd_t hash_ = nullptr;
  std::uint64_t computed_ = 0;
  bool keep_der_ = false;
  std::optional<GenerationCache<Digest, Entry, Hash>> chains_;  // From open() on.
};

}  // namespace mxsweep::tls

// SPDX-License-Identifier: MIT
// A cache of parsed and verified chains: each chain is computed once, however many servers send it.
//
//   Source    RFC 5280 section 6, for TLS servers. Revocation is not checked.
//   Shape     open() once, then chain() for every handshake.
//   Lifetime  a Chain lives as long as a shared_ptr to it.
//   Memory    two generations: a chain that is not used while the young generation fills up is
//             dropped with the old one. At most chains_max chains and chains_max * 8 KiB, plus one
//             chain.
//   Errors    open() returns the reason. Any octets that a peer sends yield a verdict.
#pragma once

#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

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

  // Returns an empty string on success, otherwise the reason of the failure.
  [[nodiscard]] std::string open(const ClientOptions& options);

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
  using Generation = std::unordered_map<Digest, Entry, Hash>;

  [[nodiscard]] Digest digest_of(std::span<const std::string_view> der, bool cut);
  [[nodiscard]] Entry compute(std::span<const std::string_view> der, bool cut, WallTime now);
  void keep(const Digest& digest, const Entry& entry);

  std::shared_ptr<const Authorities> authorities_;
  gnutls_hash_hd_t hash_ = nullptr;
  std::uint64_t computed_ = 0;
  std::size_t generation_chains_max_ = 0;
  bool keep_der_ = false;
  Generation young_;
  Generation old_;
  std::size_t young_octets_ = 0;
};

}  // namespace mxsweep::tls

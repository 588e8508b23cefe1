// SPDX-License-Identifier: MIT
// Remembers which certificates any worker has written, so that each is written once.
//
//   Memory   32 octets and a node of a hash table for each, kCertificatesRememberedMax at most.
//            After that, a new one is written each time it is seen: better twice than never.
//   Threads  any. It locks once for each certificate of a record, which costs little beside the
//            handshake.
#pragma once

#include <cstring>
#include <mutex>
#include <unordered_set>

#include "mxsweep/tls/facts.h"

namespace mxsweep::scan {

inline constexpr std::size_t kCertificatesRememberedMax = 4'000'000;

class CertificateLog {
 public:
  // True for the first call with that digest.
  [[nodiscard]] bool is_new(const tls::Digest& sha256) {
    const std::lock_guard lock(mutex_);
    if (seen_.size() >= kCertificatesRememberedMax) return !seen_.contains(sha256);
    return seen_.insert(sha256).second;
  }

 private:
  struct Hash {
    std::size_t operator()(const tls::Digest& digest) const {
      std::size_t hash = 0;  // A digest is as good a hash as there is.
      std::memcpy(&hash, digest.data(), sizeof hash);
      return hash;
    }
  };

  std::mutex mutex_;
  std::unordered_set<tls::Digest, Hash> seen_;
};

}  // namespace mxsweep::scan

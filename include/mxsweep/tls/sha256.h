// SPDX-License-Identifier: MIT
// SHA-256 of octets that come in pieces.
//
//   Source   FIPS 180-4; GnuTLS.
//   Errors   none, but for lack of memory, which is as of `new`.
#pragma once

#include <string>
#include <string_view>

#include "mxsweep/tls/facts.h"

struct hash_hd_st;

namespace mxsweep::tls {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::string_view octets);
  [[nodiscard]] Digest finish();  // Requires: the first call; nothing is added after it.

 private:
  hash_hd_st* hash_ = nullptr;
};

[[nodiscard]] std::string to_hexadecimal(const Digest& digest);  // Lower case.

}  // namespace mxsweep::tls

// SPDX-License-Identifier: MIT
#include "mxsweep/tls/hmac.h"

#include <string>

#include "mxsweep/tls/sha256.h"

namespace mxsweep::tls {
namespace {

constexpr std::size_t kBlockOctets = 64;  // Of SHA-256.

Digest hash(std::string_view first, std::string_view second) {
  Sha256 sha256;
  sha256.add(first);
  sha256.add(second);
  return sha256.finish();
}

std::string octets_of(const Digest& digest) { return {digest.begin(), digest.end()}; }

}  // namespace

Digest hmac_sha256(std::string_view key, std::string_view text) {
  std::string block = key.size() > kBlockOctets ? octets_of(hash(key, {})) : std::string(key);
  block.resize(kBlockOctets, '\0');
  const auto padded = [&block](unsigned char pad) {
    std::string with = block;
    for (char& c : with) c = static_cast<char>(static_cast<unsigned char>(c) ^ pad);
    return with;
  };
  return hash(padded(0x5c), octets_of(hash(padded(0x36), text)));
}

}  // namespace mxsweep::tls

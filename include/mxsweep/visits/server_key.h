// SPDX-License-Identifier: MIT
// What makes two targets one server: an address, a port and a way to begin TLS.
#pragma once

#include <cstddef>
#include <cstdint>

#include "mxsweep/core/address.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::visits {

struct ServerKey {
  Address address;
  std::uint16_t port;
  targets::TlsMode mode;
  friend bool operator==(const ServerKey&, const ServerKey&) = default;

  struct Hash {
    std::size_t operator()(const ServerKey& key) const {
      const std::uint64_t rest = std::uint64_t{key.port} << 8 | static_cast<std::uint8_t>(key.mode);
      return hash(key.address, rest);
    }
  };
};

}  // namespace mxsweep::visits

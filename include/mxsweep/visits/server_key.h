// SPDX-License-Identifier: MIT
// Identifies a server: targets with the same address, port and way to begin TLS are one server.
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
  Protocol protocol = Protocol::smtp;
  friend bool operator==(const ServerKey&, const ServerKey&) = default;

  struct Hash {
    std::size_t operator()(const ServerKey& key) const {
      const std::uint64_t rest = std::uint64_t{key.port} << 16 |
                                 std::uint64_t{static_cast<std::uint8_t>(key.protocol)} << 8 |
                                 static_cast<std::uint8_t>(key.mode);
      return hash(key.address, rest);
    }
  };
};

}  // namespace mxsweep::visits

// SPDX-License-Identifier: MIT
// Which part of a sweep one of several machines does. Pure.
//
//   Shape    Servers are divided by their /24 (IPv4) or /48 (IPv6), so that all targets of a
//            server, and what is counted for a network, belong to one shard. What has no address (a
//            line that cannot be read, a name without servers) is divided by its text.
//   Units    the same shard on every machine and in every version: shards of one sweep need not run
//            at the same time, nor on equal machines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/address.h"

namespace mxsweep::targets {

inline constexpr std::uint32_t kShardsMax = 100'000;

struct Shard {
  std::uint32_t number = 1;  // Counted from 1.
  std::uint32_t count = 1;

  // Requires: address.family is not none.
  [[nodiscard]] bool has(const Address& address) const;
  [[nodiscard]] bool has(std::string_view text) const;
  [[nodiscard]] bool is_all() const { return count == 1; }

  friend bool operator==(const Shard&, const Shard&) = default;
};

// "2/4"; nothing: no such shard.
[[nodiscard]] std::optional<Shard> read_shard(std::string_view text);
[[nodiscard]] std::string to_string(const Shard& shard);

}  // namespace mxsweep::targets

// SPDX-License-Identifier: MIT
#include "mxsweep/targets/shard.h"

#include <charconv>

#include "mxsweep/core/invariant.h"
#include "mxsweep/core/random.h"

namespace mxsweep::targets {
namespace {

constexpr std::size_t kIpv4Octets = 3;
constexpr std::size_t kIpv6Octets = 6;

// FNV-1a (Fowler, Noll, Vo), mixed, because its lower bits depend little on the last octets.
template <typename Octets>
std::uint64_t stable_hash(const Octets& octets, std::size_t count) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (std::size_t i = 0; i < count; ++i) {
    hash = (hash ^ static_cast<std::uint8_t>(octets[i])) * 0x100000001b3U;
  }
  return mix(hash);
}

bool is_in(const Shard& shard, std::uint64_t hash) {
  return hash % shard.count == shard.number - 1;
}

std::optional<std::uint32_t> read_count(std::string_view digits) {
  std::uint32_t count = 0;
  const char* const end = digits.data() + digits.size();
  const auto [reached, error] = std::from_chars(digits.data(), end, count);
  if (error != std::errc{} || reached != end || count == 0 || count > kShardsMax) return {};
  return count;
}

}  // namespace

bool Shard::has(const Address& address) const {
  if (is_all()) return true;
  const Address plain = without_mapping(address);
  INVARIANT(plain.family != Family::none);
  return is_in(*this,
               stable_hash(plain.octets, plain.family == Family::ipv4 ? kIpv4Octets : kIpv6Octets));
}

bool Shard::has(std::string_view text) const {
  return is_all() || is_in(*this, stable_hash(text, text.size()));
}

std::optional<Shard> read_shard(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::optional<std::uint32_t> number = read_count(text.substr(0, slash));
  const std::optional<std::uint32_t> count = read_count(text.substr(slash + 1));
  if (!number || !count || *number > *count) return std::nullopt;
  return Shard{*number, *count};
}

std::string to_string(const Shard& shard) {
  return std::to_string(shard.number) + "/" + std::to_string(shard.count);
}

}  // namespace mxsweep::targets

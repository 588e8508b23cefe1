// SPDX-License-Identifier: MIT
// Assigns a persona to every address. The assignment depends only on personas, seed and address, so
// that the expected result for each address can be computed, until change() is called.
//
//   Shape     a weighted choice by the hash of the address.
//   Lifetime  personas live as long as the fleet, at fixed addresses.
//   Threads   one may call change() while others read. Each list of changes that was ever in force
//             is kept, because a reader may still use it.
//   Errors    change() refuses what exceeds its limits.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/address_range.h"
#include "mxsweep/sink/persona.h"

namespace mxsweep::sink {

inline constexpr std::size_t kChangesMax = 1000;         // Ranges at once.
inline constexpr std::size_t kChangeListsMax = 100'000;  // Calls.

class Fleet {
 public:
  // Requires: at least one persona (read_personas() ensures that).
  Fleet(std::vector<Persona> personas, std::uint64_t seed);

  [[nodiscard]] const std::vector<Persona>& personas() const { return personas_; }
  [[nodiscard]] std::size_t index_at(const Address& address) const;
  [[nodiscard]] const Persona& persona_at(const Address& address) const {
    return personas_[index_at(address)];
  }
  [[nodiscard]] std::optional<std::size_t> find(std::string_view persona) const;

  // From now on the addresses of this range answer as the persona; nothing: as if they had never
  // been changed. Of several changes the latest counts. False: there are too many.
  [[nodiscard]] bool change(const AddressRange& range, std::optional<std::size_t> persona);

 private:
  struct Change {
    AddressRange range;
    std::optional<std::size_t> persona;
  };
  using ChangeList = std::vector<Change>;
  struct Changed {
    std::deque<ChangeList> lists;  // All that were ever in force.
    std::atomic<const ChangeList*> now = nullptr;
  };

  [[nodiscard]] std::size_t original_at(const Address& address) const;

  std::vector<Persona> personas_;
  std::vector<std::uint32_t> shares_;  // Running sums of the weights.
  std::uint64_t seed_;
  std::unique_ptr<Changed> changed_;
};

}  // namespace mxsweep::sink

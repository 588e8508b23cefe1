// SPDX-License-Identifier: MIT
// Assigns a persona to every address. The assignment depends only on personas, seed and address, so
// that the expected result for each address can be computed.
//
//   Shape     a weighted choice by the hash of the address.
//   Lifetime  personas live as long as the fleet, at fixed addresses.
//   Errors    none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/sink/persona.h"

namespace mxsweep::sink {

class Fleet {
 public:
  // Requires: at least one persona (read_personas() ensures that).
  Fleet(std::vector<Persona> personas, std::uint64_t seed);

  [[nodiscard]] const std::vector<Persona>& personas() const { return personas_; }
  [[nodiscard]] std::size_t index_at(const Address& address) const;
  [[nodiscard]] const Persona& persona_at(const Address& address) const {
    return personas_[index_at(address)];
  }

 private:
  std::vector<Persona> personas_;
  std::vector<std::uint32_t> shares_;  // Running sums of the weights.
  std::uint64_t seed_;
};

}  // namespace mxsweep::sink

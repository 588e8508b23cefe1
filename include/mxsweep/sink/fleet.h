// SPDX-License-Identifier: MIT
// Which persona answers at which address: the same for the same personas and seed, in every run and
// in every thread, so that the right answer for each address can be computed.
//
//   Shape     a choice by weight, made by the address's hash.
//   Lifetime  personas live as long as the fleet and do not move.
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
  // Requires: at least one persona (read_personas() sees to it).
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

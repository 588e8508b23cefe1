// SPDX-License-Identifier: MIT
// The addresses of this machine that connections come from, if the user names them.
//
//   Shape     The hash of a target's address decides, so that a target always sees the same source
//             address: several give more local ports, and must not help to evade a refusal.
//   Errors    none.
#pragma once

#include <vector>

#include "mxsweep/core/address.h"

namespace mxsweep::probe {

class Sources {
 public:
  // Requires: family is not none; not contained yet.
  void add(const Address& source);

  [[nodiscard]] bool empty() const { return ipv4_.empty() && ipv6_.empty(); }
  [[nodiscard]] bool contains(const Address& source) const;
  // IPv4 first, in the order of add().
  [[nodiscard]] std::vector<Address> all() const;
  // Family::none: there is none of the target's family. Requires: not empty().
  [[nodiscard]] Address choose(const Address& target) const;

 private:
  std::vector<Address> ipv4_;
  std::vector<Address> ipv6_;
};

}  // namespace mxsweep::probe

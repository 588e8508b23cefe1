// SPDX-License-Identifier: MIT
// Tells a target without a route from a machine that has lost its network: whether a reference
// address of the same family, which had a route before, still has one. Pure: the caller passes the
// function that looks a route up.
//
//   Source    RFC 5737 and RFC 3849: the addresses for documentation are no host's, so that only
//             the default route leads to them.
//   Rule      the reference is such an address. On a machine without a default route at the start,
//             it is the last address to which a connect succeeded.
//   Shape     begin() before the first visit, connected() after each successful connect. When a
//             connect fails for lack of a route: lost().
//   Cost      connected() stores an address. lost() is one look-up.
//   Errors    none. A machine that had no route at the start, and has connected to nothing, has
//             nothing to lose.
#pragma once

#include <array>
#include <functional>
#include <optional>

#include "mxsweep/core/address.h"

namespace mxsweep::pace {

using HasRoute = std::function<bool(const Address&)>;

class Routes {
 public:
  explicit Routes(HasRoute has_route) : has_route_(std::move(has_route)) {}

  void begin();  // Looks the default routes up.
  void connected(const Address& address);

  // The reference of that family, whose route must be there again before the sweep goes on, if this
  // machine has lost it; nothing if only the target is without a route.
  [[nodiscard]] std::optional<Address> lost(Family family) const;
  [[nodiscard]] bool has_route(const Address& address) const { return has_route_(address); }

 private:
  struct References {
    Address by_default;  // Family::none: there was no default route at the start.
    Address connected;   // Family::none: none yet.
  };
  [[nodiscard]] References& of(Family family) { return references_[family == Family::ipv6]; }

  HasRoute has_route_;
  std::array<References, 2> references_;
};

}  // namespace mxsweep::pace

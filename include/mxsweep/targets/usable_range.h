// SPDX-License-Identifier: MIT
// The part of an address range that can be visited. Pure.
#pragma once

#include <optional>

#include "mxsweep/core/address_range.h"

namespace mxsweep::targets {

// The range, shortened at both ends by addresses that no remote host can have
// (can_be_remote_host()); empty if none is left. A range of IPv4-mapped addresses only becomes one
// of IPv4. Requires: first <= last.
[[nodiscard]] std::optional<AddressRange> usable_part(AddressRange range);

// The next address that a remote host can have; inside an IPv6 range there may be IPv4-mapped
// addresses that none can have. Requires: `address` is in a usable_part() and not its last.
[[nodiscard]] Address next_usable(const Address& address);

}  // namespace mxsweep::targets

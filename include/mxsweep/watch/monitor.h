// SPDX-License-Identifier: MIT
// A monitor: one server, or one mail domain, that is probed again and again.
//
//   Shape    `key` identifies it over restarts and reloads: "GROUP TARGET:PORT ADDRESS"; the
//            address is absent where the target is one, and for a mail domain. `id` numbers it in
//            this process: ids are dense and are used again.
#pragma once

#include <cstdint>
#include <string>

#include "mxsweep/core/address.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::watch {

using MonitorId = std::uint32_t;
inline constexpr MonitorId kNoMonitor = 0xffff'ffff;

struct Monitor {
  std::string key;
  GroupNumber group = 0;
  std::string target;  // As written in the list.
  Address address;     // Family::none: a mail domain, or a name that did not resolve.
  std::uint16_t port = 25;
  std::string host;    // The name of the server; may be empty.
  std::string domain;  // The mail domain that is watched; empty: a server.
  std::string mx_set;  // The MX hosts of that domain, sorted, with a blank between; may be empty.
  std::string meta;    // JSON; may be empty.
};

}  // namespace mxsweep::watch

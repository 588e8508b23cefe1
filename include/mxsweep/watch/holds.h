// SPDX-License-Identifier: MIT
// Silences and maintenance windows: when openings are held back. Pure.
//
//   Rules    Only the opening of an incident is held, never probing, never an end. An incident is
//            held when every member of it is. Results inside a maintenance window count for
//            neither side of the uptime. At the end of a window each monitor that is down in it
//            gets one fresh probe before anything is said of it.
//   Zones    A window begins at a local time of day. A time that does not exist is moved forward by
//            the gap; of one that exists twice it is the first. It lasts for elapsed time.
//   Errors   none.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/watch/incident.h"
#include "mxsweep/watch/moment.h"
#include "mxsweep/watch/monitor.h"
#include "mxsweep/watch/rows.h"
#include "mxsweep/watch/settings.h"
#include "mxsweep/watch/time_zone.h"

namespace mxsweep::watch {

// Whether the selector has this monitor, in a problem of this severity.
[[nodiscard]] bool matches(const Selector& selector, const Monitor& monitor, const Group& group,
                           Severity severity);

class Holds {
 public:
  Holds(const Settings& settings, const Zones& zones, const Moment& now);

  void restore(const std::vector<SilenceRow>& rows);
  // Returns its number.
  std::uint64_t add(SilenceRow&& silence);
  [[nodiscard]] bool end(std::uint64_t silence, const Moment& now);  // False: there is no such one.

  enum class Change : std::uint8_t { none, some };
  // Windows and silences that have begun or ended since the last call.
  Change turn(const Moment& now, std::vector<SilenceRow>& changed);
  [[nodiscard]] Instant next(const Moment& now) const;

  // Whether a problem of this monitor is held, and whether it is in maintenance.
  [[nodiscard]] bool holds(const Monitor& monitor, Severity severity) const;
  [[nodiscard]] bool in_maintenance(const Monitor& monitor) const;
  [[nodiscard]] std::vector<SilenceRow> active()
      const;  // Also windows of the configuration (id 0).

  void reload(const Settings& settings, const Zones& zones, const Moment& now);
};

}  // namespace mxsweep::watch

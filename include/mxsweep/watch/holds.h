// SPDX-License-Identifier: MIT
// Silences and maintenance windows: when openings are held back. Pure.
//
//   Rules    Only the opening of an incident is held, never probing, never an end. An incident is
//            held when every member of it is. Results inside a maintenance window count for
//            neither side of the uptime. At the end of a window each monitor that is down in it
//            gets one fresh probe before anything is said of it.
//   Zones    A window begins at a local time of day. A time that does not exist is moved forward by
//            the gap; of one that exists twice it is the first. It lasts for elapsed time.
//   Target   as written in the list, without regard to case; "*" at either end stands for anything.
//   Labels   each must be one of the group's, or a field of meta with that text.
//   Cost     matching parses meta if there are labels. Without a window in progress
//            in_maintenance() is one comparison.
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
  // `settings` outlive it, or its next reload().
  Holds(const Settings& settings, const Zones& zones, const Moment& now);

  void restore(const std::vector<SilenceRow>& rows);
  // Returns its number: that of the row, or, if that is 0, the next one. In force with turn().
  std::uint64_t add(SilenceRow&& silence);
  [[nodiscard]] bool end(std::uint64_t silence, const Moment& now);  // False: there is no such one.

  enum class Change : std::uint8_t { none, some };
  // Whether windows or silences have begun or ended since the last call. `changed`: the rows of
  // silences to store; windows have none.
  Change turn(const Moment& now, std::vector<SilenceRow>& changed);
  [[nodiscard]] Instant next(const Moment& now) const;

  // Whether a problem of this monitor is held, and whether it is in maintenance.
  [[nodiscard]] bool holds(const Monitor& monitor, Severity severity) const;
  [[nodiscard]] bool in_maintenance(const Monitor& monitor) const;
  [[nodiscard]] std::vector<SilenceRow> active()
      const;  // Also windows of the configuration (id 0).

  void reload(const Settings& settings, const Zones& zones, const Moment& now);

 private:
  struct Window {
    const MaintenanceRule* rule = nullptr;
    TimeZone zone;
    WallTime from{};  // The one in progress, or the next.
    WallTime until{};
    bool active = false;
  };
  struct Silence {
    SilenceRow row;
    bool active = false;
    bool changed = false;
  };
  bool look(WallTime wall);  // Whether anything has begun or ended.

  const Settings* settings_ = nullptr;
  std::vector<Window> windows_;
  std::vector<Silence> silences_;
  std::uint64_t last_ = 0;
  bool pending_ = false;      // A call has changed something.
  bool maintenance_ = false;  // A window is in progress.
  WallTime looked_at_{};
  WallTime boundary_{};  // Until then nothing begins or ends.
};

}  // namespace mxsweep::watch

// SPDX-License-Identifier: MIT
// Which monitors to probe at once because a neighbour fails: how far a failure reaches is known in
// seconds then, and not after an interval.
//
//   Rules    Neighbours share a narrow value: an address, a certificate, an MX set, a prefix, a
//            field of meta. Those of an operator count when 3 of them, and 2 % of all, have failed
//            within 2 minutes. A value is asked about once in 30 s, and up to 256 of its monitors.
//   Cost     one look through all monitors for all values that wait, at most one in a second.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/watch/incidents.h"
#include "mxsweep/watch/moment.h"
#include "watch/scopes.h"

namespace mxsweep::watch {

inline constexpr Duration kExtentEvery = std::chrono::seconds{30};  // Of one value.
inline constexpr Duration kExtentLookEvery = std::chrono::seconds{1};
inline constexpr std::uint32_t kExtentMost = 256;  // Of one value.
inline constexpr Duration kOperatorWithin = std::chrono::minutes{2};
inline constexpr std::uint32_t kOperatorPercent = 2;

class Extent {
 public:
  // `monitor` has failed since `since`, which is more than a blip.
  void ask(const Scopes& scopes, MonitorId monitor, IncidentKind kind, WallTime since,
           const Moment& now);
  // Those of its neighbours that are `wanted`.
  [[nodiscard]] std::vector<MonitorId> take(const Scopes& scopes, const Moment& now,
                                            const Incidents::Wanted& wanted);
  [[nodiscard]] Instant next() const { return waiting_ > 0 ? look_at_ : kNever; }

 private:
  struct Asked {
    Instant at{};
    WallTime since{};
    IncidentKind kind = IncidentKind::down;
    std::uint32_t left = 0;  // So many more may be found.
    bool waits = false;      // It has not been looked for.
  };

  [[nodiscard]] bool fails(const Scopes& scopes, ValueNumber mx_operator, Instant now);
  void look(const Scopes& scopes, const Incidents::Wanted& wanted, std::vector<MonitorId>& found);

  struct Failures {
    Instant since{};
    std::uint32_t count = 0;
  };

  std::unordered_map<ValueNumber, Asked> asked_;
  std::unordered_map<ValueNumber, Failures> of_operator_;
  std::size_t waiting_ = 0;
  Instant look_at_{};
};

}  // namespace mxsweep::watch

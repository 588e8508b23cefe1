// SPDX-License-Identifier: MIT
// What the checks of DNS have found fault with, of each monitor that has any. Pure.
//
//   Source   the findings are those of core/check_findings.def.
//   Rules    A finding opens when two results in a row have it, and ends when two in a row lack it
//            (watch/health.h). A result lacks it only if its check was answered: what DNS did not
//            tell moves nothing. Of a check that is not made any more, as of an MX host that has
//            gone, all findings end. A finding is known by its check, its id and its place.
//   Memory   some 300 octets a finding, at most kFindingsMost of a monitor.
//   Errors   none.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/time.h"
#include "mxsweep/watch/monitor.h"
#include "mxsweep/watch/rows.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::watch {

inline constexpr std::size_t kFindingsMost = 100;
inline constexpr std::uint8_t kCheckResults = 2;  // In a row decide, both ways.
// After a result that is to be confirmed.
inline constexpr Duration kCheckAgainAfter = std::chrono::minutes{5};

// What one check of one subject came to.
struct CheckResult {
  std::string check{};    // "spf", "names 192.0.2.1".
  bool answered = false;  // What is not among the findings is not so.
  FindingReports findings{};
};

// All checks of a monitor, once.
struct CheckSample {
  std::vector<CheckResult> checks{};
  bool whole = false;  // There are no other checks. False: which servers there are is not known.
};

struct OpenFinding {
  std::string check{};
  FindingReport report{};
  mxsweep::Severity severity = mxsweep::Severity::error;
  WallTime since{};  // The first result that had it.
};

class SlowChecks {
 public:
  using KeyOf = std::function<std::string_view(MonitorId)>;

  // `key_of`: the key of a monitor, for rows.
  explicit SlowChecks(KeyOf key_of);
  ~SlowChecks();
  SlowChecks(const SlowChecks&) = delete;
  SlowChecks& operator=(const SlowChecks&) = delete;

  void restore(const std::vector<FindingRow>& rows,
               const std::unordered_map<std::string, MonitorId>& monitors);

  struct Change {
    std::vector<OpenFinding> opened{};
    std::vector<OpenFinding> ended{};
    std::optional<Duration> confirm_in{};  // A result is to be confirmed.
  };
  // Appends the rows that have changed.
  [[nodiscard]] Change on_sample(MonitorId monitor, const CheckSample& sample,
                                 const Group::Checks& rules, WallTime now, StateBatch& batch);
  // It is not checked any longer.
  void drop(MonitorId monitor, StateBatch& batch);
  void remove(MonitorId monitor);

  // The worst first, then the oldest.
  [[nodiscard]] std::vector<OpenFinding> open(MonitorId monitor) const;
  [[nodiscard]] bool has_open(MonitorId monitor) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mxsweep::watch

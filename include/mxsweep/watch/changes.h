// SPDX-License-Identifier: MIT
// What a server shows, and when that changes. Pure.
//
//   Rules    Each field is a set of values, with the share of the last 32 probes that showed each.
//            A value is adopted after two sightings at least 5 minutes apart, and lost when none of
//            32 probes showed it. So a backend that differs from its siblings makes a field
//            "mixed", once, and not a change with each probe. Lost STARTTLS (in 90 % or more) is
//            critical, a mixed one a warning, all else is information for the digest.
//   Memory   equal values of many servers are kept once; 12 octets for each value of a monitor.
//   Errors   none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/results/record.h"
#include "mxsweep/watch/monitor.h"
#include "mxsweep/watch/rows.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::watch {

enum class Field : std::uint8_t {
  greeting,     // The software and version that it names, without date and host.
  extensions,   // The keywords of EHLO, sorted.
  starttls,     // yes, no
  tls,          // Version and group.
  certificate,  // SPKI of the server's own.
  issuer,
  addresses,  // Of a name, sorted.
  mx,         // The MX set of a domain.
};

struct FieldChange {
  MonitorId monitor = kNoMonitor;
  Field field = Field::greeting;
  enum class What : std::uint8_t { adopted, lost, mixed } what = What::adopted;
  std::string value;
  std::string before;  // The value that it stands beside or replaces; may be empty.
  std::uint8_t percent = 100;
  Severity severity = Severity::info;
};

class Changes {
 public:
  void restore(const std::vector<FingerprintRow>& rows,
               const std::unordered_map<std::string, MonitorId>& monitors);
  void on_record(MonitorId monitor, const results::Record& record, WallTime now,
                 std::vector<FieldChange>& changes, StateBatch& batch);
  void on_value(MonitorId monitor, Field field, std::string_view value, WallTime now,
                std::vector<FieldChange>& changes, StateBatch& batch);
  void remove(MonitorId monitor);
};

}  // namespace mxsweep::watch

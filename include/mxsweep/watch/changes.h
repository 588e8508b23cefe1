// SPDX-License-Identifier: MIT
// What a server shows, and when that changes. Pure.
//
//   Rules    Each field is a set of values, with the share of the last 32 probes that showed each.
//            A value is adopted after two sightings at least 5 minutes apart, and lost when none of
//            32 probes showed it and another is adopted. So a backend that differs from its
//            siblings makes a field "mixed", once, and not a change with each probe. STARTTLS that
//            is missing in 90 % of the probes since it was first missed, or more, is critical, a
//            mixed one a warning, all else is information for the digest. The first value of a
//            field is adopted silently.
//   Says     only probes with the outcome ok or degraded, and each only of the fields that it
//            reached: a probe without TLS does not show that the certificate is lost.
//   Memory   equal values of many servers are kept once; 12 octets for each field of a monitor.
//   Errors   none.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/results/record.h"
#include "mxsweep/watch/monitor.h"
#include "mxsweep/watch/notice.h"
#include "mxsweep/watch/rows.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::watch {

enum class Field : std::uint8_t {
  greeting,     // The software and version that it names, without date and host.
  extensions,   // The keywords of EHLO in clear, sorted, without STARTTLS.
  starttls,     // yes, no
  tls,          // Version and group.
  certificate,  // SPKI of the server's own.
  issuer,
  addresses,  // Of a name, sorted.
  mx,         // The MX set of a domain.
};
inline constexpr std::size_t kFieldCount = 8;
[[nodiscard]] std::string_view to_string(Field field);  // As in FingerprintRow.

inline constexpr Duration kAdoptAfter = std::chrono::minutes{5};
inline constexpr std::size_t kValuesMax = 16;         // Of one field of a monitor.
inline constexpr std::size_t kValueOctetsMax = 1024;  // The rest of a longer one is not looked at.

struct FieldChange {
  MonitorId monitor = kNoMonitor;
  Field field = Field::greeting;
  enum class What : std::uint8_t { adopted, lost, mixed } what = What::adopted;
  std::string value;
  std::string before;          // The value that it stands beside or replaces; may be empty.
  std::uint8_t percent = 100;  // Of the probes since the value was first seen.
  Severity severity = Severity::info;
};

class Changes {
 public:
  using KeyOf = std::function<std::string_view(MonitorId)>;

  // `key_of`: the key of a monitor, for rows.
  explicit Changes(KeyOf key_of);
  ~Changes();
  Changes(const Changes&) = delete;
  Changes& operator=(const Changes&) = delete;

  void restore(const std::vector<FingerprintRow>& rows,
               const std::unordered_map<std::string, MonitorId>& monitors);
  void on_record(MonitorId monitor, const results::Record& record, WallTime now,
                 std::vector<FieldChange>& changes, StateBatch& batch);
  void on_value(MonitorId monitor, Field field, std::string_view value, WallTime now,
                std::vector<FieldChange>& changes, StateBatch& batch);
  void remove(MonitorId monitor);

  struct Shown {  // A value of a field.
    Field field = Field::greeting;
    std::string_view value;
    bool adopted = false;
    WallTime first{};
    std::uint32_t seen = 0;    // Of the last 32 probes that reached the field: the latest is bit 0.
    std::uint8_t percent = 0;  // Of the probes since the oldest of these sightings.
  };
  // All values of a monitor, in the order of the fields; in each the one that it has first.
  void each(MonitorId monitor, const std::function<void(const Shown&)>& visit) const;
  [[nodiscard]] std::size_t octets_held() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// The digest of changes. `name_of`: of a monitor, as in messages.
[[nodiscard]] Notice notice_of(std::span<const FieldChange> changes,
                               const std::function<std::string(MonitorId)>& name_of);

}  // namespace mxsweep::watch

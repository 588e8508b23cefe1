// SPDX-License-Identifier: MIT
// A ledger of certificates: each distinct one once, with the monitors that show it. Pure.
//
//   Rules    A warning when less than min(30 days, a third of its lifetime) is left, critical below
//            min(7 days, a tenth) or when it has expired. The earliest end of the whole path
//            counts. Each threshold is reported once for a certificate, in one digest a day.
//   Memory   one entry for each distinct certificate, 8 octets a monitor.
//   Errors   none.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/tls/facts.h"
#include "mxsweep/watch/monitor.h"
#include "mxsweep/watch/rows.h"

namespace mxsweep::watch {

enum class Expiry : std::uint8_t { far, soon, urgent, expired };

[[nodiscard]] Expiry expiry(WallTime not_before, WallTime not_after, WallTime now);

class Certificates {
 public:
  void restore(const std::vector<CertificateRow>& rows,
               const std::vector<CertificateHostRow>& hosts,
               const std::unordered_map<std::string, MonitorId>& monitors);
  // The chain that a monitor showed. Appends the rows that have changed.
  void on_chain(MonitorId monitor, const tls::Chain& chain, WallTime now, StateBatch& batch);
  void remove(MonitorId monitor);

  struct Expiring {
    CertificateRow certificate;
    Expiry expiry = Expiry::soon;
    std::vector<MonitorId> monitors;
  };
  // Those that have crossed a threshold since they were last reported; latches them.
  [[nodiscard]] std::vector<Expiring> take_news(WallTime now, StateBatch& batch);
  [[nodiscard]] std::vector<Expiring> all_expiring(WallTime now) const;
  [[nodiscard]] std::size_t size() const;
};

}  // namespace mxsweep::watch

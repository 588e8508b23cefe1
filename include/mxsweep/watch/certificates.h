// SPDX-License-Identifier: MIT
// A ledger of certificates: each distinct one once, with the monitors that show it. Pure.
//
//   Rules    A warning when less than min(30 days, a third of its lifetime) is left, critical below
//            min(7 days, a tenth) or when it has expired. The earliest end of the whole path
//            counts. Each threshold is reported once for a certificate, in one digest a day.
//            A certificate with several paths has the earliest end that a server showed since the
//            last report.
//   Hosts    a monitor has the certificate that it showed last. One that shows two in turn repeats
//            no report: a certificate keeps its latch for kForgetAfter after its last monitor.
//   Memory   at most 250 octets for a distinct certificate with a subject of up to 60 octets, and
//            12 for a monitor.
//   Errors   none.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/tls/facts.h"
#include "mxsweep/watch/monitor.h"
#include "mxsweep/watch/notice.h"
#include "mxsweep/watch/rows.h"

namespace mxsweep::watch {

enum class Expiry : std::uint8_t { far, soon, urgent, expired };
[[nodiscard]] constexpr Severity severity_of(Expiry expiry) {
  return expiry == Expiry::far    ? Severity::info
         : expiry == Expiry::soon ? Severity::warning
                                  : Severity::critical;
}

// `not_before`: of the certificate that ends at `not_after`.
[[nodiscard]] Expiry expiry(WallTime not_before, WallTime not_after, WallTime now);

inline constexpr Duration kForgetAfter = std::chrono::hours{24 * 7};
inline constexpr std::size_t kNameOctetsMax = 256;  // Of subject and issuer; the rest is cut.

class Certificates {
 public:
  using KeyOf = std::function<std::string_view(MonitorId)>;

  // `key_of`: the key of a monitor, for rows.
  explicit Certificates(KeyOf key_of);
  ~Certificates();
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

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
  // Those that have crossed a threshold since they were last reported; latches them. The most
  // urgent first. To be called once a day: it also forgets what no server shows any more.
  [[nodiscard]] std::vector<Expiring> take_news(WallTime now, StateBatch& batch);
  [[nodiscard]] std::vector<Expiring> all_expiring(WallTime now) const;

  struct Shown {
    CertificateRow certificate;
    Expiry expiry = Expiry::far;
    std::uint32_t hosts = 0;
    std::vector<MonitorId> first_hosts;  // By their ids.
  };
  struct Page {
    std::uint32_t all = 0;
    std::vector<Shown> rows;
  };
  // Those that monitors show now, the next to end first: the rows from `first` on.
  [[nodiscard]] Page by_end(std::uint32_t first, std::uint32_t most, std::size_t hosts_most,
                            WallTime now) const;
  // What a monitor shows, and when that ends; nothing: it shows none.
  [[nodiscard]] std::optional<CertificateRow> of(MonitorId monitor) const;
  [[nodiscard]] std::optional<WallTime> end_of(MonitorId monitor) const;
  // Each monitor whose certificate is not far from its end. `certificate`: a number of it.
  using Expires = std::function<void(MonitorId monitor, std::uint32_t certificate, Expiry expiry)>;
  void each_expiring(WallTime now, const Expires& visit) const;
  [[nodiscard]] std::size_t size() const;  // Certificates.
  [[nodiscard]] std::size_t octets_held() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// "17 certificates on 2,113 hosts expire within 30 days", with a line for each. `name_of`: of a
// monitor, as in messages.
[[nodiscard]] Notice notice_of(std::span<const Certificates::Expiring> certificates,
                               const std::function<std::string(MonitorId)>& name_of, WallTime now);

}  // namespace mxsweep::watch

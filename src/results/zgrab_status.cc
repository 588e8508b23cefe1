// SPDX-License-Identifier: MIT
#include "results/zgrab_status.h"

#include <algorithm>
#include <iterator>

#include "mxsweep/core/cause.h"
#include "mxsweep/core/invariant.h"

namespace mxsweep::results {
namespace {

constexpr std::string_view kRefused = "connection-refused";
constexpr std::string_view kConnectTimeout = "connection-timeout";
constexpr std::string_view kClosed = "connection-closed";
constexpr std::string_view kTimeout = "io-timeout";
constexpr std::string_view kProtocol = "protocol-error";
constexpr std::string_view kApplication = "application-error";
constexpr std::string_view kUnknown = "unknown-error";

// The causes whose status is not that of their group.
struct Row {
  Cause cause;
  std::string_view at_connect;  // The phase is connect.
  std::string_view later;
};
constexpr Row kRows[] = {
    {Cause::net_refused, kRefused, kClosed},
    {Cause::net_timeout, kConnectTimeout, kTimeout},
    {Cause::net_unreachable, kConnectTimeout, kTimeout},
    {Cause::net_reset, kClosed, kClosed},
    {Cause::net_closed_early, kClosed, kClosed},
    {Cause::protocol_silent, kTimeout, kTimeout},
    {Cause::protocol_tarpit, kTimeout, kTimeout},
    // TLS that the server broke, not a server that declined ours.
    {Cause::tls_not_tls, kProtocol, kProtocol},
    {Cause::tls_malformed, kProtocol, kProtocol},
    {Cause::tls_bad_certificate, kProtocol, kProtocol},
    // STARTTLS was asked for and not to be had.
    {Cause::starttls_not_supported, kApplication, kApplication},
    {Cause::config_tls_unavailable, kApplication, kApplication},
    {Cause::config_tls_advertised_but_refused, kApplication, kApplication},
    {Cause::config_middlebox_strips_starttls, kApplication, kApplication},
};

std::string_view status_of(CauseSection section) {
  switch (section) {
    // A certificate that fails verification, or an MX record that names an alias, is no failure of
    // a scan.
    case CauseSection::well:
    case CauseSection::fix: return kZgrabSuccess;
    case CauseSection::network: return kProtocol;
    case CauseSection::declined: return kApplication;
    // zgrab2 has no word for these, or logs an error instead of writing a record.
    case CauseSection::tls:
    case CauseSection::input:
    case CauseSection::excluded:
    case CauseSection::local:
    case CauseSection::name:
    case CauseSection::mx:
    case CauseSection::run: return kUnknown;
  }
  INVARIANT(false);  // Not a value of CauseSection.
  return {};
}

}  // namespace

std::string_view zgrab_status(Phase phase, Cause cause) {
  const auto* const row = std::find_if(std::begin(kRows), std::end(kRows),
                                       [cause](const Row& r) { return r.cause == cause; });
  if (row != std::end(kRows)) return phase == Phase::connect ? row->at_connect : row->later;
  return status_of(row_of(cause).section);
}

}  // namespace mxsweep::results

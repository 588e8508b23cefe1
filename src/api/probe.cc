// SPDX-License-Identifier: MIT
// GET /probe with the names, types and values of blackbox_exporter 0.23's TCP prober with a
// query_response of SMTP and STARTTLS.
//
// What differs. probe_failed_due_to_regex is always 0: there are no regular expressions here, and a
// reply that is not the expected one is a cause of its own. The TLS of a monitor that is probed to
// EHLO only is that of its latest handshake. probe_expect_info belongs to labels that such a
// configuration defines, so there is none.
#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include "api/families.h"
#include "mxsweep/api/api.h"
#include "mxsweep/core/address.h"

namespace mxsweep::api {
namespace {

using metrics::Exposition;
using metrics::Type;

// The zero of time in Go, which blackbox_exporter shows where no path leads to an authority.
constexpr double kNoChain = -62135596800;

// FNV-1a of 32 bits over the octets of the address, as blackbox_exporter's.
std::uint32_t hash_of(const Address& address) {
  std::uint32_t hash = 2166136261U;
  const std::size_t octets = address.family == Family::ipv4 ? 4 : 16;
  for (std::size_t i = 0; i < octets; ++i) hash = (hash ^ address.octets[i]) * 16777619U;
  return hash;
}

bool is_success(const view::ProbeFacts& probe) {
  return probe.outcome == Outcome::ok || probe.outcome == Outcome::degraded;
}

void gauge(std::string_view name, std::string_view help, double value, Exposition& out) {
  out.family(name, Type::gauge, help);
  out.value({}, value);
}

// "TLSv1.3 …" is "TLS 1.3" there.
std::string version_of(std::string_view session) {
  const std::string_view word = session.substr(0, session.find(' '));
  const std::size_t digit = word.find_first_of("0123456789");
  return digit == std::string_view::npos ? "unknown" : "TLS " + std::string(word.substr(digit));
}

void write_path(const view::MonitorPage& facts, Exposition& out) {
  const auto earliest =
      std::ranges::min_element(facts.path, {}, &view::CertificateStep::not_after)->not_after;
  gauge("probe_ssl_earliest_cert_expiry", "Returns last SSL chain expiry in unixtime",
        unix_seconds(earliest), out);
  const WallTime path_end = facts.path_end == WallTime{} ? earliest : facts.path_end;
  gauge("probe_ssl_last_chain_expiry_timestamp_seconds",
        "Returns last SSL chain expiry in timestamp",
        facts.verified ? unix_seconds(path_end) : kNoChain, out);
  const view::CertificateStep& leaf = facts.path.front();
  std::string names;
  for (const std::string& name : leaf.names) names += (names.empty() ? "" : ",") + name;
  out.family("probe_ssl_last_chain_info", Type::gauge, "Contains SSL leaf certificate information");
  out.value({{"fingerprint_sha256", leaf.sha256},
             {"issuer", leaf.issuer},
             {"subject", leaf.subject},
             {"subjectalternative", names}},
            std::uint64_t{1});
}

}  // namespace

std::string probe(const view::MonitorPage& facts, metrics::Format format) {
  Exposition out(format);
  const view::ProbeFacts& last = *facts.last;
  const std::optional<Address> address = parse_address(facts.monitor.address);
  gauge("probe_dns_lookup_time_seconds", "Returns the time taken for probe dns lookup in seconds",
        seconds(last.dns.value_or(Duration::zero())), out);
  gauge("probe_duration_seconds", "Returns how long the probe took to complete in seconds",
        seconds(last.laps[static_cast<std::size_t>(view::Lap::total)]), out);
  gauge("probe_failed_due_to_regex", "Indicates if probe failed due to regex", 0, out);
  gauge("probe_ip_addr_hash",
        "Specifies the hash of IP address. It's useful to detect if the IP address changes.",
        address ? hash_of(*address) : 0, out);
  gauge("probe_ip_protocol", "Specifies whether probe ip protocol is IP4 or IP6",
        !address                          ? 0
        : address->family == Family::ipv4 ? 4
                                          : 6,
        out);
  const bool reached_tls = last.laps[static_cast<std::size_t>(view::Lap::tls)] != Duration::zero();
  const bool shows_tls = reached_tls || is_success(last);
  if (shows_tls && !facts.path.empty()) write_path(facts, out);
  gauge("probe_success", "Displays whether or not the probe was a success",
        is_success(last) ? 1 : 0, out);
  if (shows_tls && !facts.tls.empty()) {
    out.family("probe_tls_version_info", Type::gauge,
               "Returns the TLS version used or NaN when unknown");
    out.value({{"version", version_of(facts.tls)}}, std::uint64_t{1});
  }
  return out.end();
}

}  // namespace mxsweep::api

// SPDX-License-Identifier: MIT
// The small languages inside the texts of watch.toml: spans of time, sizes, shares, times of day,
// dates, relays, URLs. Pure.
//
//   Shape    read_…() of the whole text. A span is what core/duration.h reads, after days if there
//            are any: "30d", "1d12h".
//   Errors   nothing, unless the whole text is one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"
#include "mxsweep/watch/channel.h"

namespace mxsweep::config {

inline constexpr Duration kDay = std::chrono::hours{24};
inline constexpr Duration kSpanMax = kDay * 3660;  // Ten years: no window is longer.

[[nodiscard]] std::optional<Duration> read_span(std::string_view text);  // From 1 ms on, or 0.
[[nodiscard]] std::string write_span(Duration span);                     // "30d", "6h", "60s"

[[nodiscard]] std::optional<std::uint64_t> read_size(std::string_view text);  // "10GB", "512MiB"
[[nodiscard]] std::string write_size(std::uint64_t octets);                   // "10GB"

[[nodiscard]] std::optional<double> read_share(std::string_view text);          // "99.9%": 0.999
[[nodiscard]] std::optional<Duration> read_time_of_day(std::string_view text);  // "02:00"
[[nodiscard]] bool is_date(std::string_view text);                              // "2026-12-24"
// "Sun": 0 … "Sat": 6, also whole names, in upper or lower case.
[[nodiscard]] std::optional<unsigned> read_weekday(std::string_view text);

struct HostAndPort {
  std::string host;
  std::uint16_t port = 0;
};
// "mail.example.org", "192.0.2.1:25", "[2001:db8::1]:25"; without a port: `port`.
[[nodiscard]] std::optional<HostAndPort> read_host_and_port(std::string_view text,
                                                            std::uint16_t port);
// `with_login`: without a scheme STARTTLS is demanded, so that no password goes in clear.
[[nodiscard]] std::optional<watch::Relay> read_relay(std::string_view text, bool with_login);
[[nodiscard]] bool is_url(std::string_view text);
[[nodiscard]] bool is_mail_address(std::string_view text);
[[nodiscard]] bool is_resolver(std::string_view text);  // IP[:PORT]

// "edge" of "/etc/mxsweep/edge.jsonl".
[[nodiscard]] std::string_view stem_of(std::string_view path);
// For messages: with '?' for control characters; shown() is not longer than a line, too.
[[nodiscard]] std::string one_line(std::string_view text);
[[nodiscard]] std::string shown(std::string_view text);

}  // namespace mxsweep::config

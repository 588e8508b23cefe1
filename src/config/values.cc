// SPDX-License-Identifier: MIT
#include "config/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "mxsweep/core/address.h"
#include "mxsweep/core/ascii.h"
#include "mxsweep/core/duration.h"
#include "mxsweep/core/host_name.h"
#include "mxsweep/core/utf8.h"

namespace mxsweep::config {
namespace {

constexpr std::size_t kShownOctetsMax = 60;
constexpr std::uint16_t kSubmission = 587;
constexpr std::uint16_t kSubmissions = 465;
constexpr std::uint16_t kSmtp = 25;

// Digits alone: no sign, no blank.
template <typename Number>
std::optional<Number> read_whole(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  const auto [reached, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || reached != end) return std::nullopt;
  return number;
}

struct SizeUnit {
  std::string_view name;
  std::uint64_t octets;
};
constexpr std::array kSizeUnits = {
    SizeUnit{"TB", 1'000'000'000'000},
    SizeUnit{"GB", 1'000'000'000},
    SizeUnit{"MB", 1'000'000},
    SizeUnit{"kB", 1'000},
    SizeUnit{"KB", 1'000},
    SizeUnit{"TiB", 1ULL << 40U},
    SizeUnit{"GiB", 1ULL << 30U},
    SizeUnit{"MiB", 1ULL << 20U},
    SizeUnit{"KiB", 1ULL << 10U},
};

std::string lower_case(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](char c) { return lower(c); });
  return lowered;
}

struct SplitPort {
  std::string_view host;
  std::string_view port;  // Empty: there is none.
  bool bracketed = false;
};

// "host", "host:25", "[2001:db8::1]:25".
std::optional<SplitPort> split_port(std::string_view text) {
  SplitPort split;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    split.host = text.substr(1, end - 1);
    split.bracketed = true;
    text.remove_prefix(end + 1);
    if (text.empty()) return split;
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    split.host = text.substr(0, colon);
    text.remove_prefix(colon);
    if (text.empty()) return split;
  }
  if (!text.starts_with(':') || text.size() == 1) return std::nullopt;
  split.port = text.substr(1);
  return split;
}

bool is_host(const SplitPort& split) {
  const std::optional<Address> address = parse_address(split.host);
  if (split.bracketed) return address && address->family == Family::ipv6;
  return address || scan_host_name(split.host, {.underscore = true}).faults.empty();
}

std::optional<std::uint16_t> read_port(std::string_view text) {
  const std::optional<std::uint16_t> port = read_whole<std::uint16_t>(text);
  return port && *port > 0 ? port : std::nullopt;
}

bool is_graphic(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

std::optional<Duration> read_span(std::string_view text) {
  const std::size_t days_end = text.find('d');
  if (days_end == std::string_view::npos) return parse_duration(text, Duration::zero());
  const std::optional<std::uint16_t> days = read_whole<std::uint16_t>(text.substr(0, days_end));
  if (!days || *days * kDay > kSpanMax) return std::nullopt;
  const std::string_view rest = text.substr(days_end + 1);
  if (rest.empty()) return *days * kDay;
  // Hours without a unit would be seconds.
  if (is_digit(rest.back())) return std::nullopt;
  const std::optional<Duration> more = parse_duration(rest);
  if (!more) return std::nullopt;
  return *days * kDay + *more;
}

std::string write_span(Duration span) {
  const auto divides = [span](Duration unit) {
    return span >= unit * 2 && span % unit == unit * 0;
  };
  if (divides(kDay)) return fmt::format("{}d", span / kDay);
  if (span % std::chrono::hours{1} == Duration::zero() && span > Duration::zero()) {
    return fmt::format("{}h", span / std::chrono::hours{1});
  }
  if (divides(std::chrono::minutes{1})) return fmt::format("{}m", span / std::chrono::minutes{1});
  return write_duration(span);
}

std::optional<std::uint64_t> read_size(std::string_view text) {
  const auto unit = std::ranges::find_if(
      kSizeUnits, [text](const SizeUnit& each) { return text.ends_with(each.name); });
  if (unit == kSizeUnits.end()) return std::nullopt;
  text.remove_suffix(unit->name.size());
  const std::optional<std::uint32_t> number = read_whole<std::uint32_t>(text);
  // Two factors of at most 2^32 and 2^40: the product fits if the number is not absurd.
  if (!number || *number > 1'000'000) return std::nullopt;
  return *number * unit->octets;
}

std::string write_size(std::uint64_t octets) {
  for (const SizeUnit& unit : kSizeUnits) {
    if (octets >= unit.octets && octets % unit.octets == 0) {
      return fmt::format("{}{}", octets / unit.octets, unit.name);
    }
  }
  return fmt::format("{}", octets);
}

std::optional<double> read_share(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  double percent = 0;
  const char* const end = text.data() + text.size();
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  const auto [reached, error] =
      std::from_chars(text.data(), end, percent, std::chars_format::fixed);
  if (error != std::errc{} || reached != end) return std::nullopt;
  return percent / 100;
}

std::optional<Duration> read_time_of_day(std::string_view text) {
  const bool shaped = text.size() == 5 && text[2] == ':';
  if (!shaped) return std::nullopt;
  const std::optional<unsigned> hour = read_whole<unsigned>(text.substr(0, 2));
  const std::optional<unsigned> minute = read_whole<unsigned>(text.substr(3));
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  return std::chrono::hours{*hour} + std::chrono::minutes{*minute};
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const std::optional<int> year = read_whole<int>(text.substr(0, 4));
  const std::optional<unsigned> month = read_whole<unsigned>(text.substr(5, 2));
  const std::optional<unsigned> day = read_whole<unsigned>(text.substr(8));
  if (!year || !month || !day) return false;
  return std::chrono::year_month_day{std::chrono::year{*year}, std::chrono::month{*month},
                                     std::chrono::day{*day}}
      .ok();
}

std::optional<unsigned> read_weekday(std::string_view text) {
  constexpr std::array<std::string_view, 7> kDays = {"sunday",   "monday", "tuesday", "wednesday",
                                                     "thursday", "friday", "saturday"};
  const std::string lowered = lower_case(text);
  for (unsigned day = 0; day < kDays.size(); ++day) {
    if (lowered == kDays[day] || lowered == kDays[day].substr(0, 3)) return day;
  }
  return std::nullopt;
}

std::optional<HostAndPort> read_host_and_port(std::string_view text, std::uint16_t port) {
  const std::optional<SplitPort> split = split_port(text);
  if (!split || !is_host(*split)) return std::nullopt;
  if (split->port.empty()) return HostAndPort{std::string(split->host), port};
  const std::optional<std::uint16_t> given = read_port(split->port);
  if (!given) return std::nullopt;
  return HostAndPort{std::string(split->host), *given};
}

std::optional<watch::Relay> read_relay(std::string_view text, bool with_login) {
  using watch::Relaying;
  watch::Relay relay;
  if (text == "mx:") {
    relay.port = kSmtp;
    return relay;
  }
  struct Scheme {
    std::string_view beginning;
    Relaying tls;
    std::uint16_t port;
  };
  constexpr std::array kSchemes = {
      Scheme{"smtps://", Relaying::implicit, kSubmissions},
      Scheme{"starttls://", Relaying::starttls, kSubmission},
      Scheme{"smtp://", Relaying::starttls_if_offered, kSubmission},
  };
  relay.port = kSubmission;
  relay.tls = with_login ? Relaying::starttls : Relaying::starttls_if_offered;
  for (const Scheme& scheme : kSchemes) {
    if (!text.starts_with(scheme.beginning)) continue;
    relay.tls = scheme.tls;
    relay.port = scheme.port;
    text.remove_prefix(scheme.beginning.size());
    break;
  }
  std::optional<HostAndPort> place = read_host_and_port(text, relay.port);
  if (!place) return std::nullopt;
  relay.host = std::move(place->host);
  relay.port = place->port;
  return relay;
}

bool is_url(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!text.starts_with(scheme)) continue;
    const std::string_view rest = text.substr(scheme.size());
    return !rest.empty() && !rest.starts_with('/') && is_graphic(rest);
  }
  return false;
}

bool is_mail_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0) return false;
  // Octets above 127 are addresses of RFC 6531; what would end a path or a header is refused.
  const bool clean = std::ranges::none_of(text.substr(0, at), [](char c) {
    return (static_cast<unsigned char>(c) <= ' ') || c == 0x7f || c == '<' || c == '>' || c == ',';
  });
  const std::string_view domain = text.substr(at + 1);
  if (!clean) return false;
  if (domain.starts_with('[')) return domain.ends_with(']') && is_graphic(domain);
  return scan_host_name(domain, {.beyond_ascii = true}).faults.empty();
}

bool is_resolver(std::string_view text) {
  if (parse_address(text)) return true;
  const std::optional<SplitPort> split = split_port(text);
  if (!split || !parse_address(split->host)) return false;
  return split->port.empty() || read_port(split->port).has_value();
}

std::string_view stem_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  const std::size_t point = path.find('.', 1);
  return path.substr(0, point);
}

std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = '?';
  }
  return line;
}

std::string shown(std::string_view text) {
  std::string clean = one_line(cut_between_characters(text, kShownOctetsMax));
  if (clean.size() < text.size()) clean += "…";
  return clean;
}

}  // namespace mxsweep::config

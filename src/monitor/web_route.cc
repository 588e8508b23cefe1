// SPDX-License-Identifier: MIT
#include "monitor/web_route.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <initializer_list>
#include <utility>

#include "mxsweep/core/percent.h"
#include "mxsweep/view/facts.h"

namespace mxsweep::monitor {
namespace {

using serve::Method;

constexpr std::uint32_t kPageMost = 100'000;
constexpr std::uint32_t kRefreshLeast = 5;
constexpr std::uint32_t kRefreshMost = 3600;
constexpr std::int64_t kSecondsMost = 253'402'300'799;  // The end of the year 9999.
constexpr std::string_view kApi = "api";
constexpr std::string_view kLines = "application/x-ndjson";

struct Row {
  Method method;
  std::string_view path;  // "*" stands for one segment.
  About about;
  Need need;
  std::string_view parameters;  // With blanks between.
};

// A path with fixed segments stands before one with "*" in their place.
constexpr std::array kRows{
    Row{Method::get, "", About::overview, Need::status, "page refresh"},
    Row{Method::get, "group/*", About::group, Need::status, "page refresh"},
    Row{Method::get, "monitor/*", About::monitor, Need::targets, "refresh"},
    Row{Method::get, "incident/*", About::incident, Need::status, "page refresh"},
    Row{Method::get, "incident/*/acknowledge", About::acknowledge_form, Need::signed_link,
        "until sig"},
    Row{Method::post, "incident/*/acknowledge", About::acknowledge, Need::signed_link, "until sig"},
    Row{Method::get, "incidents", About::incidents, Need::status, "below refresh"},
    Row{Method::get, "certificates", About::certificates, Need::targets, "page refresh"},
    Row{Method::get, "feed.atom", About::feed, Need::status, ""},
    Row{Method::get, "badge/group/*/*", About::group_badge, Need::status, ""},
    Row{Method::get, "badge/*/*", About::badge, Need::targets, ""},
    Row{Method::get, "badge/*/*/*", About::badge, Need::targets, ""},
    Row{Method::get, "metrics", About::metrics, Need::status, ""},
    Row{Method::get, "probe", About::probe, Need::targets, "target module fresh"},
    Row{Method::get, "-/healthy", About::healthy, Need::nothing, ""},
    Row{Method::get, "-/ready", About::ready, Need::nothing, ""},
    Row{Method::post, "-/reload", About::reload, Need::token, ""},
    Row{Method::get, "api/v1/openapi.json", About::openapi, Need::nothing, ""},
    Row{Method::get, "api/v1/summary", About::api_summary, Need::status, ""},
    Row{Method::get, "api/v1/monitors", About::api_monitors, Need::targets,
        "group state limit cursor"},
    Row{Method::get, "api/v1/monitors/*", About::api_monitor, Need::targets, ""},
    Row{Method::get, "api/v1/monitors/*/history", About::api_history, Need::targets,
        "from resolution limit cursor"},
    Row{Method::get, "api/v1/incidents", About::api_incidents, Need::status, "state limit cursor"},
    Row{Method::get, "api/v1/incidents/*", About::api_incident, Need::status, ""},
    Row{Method::get, "api/v1/certificates", About::api_certificates, Need::targets, "limit cursor"},
    Row{Method::post, "api/v1/incidents/*/ack", About::api_acknowledge, Need::token, ""},
    Row{Method::post, "api/v1/silences", About::api_silence, Need::token, ""},
    Row{Method::post, "api/v1/silences/*/end", About::api_end_silence, Need::token, ""},
    Row{Method::post, "api/v1/maintenance", About::api_maintenance, Need::token, ""},
};

std::string_view next_part(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

bool fits(const Row& row, const std::vector<std::string>& segments) {
  std::string_view path = row.path;
  for (const std::string& segment : segments) {
    if (path.empty()) return false;
    const std::string_view wanted = next_part(path, '/');
    if (wanted != "*" && wanted != segment) return false;
  }
  return path.empty();
}

template <typename Number>
bool read_number(std::string_view text, Number least, Number most, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && out >= least && out <= most;
}

// "2026-11-26T10:00:00Z", or seconds since 1970.
bool read_time(std::string_view text, WallTime& out) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:ddZ";
  std::int64_t seconds = 0;
  if (read_number<std::int64_t>(text, 0, kSecondsMost, seconds)) {
    out = WallTime{std::chrono::seconds{seconds}};
    return true;
  }
  if (text.size() != kShape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == 'd' ? !digit : text[i] != kShape[i]) return false;
  }
  const auto part = [text](std::size_t at, std::size_t octets) {
    unsigned value = 0;
    std::from_chars(text.data() + at, text.data() + at + octets, value);
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(part(0, 4))},
                                         std::chrono::month{part(5, 2)},
                                         std::chrono::day{part(8, 2)}};
  if (!date.ok() || part(11, 2) > 23 || part(14, 2) > 59 || part(17, 2) > 59) return false;
  out = WallTime{std::chrono::sys_days{date}} + std::chrono::hours{part(11, 2)} +
        std::chrono::minutes{part(14, 2)} + std::chrono::seconds{part(17, 2)};
  return true;
}

template <typename Value>
bool read_word(std::string_view text,
               std::initializer_list<std::pair<std::string_view, Value>> words, Value& out) {
  const auto* const found =
      std::ranges::find(words, text, &std::pair<std::string_view, Value>::first);
  if (found == words.end()) return false;
  out = found->second;
  return true;
}

bool read_state(std::string_view text, Route& route) {
  if (route.about == About::api_incidents) {
    return read_word<bool>(text, {{"open", true}, {"closed", false}}, route.open.emplace());
  }
  return read_word<watch::State>(text,
                                 {{"up", watch::State::up},
                                  {"degraded", watch::State::degraded},
                                  {"down", watch::State::down},
                                  {"unknown", watch::State::unknown}},
                                 route.state.emplace());
}

bool read_cursor(std::string_view text, Route& route) {
  if (route.about == About::api_monitors) {
    route.cursor = text;
    return true;
  }
  if (route.about == About::api_history) {
    std::int64_t us = 0;
    if (!read_number<std::int64_t>(text, 0, kSecondsMost * 1'000'000, us)) return false;
    route.from = WallTime{std::chrono::microseconds{us}};
    return true;
  }
  if (route.about == About::api_certificates) {
    return read_number<std::uint64_t>(text, 1, 0xffff'ffff, route.below);
  }
  return read_number<std::uint64_t>(text, 1, UINT64_MAX, route.below);
}

bool read_parameter(std::string_view name, std::string_view text, Route& route) {
  if (name == "page") return read_number<std::uint32_t>(text, 1, kPageMost, route.page);
  if (name == "limit") {
    return read_number<std::uint32_t>(text, 1, view::kRowsMost, route.limit);
  }
  if (name == "refresh") {
    return read_number<std::uint32_t>(text, kRefreshLeast, kRefreshMost, route.refresh);
  }
  if (name == "below") return read_number<std::uint64_t>(text, 1, UINT64_MAX, route.below);
  if (name == "cursor") return read_cursor(text, route);
  if (name == "state") return read_state(text, route);
  if (name == "from") return read_time(text, route.from);
  if (name == "resolution") {
    return read_word<Resolution>(
        text, {{"probe", Resolution::probe}, {"hour", Resolution::hour}, {"day", Resolution::day}},
        route.resolution);
  }
  if (name == "fresh") return read_word<bool>(text, {{"1", true}, {"0", false}}, route.fresh);
  if (name == "group") route.group = text;
  if (name == "target") route.target = text;
  return true;  // Also "module", which is blackbox_exporter's, and a signature's members.
}

bool has_word(std::string_view words, std::string_view wanted) {
  while (!words.empty()) {
    if (next_part(words, ' ') == wanted) return true;
  }
  return false;
}

NoRoute wrong(const Route& route, int status, std::string why) {
  return {.status = status, .api = route.api, .why = std::move(why), .allow = {}};
}

// "status.svg", "uptime" "30d.json".
bool read_badge(const std::vector<std::string>& segments, std::size_t first, Route& route) {
  std::string badge = segments[first];
  for (std::size_t i = first + 1; i < segments.size(); ++i) badge += '/' + segments[i];
  const std::size_t dot = badge.rfind('.');
  if (dot == std::string::npos) return false;
  const std::string_view ending = std::string_view(badge).substr(dot);
  if (ending != ".svg" && ending != ".json") return false;
  route.svg = ending == ".svg";
  route.badge = badge.substr(0, dot);
  if (route.about == About::group_badge) return route.badge == "status";
  constexpr std::array<std::string_view, 5> kKinds{"status", "uptime/24h", "uptime/30d",
                                                   "uptime/90d", "latency/24h"};
  return std::ranges::find(kKinds, route.badge) != kKinds.end();
}

// What stands in the path.
bool read_names(const std::vector<std::string>& segments, Route& route) {
  switch (route.about) {
    case About::group:
    case About::monitor: route.name = segments[1]; return true;
    case About::api_monitor:
    case About::api_history: route.name = segments[3]; return true;
    case About::badge: route.name = segments[1]; return read_badge(segments, 2, route);
    case About::group_badge: route.name = segments[2]; return read_badge(segments, 3, route);
    case About::incident:
    case About::acknowledge_form:
    case About::acknowledge:
      return read_number<std::uint64_t>(segments[1], 1, UINT64_MAX, route.number);
    case About::api_incident:
    case About::api_acknowledge:
    case About::api_end_silence: {
      return read_number<std::uint64_t>(segments[3], 1, UINT64_MAX, route.number);
    }
    case About::overview:
    case About::incidents:
    case About::certificates:
    case About::feed:
    case About::metrics:
    case About::probe:
    case About::healthy:
    case About::ready:
    case About::reload:
    case About::openapi:
    case About::api_summary:
    case About::api_monitors:
    case About::api_incidents:
    case About::api_certificates:
    case About::api_silence:
    case About::api_maintenance: break;
  }
  return true;
}

// Of what memory has; history.db is asked for pages only.
bool is_list(const Route& route) {
  return route.about == About::api_monitors || route.about == About::api_incidents ||
         route.about == About::api_certificates ||
         (route.about == About::api_history && route.resolution == Resolution::probe);
}

std::string_view word_of(Method method) { return method == Method::post ? "POST" : "GET, HEAD"; }

}  // namespace

std::variant<Route, NoRoute> read_route(const serve::Request& request) {
  Route route;
  route.api =
      !request.segments.empty() && (request.segments[0] == kApi || request.segments[0] == "-");
  const Row* row = nullptr;
  std::string allow;
  const Method method = request.method == Method::head ? Method::get : request.method;
  for (const Row& each : kRows) {
    if (!fits(each, request.segments)) continue;
    if (each.method == method) {
      row = &each;
      break;
    }
    if (allow.find(word_of(each.method)) == std::string::npos) {
      allow += (allow.empty() ? "" : ", ") + std::string(word_of(each.method));
    }
  }
  if (row == nullptr && !allow.empty()) {
    NoRoute none = wrong(route, 405, "this path has another method: " + allow);
    none.allow = allow;
    return none;
  }
  if (row == nullptr) return wrong(route, 404, "there is no such page");
  route.about = row->about;
  route.need = row->need;
  route.asked = request.path;
  if (!read_names(request.segments, route)) return wrong(route, 404, "there is no such page");
  route.lines = route.api && request.accept.find(kLines) != std::string::npos;
  for (const auto& [name, text] : request.query) {
    if (!has_word(row->parameters, name)) {
      // Those who link to a page add parameters of their own; a program means what it writes.
      if (route.api) return wrong(route, 400, fmt::format("there is no parameter '{}'", name));
      continue;
    }
    if (!read_parameter(name, text, route)) {
      return wrong(route, 400, fmt::format("{}: '{}' cannot be", name, text));
    }
    route.asked += fmt::format("&{}={}", percent_encoded(name), percent_encoded(text));
  }
  route.whole = route.lines && is_list(route) && !request.asked("limit");
  if (route.whole) route.limit = view::kRowsMost;
  if (route.about == About::probe && route.target.empty()) {
    return wrong(route, 400, "target: it is missing");
  }
  return route;
}

}  // namespace mxsweep::monitor

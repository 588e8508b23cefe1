// SPDX-License-Identifier: MIT
// What a request is for, and what it needs: the table of all paths that the monitor serves. Pure.
//
//   Source    docs/watch-http.md, src/api/openapi.json.
//   Errors    a sentence and a status: 404, 405 with the methods that there are, 400 for a
//             parameter that cannot be, or that the API does not have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "mxsweep/core/time.h"
#include "mxsweep/serve/request.h"
#include "mxsweep/watch/state.h"

namespace mxsweep::monitor {

enum class About : std::uint8_t {
  overview,
  group,
  monitor,
  incident,
  incidents,
  certificates,
  acknowledge_form,
  acknowledge,
  feed,
  badge,
  group_badge,
  metrics,
  probe,
  healthy,
  ready,
  reload,
  openapi,
  api_summary,
  api_monitors,
  api_monitor,
  api_history,
  api_incidents,
  api_incident,
  api_certificates,
  api_acknowledge,
  api_silence,
  api_maintenance,
  api_end_silence,
};

enum class Need : std::uint8_t {
  nothing,
  status,       // What the public may see of how things stand.
  targets,      // Names and addresses of what is watched.
  signed_link,  // Or the token.
  token,        // As a bearer's: it changes something.
};

enum class Resolution : std::uint8_t { probe, hour, day };

struct Route {
  About about = About::overview;
  Need need = Need::status;
  bool api = false;          // Errors are JSON.
  std::string name;          // Of a group or of a badge's subject; the id of a monitor.
  std::uint64_t number = 0;  // Of an incident or a silence.
  std::string badge;         // "status", "uptime/30d", "latency/24h".
  bool svg = true;           // Of a badge.
  std::uint32_t page = 1;
  std::uint32_t limit = 100;
  std::string cursor;
  std::uint64_t below = 0;  // The same, of incidents.
  std::optional<std::string> group;
  std::optional<watch::State> state;
  std::optional<bool> open;
  WallTime from{};
  Resolution resolution = Resolution::probe;
  std::uint32_t refresh = 0;  // Seconds; 0: no.
  bool lines = false;         // NDJSON.
  bool whole = false;         // All of a list as lines; `limit` is what is asked for at once.
  std::string target;         // Of /probe.
  bool fresh = false;
  std::string asked;   // The path, and the parameters that count.
  std::string action;  // Of a form: the path and query that it was asked for with.
};

struct NoRoute {
  int status = 404;
  bool api = false;
  std::string why;
  std::string allow;  // Of 405.
};

[[nodiscard]] std::variant<Route, NoRoute> read_route(const serve::Request& request);

}  // namespace mxsweep::monitor

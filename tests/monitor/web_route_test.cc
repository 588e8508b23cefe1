// SPDX-License-Identifier: MIT
#include "monitor/web_route.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "mxsweep/serve/query.h"
#include "support/catch.h"

namespace mxsweep::monitor {
namespace {

using serve::Method;

serve::Request request(std::string_view target, Method method = Method::get,
                       std::string_view accept = "") {
  serve::Request request;
  request.method = method;
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  request.segments = *serve::read_path(request.path);
  if (mark != std::string_view::npos) request.query = *serve::read_members(target.substr(mark + 1));
  request.accept = accept;
  return request;
}

Route route(std::string_view target, Method method = Method::get, std::string_view accept = "") {
  std::variant<Route, NoRoute> read = read_route(request(target, method, accept));
  INFO(target);
  REQUIRE(std::holds_alternative<Route>(read));
  return std::get<Route>(std::move(read));
}

NoRoute refusal(std::string_view target, Method method = Method::get) {
  std::variant<Route, NoRoute> read = read_route(request(target, method));
  INFO(target);
  REQUIRE(std::holds_alternative<NoRoute>(read));
  return std::get<NoRoute>(std::move(read));
}

TEST_CASE("a path says what is asked for, and what it needs", "[monitor][web]") {
  struct Case {
    std::string_view target;
    About about;
    Need need;
  };
  for (const Case& each : {
           Case{"/", About::overview, Need::status},
           Case{"/group/edge", About::group, Need::status},
           Case{"/monitor/0123456789abcdef", About::monitor, Need::targets},
           Case{"/incident/7", About::incident, Need::status},
           Case{"/incident/7/acknowledge?until=1&sig=a", About::acknowledge_form,
                Need::signed_link},
           Case{"/incidents", About::incidents, Need::status},
           Case{"/certificates", About::certificates, Need::targets},
           Case{"/feed.atom", About::feed, Need::status},
           Case{"/badge/0123456789abcdef/status.svg", About::badge, Need::targets},
           Case{"/badge/group/edge/status.json", About::group_badge, Need::status},
           Case{"/metrics", About::metrics, Need::status},
           Case{"/probe?target=192.0.2.1&module=smtp", About::probe, Need::targets},
           Case{"/-/healthy", About::healthy, Need::nothing},
           Case{"/-/ready", About::ready, Need::nothing},
           Case{"/api/v1/openapi.json", About::openapi, Need::nothing},
           Case{"/api/v1/summary", About::api_summary, Need::status},
           Case{"/api/v1/monitors", About::api_monitors, Need::targets},
           Case{"/api/v1/monitors/ab", About::api_monitor, Need::targets},
           Case{"/api/v1/monitors/ab/history", About::api_history, Need::targets},
           Case{"/api/v1/incidents", About::api_incidents, Need::status},
           Case{"/api/v1/incidents/7", About::api_incident, Need::status},
           Case{"/api/v1/certificates", About::api_certificates, Need::targets},
       }) {
    CHECK(route(each.target).about == each.about);
    CHECK(route(each.target).need == each.need);
    CHECK(route(each.target, Method::head).about == each.about);
  }
}

TEST_CASE("what changes something is a POST, and needs the token or a signed link",
          "[monitor][web]") {
  for (const auto& [target, about] : std::initializer_list<std::pair<std::string_view, About>>{
           {"/-/reload", About::reload},
           {"/api/v1/incidents/7/ack", About::api_acknowledge},
           {"/api/v1/silences", About::api_silence},
           {"/api/v1/silences/3/end", About::api_end_silence},
           {"/api/v1/maintenance", About::api_maintenance}}) {
    CHECK(route(target, Method::post).about == about);
    CHECK(route(target, Method::post).need == Need::token);
    CHECK(refusal(target).status == 405);
    CHECK(refusal(target).allow == "POST");
  }
  CHECK(route("/incident/7/acknowledge", Method::post).need == Need::signed_link);
  CHECK(refusal("/", Method::post).allow == "GET, HEAD");
  CHECK(refusal("/incident/7/acknowledge", Method::other).allow == "GET, HEAD, POST");
}

TEST_CASE("what is not in the table is not found", "[monitor][web]") {
  for (const std::string_view target :
       {"/x", "/group", "/group/a/b", "/monitor", "/incident/x", "/incident/0", "/incident/-1",
        "/incident/18446744073709551616", "/badge/ab/status", "/badge/ab/status.png",
        "/badge/ab/uptime/1y.svg", "/badge/group/a/uptime.svg", "/api", "/api/v1",
        "/api/v2/summary", "/api/v1/monitors/a/b/c", "/-/", "/-/x"}) {
    if (target == "/-/") continue;  // An empty segment is malformed before.
    CHECK(refusal(target).status == 404);
  }
  CHECK(refusal("/api/v1/x").api);
  CHECK_FALSE(refusal("/x").api);
}

TEST_CASE("parameters are read, and what cannot be is refused", "[monitor][web]") {
  CHECK(route("/?page=3&refresh=60").page == 3);
  CHECK(route("/?page=3&refresh=60").refresh == 60);
  const Route monitors = route("/api/v1/monitors?group=a%20b&state=down&limit=1000&cursor=ff");
  CHECK(monitors.group == "a b");
  CHECK(monitors.state == watch::State::down);
  CHECK(monitors.limit == 1000);
  CHECK(monitors.cursor == "ff");
  CHECK(route("/api/v1/incidents?state=closed&cursor=12").open == false);
  CHECK(route("/api/v1/incidents?state=closed&cursor=12").below == 12);
  const Route history =
      route("/api/v1/monitors/ab/history?from=2026-11-26T10:00:00Z&resolution=hour");
  CHECK(history.from == WallTime{std::chrono::seconds{1'795'687'200}});
  CHECK(history.resolution == Resolution::hour);
  CHECK(route("/api/v1/monitors/ab/history?from=1795687200").from == history.from);
  CHECK(route("/api/v1/monitors/ab/history?cursor=1795687200000000").from == history.from);
  CHECK(route("/probe?target=a&fresh=1").fresh);
  for (const std::string_view target :
       {"/?page=0", "/?page=x", "/?page=1x", "/?refresh=1", "/?page=", "/probe",
        "/probe?target=", "/probe?target=a&fresh=yes", "/api/v1/monitors?limit=0",
        "/api/v1/monitors?limit=1001", "/api/v1/monitors?state=dwon", "/api/v1/incidents?state=up",
        "/api/v1/monitors/ab/history?from=2026-13-26T10:00:00Z",
        "/api/v1/monitors/ab/history?from=2026-11-26",
        "/api/v1/monitors/ab/history?resolution=week"}) {
    CHECK(refusal(target).status == 400);
  }
}

TEST_CASE("the API refuses parameters that it does not have; a page ignores them",
          "[monitor][web]") {
  CHECK(refusal("/api/v1/monitors?sate=down").status == 400);
  CHECK(refusal("/api/v1/monitors?sate=down").why == "there is no parameter 'sate'");
  CHECK(route("/?utm_source=mail").about == About::overview);
  CHECK(route("/?utm_source=mail").asked == "/");
  CHECK(route("/?page=2&x=1").asked == "/&page=2");
  CHECK(route("/group/a%26b").asked != route("/group/a?page=1").asked);
}

TEST_CASE("lists come as lines if they are asked for so", "[monitor][web]") {
  CHECK(route("/api/v1/monitors", Method::get, "application/x-ndjson").lines);
  CHECK_FALSE(route("/api/v1/monitors", Method::get, "application/json").lines);
}

TEST_CASE("a list as lines is whole, unless it has a limit", "[monitor][web]") {
  constexpr std::string_view kLines = "application/x-ndjson";
  for (const std::string_view path :
       {"/api/v1/monitors", "/api/v1/monitors?state=down&cursor=ff", "/api/v1/incidents",
        "/api/v1/certificates", "/api/v1/monitors/ab/history",
        "/api/v1/monitors/ab/history?resolution=probe"}) {
    INFO(path);
    CHECK(route(path, Method::get, kLines).whole);
    CHECK(route(path, Method::get, kLines).limit == 1000);
    CHECK_FALSE(route(path, Method::get, "application/json").whole);
    const char separator = path.find('?') == std::string_view::npos ? '?' : '&';
    const Route page =
        route(std::string(path) + separator + "limit=5", Method::get, std::string(kLines));
    CHECK(page.lines);
    CHECK_FALSE(page.whole);
    CHECK(page.limit == 5);
  }
  for (const std::string_view path :
       {"/api/v1/monitors/ab/history?resolution=hour", "/api/v1/monitors/ab", "/api/v1/summary"}) {
    INFO(path);
    CHECK_FALSE(route(path, Method::get, kLines).whole);
  }
}

}  // namespace
}  // namespace mxsweep::monitor

// SPDX-License-Identifier: MIT
#include "monitor/web_answers.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "mxsweep/core/percent.h"
#include "mxsweep/pages/pages.h"
#include "mxsweep/serve/encoding.h"
#include "mxsweep/tls/signed_link.h"

namespace mxsweep::monitor {
namespace {

using serve::Answer;

constexpr std::string_view kGone = "there is no such page";
constexpr std::string_view kNone = "there is none with this id";
constexpr std::uint32_t kMembersOfPage = 100;
constexpr std::uint32_t kFeedEntries = 50;
// How long a page's links to acknowledge are valid, at least.
constexpr std::chrono::hours kLinkLasts{1};

std::uint32_t first_of(std::uint32_t page, std::uint32_t rows) { return (page - 1) * rows; }

pages::Audience audience_of(const Route& route, const Viewer& viewer, WallTime now) {
  pages::Audience audience;
  audience.targets = viewer.targets;
  audience.sign_in = viewer.sign_in;
  audience.url = viewer.url;
  audience.refresh = route.refresh;
  if (!viewer.link_key.empty()) {
    // To the hour, so that equal pages have equal links.
    const WallTime until = std::chrono::ceil<std::chrono::hours>(now) + kLinkLasts;
    audience.acknowledge = [key = viewer.link_key, until](watch::IncidentId id) {
      const std::string path = fmt::format("/incident/{}/acknowledge", id);
      return path + '?' + tls::signed_query(path, until, key);
    };
  }
  return audience;
}

Answer page(std::string body, const Route& route) {
  Answer answer = html(std::move(body));
  if (route.refresh > 0) answer.headers.emplace_back("Refresh", std::to_string(route.refresh));
  return answer;
}

Answer text(std::string body, std::string_view type) {
  return {.status = 200, .content_type = std::string(type), .body = std::move(body)};
}

// `facts`: optional; `write`: makes a body of them.
template <typename Facts, typename Write>
Make page_of(std::optional<Facts> facts, const Route& route, const Viewer& viewer,
             const Write& write) {
  if (!facts) return [] { return error(false, 404, kGone); };
  return [facts = *std::move(facts), route, viewer, write] {
    return page(write(facts, audience_of(route, viewer, facts.now.at)), route);
  };
}

// A list: an object, or its items as lines, with the place of the next ones in a header.
template <typename Facts, typename Write, typename WriteLines>
Make list_of(Facts facts, const Route& route, std::string next, const Write& write,
             const WriteLines& write_lines) {
  return
      [facts = std::move(facts), lines = route.lines, next = std::move(next), write, write_lines] {
        Answer answer = json(lines ? write_lines(facts) : write(facts));
        if (lines) answer.content_type = "application/x-ndjson";
        if (!next.empty())
          answer.headers.emplace_back("Link", fmt::format("<{}>; rel=\"next\"", next));
        return answer;
      };
}

template <typename Facts, typename Write>
Make object_of(std::optional<Facts> facts, const Write& write) {
  if (!facts) return [] { return error(true, 404, kNone); };
  return [facts = *std::move(facts), write] { return json(write(facts)); };
}

std::string encoded(std::string_view text) { return percent_encoded(text); }

std::string more_monitors(const Route& route, const std::string& next) {
  if (next.empty()) return {};
  std::string link = fmt::format("?limit={}&cursor={}", route.limit, encoded(next));
  if (route.group) link += "&group=" + encoded(*route.group);
  if (route.state) link += "&state=" + std::string(to_string(*route.state));
  return link;
}

std::string more_incidents(const Route& route, std::uint64_t next) {
  if (next == 0) return {};
  std::string link = fmt::format("?limit={}&cursor={}", route.limit, next);
  if (route.open) link += *route.open ? "&state=open" : "&state=closed";
  return link;
}

std::string more_certificates(const Route& route, const view::CertificateList& list) {
  const std::uint64_t end = list.first + list.certificates.size();
  return end < list.all ? fmt::format("?limit={}&cursor={}", route.limit, end) : std::string();
}

Answer badge(const pages::Badge& badge, bool svg) {
  Answer answer = svg ? text(pages::svg(badge), "image/svg+xml; charset=utf-8")
                      : json(pages::shields_json(badge));
  // They are there to be embedded elsewhere.
  answer.headers.emplace_back("Cross-Origin-Resource-Policy", "cross-origin");
  answer.headers.emplace_back("Access-Control-Allow-Origin", "*");
  answer.headers.emplace_back("Cache-Control", "max-age=60");
  serve::add_tag(answer);
  return answer;
}

// May be kept by its client only, which asks each time whether it is still the same.
Answer revalidated(Answer answer) {
  answer.headers.emplace_back("Cache-Control", "private, no-cache");
  serve::add_tag(answer);
  return answer;
}

pages::Badge badge_of(const view::MonitorPage& facts, const std::string& kind) {
  if (kind == "status") return pages::status_badge(facts.monitor.target, facts);
  if (kind == "latency/24h") return pages::latency_badge("latency", facts);
  if (kind == "uptime/24h") return pages::uptime_badge("uptime 24 h", facts.day);
  if (kind == "uptime/30d") return pages::uptime_badge("uptime 30 d", facts.month);
  return pages::uptime_badge("uptime 90 d", facts.quarter);
}

Make badge_for(const Route& route, const view::Board& board, const watch::Moment& now) {
  if (route.about == About::group_badge) {
    std::optional<view::GroupPage> facts = board.group(route.name, 0, 0, now);
    if (!facts) return [] { return error(false, 404, kGone); };
    return [counts = facts->group.counts, route] {
      return badge(pages::group_badge(route.name, counts), route.svg);
    };
  }
  std::optional<view::MonitorPage> facts = board.monitor(route.name, now);
  if (!facts) return [] { return error(false, 404, kGone); };
  return
      [facts = *std::move(facts), route] { return badge(badge_of(facts, route.badge), route.svg); };
}

Make metrics_for(const Viewer& viewer, const view::Board& board, const Hand& hand,
                 const Process& process) {
  view::Metrics facts = board.metrics(viewer.per_monitor && viewer.targets, hand.moment());
  facts.lag = hand.counts().lags;
  facts.late = hand.counts().late;
  return [facts = std::move(facts), format = viewer.format, &process] {
    return text(api::metrics(facts, process(), format), metrics::content_type(format));
  };
}

Make probe_for(const Route& route, const Viewer& viewer, const view::Board& board, Hand& hand) {
  const std::optional<watch::MonitorId> id = board.find_target(route.target);
  std::optional<view::MonitorPage> facts;
  if (id) facts = board.monitor(view::id_of(hand.watch().monitor(*id).key), hand.moment());
  if (!facts) return [] { return error(true, 404, "this target is not watched"); };
  if (!facts->last) return [] { return error(true, 503, "this target has no result yet"); };
  return [facts = *std::move(facts), format = viewer.format] {
    return text(api::probe(facts, format), metrics::content_type(format));
  };
}

Make group_for(const Route& route, const Viewer& viewer, const view::Board& board,
               const watch::Moment& now) {
  const std::uint32_t rows = viewer.targets ? pages::kMonitorsOfPage : 0;
  return page_of(board.group(route.name, first_of(route.page, rows), rows, now), route, viewer,
                 &pages::group);
}

Make incident_for(const Route& route, const Viewer& viewer, const view::Board& board,
                  const watch::Moment& now) {
  return page_of(
      board.incident(route.number, first_of(route.page, kMembersOfPage), kMembersOfPage, now),
      route, viewer, &pages::incident);
}

Make form_for(const Route& route, const Viewer& viewer, const view::Board& board,
              const watch::Moment& now) {
  return page_of(
      board.incident(route.number, 0, kMembersOfPage, now), route, viewer,
      [action = route.action](const view::IncidentPage& facts, const pages::Audience& audience) {
        return pages::acknowledge_form(facts, action, audience);
      });
}

Make monitors_for(const Route& route, const view::Board& board, const watch::Moment& now) {
  view::MonitorList facts = board.monitors(
      {.group = route.group, .state = route.state, .after = route.cursor}, route.limit, now);
  std::string next = more_monitors(route, facts.next);
  return list_of(std::move(facts), route, std::move(next), &api::monitors, &api::monitor_lines);
}

Make history_for(const Route& route, const view::Board& board, const watch::Moment& now) {
  std::optional<view::History> facts = board.history(route.name, route.from, route.limit, now);
  if (!facts) return [] { return error(true, 404, kNone); };
  std::string next = facts->next;
  if (!next.empty()) next = fmt::format("?limit={}&cursor={}", route.limit, next);
  return list_of(*std::move(facts), route, std::move(next), &api::history, &api::history_lines);
}

Make incidents_for(const Route& route, bool targets, const view::Board& board,
                   const watch::Moment& now) {
  view::IncidentList facts =
      board.incidents({.open = route.open, .below = route.below}, route.limit, now);
  std::string next = more_incidents(route, facts.next);
  return list_of(
      std::move(facts), route, std::move(next),
      [targets](const view::IncidentList& list) { return api::incidents(list, targets); },
      [targets](const view::IncidentList& list) { return api::incident_lines(list, targets); });
}

Make certificates_for(const Route& route, const view::Board& board, const watch::Moment& now) {
  view::CertificateList facts =
      board.certificates(static_cast<std::uint32_t>(route.below), route.limit, now);
  std::string next = more_certificates(route, facts);
  return list_of(std::move(facts), route, std::move(next), &api::certificates,
                 &api::certificate_lines);
}

}  // namespace

Answer html(std::string body, int status) {
  Answer answer{
      .status = status, .content_type = "text/html; charset=utf-8", .body = std::move(body)};
  answer.headers.emplace_back("Content-Security-Policy", pages::content_security_policy());
  return answer;
}

Answer json(std::string body, int status) {
  return {.status = status, .content_type = "application/json", .body = std::move(body)};
}

Answer error(bool api, int status, std::string_view why) {
  if (api) return json(api::error(why), status);
  std::string_view heading = "Not found";
  if (status == 400) heading = "Bad request";
  if (status == 401 || status == 403) heading = "Not allowed";
  if (status == 405) heading = "Not like this";
  if (status >= 500) heading = "Not now";
  return html(pages::notice(heading, why, {}), status);
}

Answer api_description(bool gzip) {
  static const Answer plain = revalidated(json(std::string(api::openapi())));
  static const Answer small = serve::compressed(plain);
  return gzip ? small : plain;
}

Answer busy(bool api, std::string_view why) {
  Answer answer = error(api, 503, why);
  answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

Make facts_for(const Route& route, const Viewer& viewer, const view::Board& board, Hand& hand,
               const Process& process) {
  const watch::Moment now = hand.moment();
  const bool targets = viewer.targets;
  switch (route.about) {
    case About::overview:
      return page_of(std::optional(board.overview(first_of(route.page, pages::kGroupsOfPage),
                                                  pages::kGroupsOfPage, now)),
                     route, viewer, &pages::overview);
    case About::group: return group_for(route, viewer, board, now);
    case About::monitor:
      return page_of(board.monitor(route.name, now), route, viewer, &pages::monitor);
    case About::incident: return incident_for(route, viewer, board, now);
    case About::acknowledge_form: return form_for(route, viewer, board, now);
    case About::incidents:
      return page_of(
          std::optional(board.incidents({.open = {}, .below = route.below}, kMembersOfPage, now)),
          route, viewer, &pages::incidents);
    case About::certificates:
      return page_of(
          std::optional(board.certificates(first_of(route.page, pages::kCertificatesOfPage),
                                           pages::kCertificatesOfPage, now)),
          route, viewer, &pages::certificates);
    case About::feed:
      return [facts = board.incidents({}, kFeedEntries, now), route, viewer] {
        return revalidated(text(pages::feed(facts, audience_of(route, viewer, facts.now.at)),
                                "application/atom+xml; charset=utf-8"));
      };
    case About::badge:
    case About::group_badge: return badge_for(route, board, now);
    case About::metrics: return metrics_for(viewer, board, hand, process);
    case About::probe: return probe_for(route, viewer, board, hand);
    case About::api_summary:
      return [facts = board.overview(0, view::kRowsMost, now), targets] {
        return json(api::summary(facts, targets));
      };
    case About::api_monitors: return monitors_for(route, board, now);
    case About::api_monitor: return object_of(board.monitor(route.name, now), &api::monitor);
    case About::api_history: return history_for(route, board, now);
    case About::api_incidents: return incidents_for(route, targets, board, now);
    case About::api_incident:
      return object_of(
          board.incident(route.number, 0, view::kRowsMost, now),
          [targets](const view::IncidentPage& facts) { return api::incident(facts, targets); });
    case About::api_certificates: return certificates_for(route, board, now);
    case About::acknowledge:
    case About::healthy:
    case About::ready:
    case About::reload:
    case About::openapi:
    case About::api_acknowledge:
    case About::api_silence:
    case About::api_maintenance:
    case About::api_end_silence: break;
  }
  return [] { return error(true, 404, kGone); };
}

}  // namespace mxsweep::monitor

// SPDX-License-Identifier: MIT
#include "monitor/commands.h"

#include <simdjson.h>

#include <array>
#include <utility>

#include "mxsweep/core/duration.h"
#include "mxsweep/results/json_object.h"

namespace mxsweep::monitor {
namespace {

using results::JsonObject;
using results::timestamp;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::array<std::pair<std::string_view, Ask>, 9> kAsks{{
    {"status", Ask::status},
    {"incidents", Ask::incidents},
    {"ack", Ask::ack},
    {"silence", Ask::silence},
    {"maintenance", Ask::maintenance},
    {"unsilence", Ask::unsilence},
    {"check", Ask::check},
    {"reload", Ask::reload},
    {"test-channel", Ask::test_channel},
}};

Status wrong(std::string_view key, std::string_view what) {
  return Status::unusable(std::string(key) + ": " + std::string(what));
}

Status read_text(element value, std::string_view key, std::string& text) {
  std::string_view view;
  if (value.get_string().get(view) != simdjson::SUCCESS) return wrong(key, "not a text");
  text = view;
  return {};
}

// More than a day, too, unlike the durations of a probe.
Status read_lasts(element value, Duration& lasts) {
  std::string text;
  if (Status read = read_text(value, "for", text); !read.ok()) return read;
  std::uint64_t days = 0;
  std::string_view rest = text;
  if (const std::size_t d = rest.find('d'); d != std::string_view::npos) {
    for (const char c : rest.substr(0, d)) {
      if (c < '0' || c > '9' || days > 366) return wrong("for", "'" + text + "' is not a duration");
      days = days * 10 + static_cast<std::uint64_t>(c - '0');
    }
    rest.remove_prefix(d + 1);
  }
  const std::optional<Duration> span =
      rest.empty() && days > 0 ? std::optional(Duration::zero()) : parse_duration(rest);
  if (!span) {
    return wrong("for", "'" + text + "' is not a duration: write 90s, 30m, 2h, 1d or 1d12h");
  }
  lasts = *span + std::chrono::hours{24} * static_cast<std::int64_t>(days);
  if (lasts > kHoldMost) return wrong("for", "more than a year");
  return {};
}

Status read_severity(element value, watch::Selector& match) {
  std::string text;
  if (Status read = read_text(value, "severity", text); !read.ok()) return read;
  for (const auto severity :
       {watch::Severity::info, watch::Severity::warning, watch::Severity::critical}) {
    if (to_string(severity) == text) match.severity = severity;
  }
  return match.severity ? Status() : wrong("severity", "info, warning or critical");
}

Status read_labels(element value, watch::Labels& labels) {
  object members;
  if (value.get_object().get(members) != simdjson::SUCCESS) return wrong("labels", "not an object");
  for (const auto [key, label] : members) {
    std::string text;
    if (Status read = read_text(label, key, text); !read.ok()) return read;
    labels.emplace(key, std::move(text));
  }
  return {};
}

Status read_match(element value, watch::Selector& match) {
  object members;
  if (value.get_object().get(members) != simdjson::SUCCESS) return wrong("match", "not an object");
  for (const auto [key, member] : members) {
    Status read;
    if (key == "group") {
      read = read_text(member, key, match.group.emplace());
    } else if (key == "target") {
      read = read_text(member, key, match.target.emplace());
    } else if (key == "severity") {
      read = read_severity(member, match);
    } else if (key == "labels") {
      read = read_labels(member, match.labels);
    } else {
      read = wrong(key, "there is no such key in match");
    }
    if (!read.ok()) return read;
  }
  return {};
}

Status read_member(std::string_view key, element value, Request& request) {
  if (key == "by") return read_text(value, key, request.by);
  if (key == "note") return read_text(value, key, request.note);
  if (key == "channel") return read_text(value, key, request.channel);
  if (key == "for") return read_lasts(value, request.lasts);
  if (key == "match") return read_match(value, request.match);
  if (key == "incident" || key == "id") {
    const bool read = value.get_uint64().get(request.number) == simdjson::SUCCESS;
    return read ? Status() : wrong(key, "not a number");
  }
  return wrong(key, "there is no such key");
}

Status read_ask(element value, Ask& ask) {
  std::string text;
  if (Status read = read_text(value, "command", text); !read.ok()) return read;
  for (const auto& [word, meaning] : kAsks) {
    if (word != text) continue;
    ask = meaning;
    return {};
  }
  return wrong("command", "'" + text + "' is not a command");
}

std::string lag_json(const ProbeCounts& counts) {
  JsonObject lag;
  lag.milliseconds("p50", counts.lag.percentile(50)).milliseconds("p99", counts.lag.percentile(99));
  return lag.milliseconds("max", counts.lag.highest()).end();
}

std::string totals_json(const watch::Totals& totals) {
  JsonObject object;
  object.number("watched", totals.monitors).number("up", totals.up);
  object.number("degraded", totals.degraded).number("down", totals.down);
  object.number("unknown", totals.unknown).number("flapping", totals.flapping);
  return object.end();
}

std::string_view word_of(watch::Sight sight) {
  switch (sight) {
    case watch::Sight::clear: return "clear";
    case watch::Sight::doubtful: return "doubtful";
    case watch::Sight::blind: break;
  }
  return "blind";
}

template <typename Values, typename Write>
std::string json_array(const Values& values, const Write& write) {
  std::string out = "[";
  for (const auto& value : values) {
    if (out.size() > 1) out += ',';
    out += write(value);
  }
  return out + ']';
}

std::string channel_json(const watch::Watch::ChannelState& channel) {
  JsonObject object;
  object.text("name", channel.name).number("waiting", channel.waiting);
  object.number("dead", channel.dead);
  if (channel.oldest) object.text("oldest", timestamp(*channel.oldest));
  return object.text_if_any("last_error", channel.last_error).end();
}

std::string match_json(const watch::Selector& match) {
  JsonObject object;
  if (match.group) object.text("group", *match.group);
  if (match.severity) object.text("severity", to_string(*match.severity));
  if (match.target) object.text("target", *match.target);
  if (!match.labels.empty()) {
    JsonObject labels;
    for (const auto& [key, value] : match.labels) labels.text(key, value);
    object.json("labels", labels.end());
  }
  return object.end();
}

std::string hold_json(const watch::SilenceRow& hold) {
  JsonObject object;
  object.number("id", hold.id).text("kind", hold.maintenance ? "maintenance" : "silence");
  object.json("match", match_json(hold.match)).text("by", hold.by).text("note", hold.note);
  return object.text("from", timestamp(hold.from)).text("until", timestamp(hold.until)).end();
}

std::string incidents_json(const watch::Watch& watch) {
  std::vector<watch::IncidentId> ids;
  watch.each_incident([&ids](const watch::Incident& incident) {
    if (incident.open()) ids.push_back(incident.id);
  });
  return json_array(ids, [&](watch::IncidentId id) { return watch.incident_json(id); });
}

std::string status_json(Hand& hand) {
  const watch::Watch& watch = hand.watch();
  const watch::Moment now = hand.moment();
  const watch::Totals totals = watch.totals();
  const ProbeCounts& counts = hand.counts();
  JsonObject probes;
  probes.number("results", counts.results).number("visits", counts.visits);
  probes.number("open", hand.open()).number("waiting", totals.waiting_probes);
  probes.json("lag_ms", lag_json(counts)).number("late_turns", counts.late_turns);
  probes.number("shortages", counts.shortages);
  JsonObject object;
  object.flag("ok", true).text("observed_at", timestamp(now.wall));
  object.text("began", timestamp(now.wall_at(hand.began())));
  object.text("sight", word_of(totals.sight)).json("monitors", totals_json(totals));
  object.json("probes", probes.end()).json("incidents", incidents_json(watch));
  object.json("channels", json_array(watch.channels(), channel_json));
  return object.json("holds", json_array(watch.active_holds(), hold_json)).end();
}

Result<std::string> done(const Status& status) {
  if (!status.ok()) return status;
  return JsonObject().flag("ok", true).end();
}

}  // namespace

std::string refusal(std::string_view why) {
  return JsonObject().flag("ok", false).text("error", why).end();
}

Result<Request> read_request(std::string_view line, std::optional<Ask> ask) {
  simdjson::dom::parser parser;
  object members;
  if (parser.parse(line.data(), line.size()).get_object().get(members) != simdjson::SUCCESS) {
    return Status::unusable("the request is not a JSON object");
  }
  Request request;
  request.ask = ask.value_or(Ask::status);
  bool asks = ask.has_value();
  for (const auto [key, value] : members) {
    const bool is_ask = !ask && key == "command";
    asks = asks || is_ask;
    const Status read = is_ask ? read_ask(value, request.ask) : read_member(key, value, request);
    if (!read.ok()) return read;
  }
  if (!asks) return Status::unusable("command: it is missing");
  return request;
}

Result<std::string> carry_out(const Request& request, Hand& hand) {
  watch::Watch& watch = hand.watch();
  const watch::Moment now = hand.moment();
  const bool holds = request.ask == Ask::silence || request.ask == Ask::maintenance;
  Duration lasts = request.lasts;
  if (lasts == Duration::zero()) lasts = holds ? kHoldDefault : kAcknowledgedDefault;
  if (request.by.empty() && (holds || request.ask == Ask::ack)) {
    return Status::unusable("by: who does it is missing");
  }
  switch (request.ask) {
    case Ask::status: return status_json(hand);
    case Ask::incidents: {
      JsonObject object;
      return object.flag("ok", true).json("incidents", incidents_json(watch)).end();
    }
    case Ask::ack:
      return done(watch.acknowledge(request.number, request.by, request.note, lasts, now));
    case Ask::silence:
    case Ask::maintenance: {
      const Result<std::uint64_t> id = watch.silence(request.match, request.ask == Ask::maintenance,
                                                     request.by, request.note, lasts, now);
      if (!id.ok()) return id.status();
      JsonObject object;
      object.flag("ok", true).number("id", *id);
      return object.text("until", timestamp(now.wall_at(now.at + lasts))).end();
    }
    case Ask::unsilence: return done(watch.end_silence(request.number, now));
    case Ask::check: {
      const std::uint32_t asked = watch.ask_checks(request.match, now);
      if (asked == 0) return Status::unusable("nothing that is checked matches");
      return JsonObject().flag("ok", true).number("checked", asked).end();
    }
    case Ask::reload:
    case Ask::test_channel: break;
  }
  return Status::unusable("this cannot be done here");
}

}  // namespace mxsweep::monitor

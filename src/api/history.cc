// SPDX-License-Identifier: MIT
// What a monitor has shown: single results, or spans of time.
#include "api/parts.h"
#include "mxsweep/api/api.h"

namespace mxsweep::api {
namespace {

using results::JsonObject;

std::string span_json(const view::HistorySpan& span) {
  JsonObject object;
  object.time("from", span.from).seconds("lasts_seconds", span.lasts);
  JsonObject outcomes;
  for (std::size_t i = 0; i < kOutcomeCount; ++i) {
    outcomes.number_if_any(to_string(static_cast<Outcome>(i)), span.outcomes[i]);
  }
  object.json("outcomes", outcomes.end());
  add_shares(span.shares, object);
  return object.json("phases_ms", quantiles_json(span.laps)).end();
}

}  // namespace

std::string probe_json(const view::ProbeFacts& probe) {
  JsonObject object;
  object.time("at", probe.at).text("outcome", to_string(probe.outcome));
  object.text("phase", to_string(probe.phase)).text("cause", to_string(probe.cause));
  object.text("state", to_string(probe.state)).flag("unobserved", probe.unobserved);
  object.flag("maintenance", probe.maintenance);
  JsonObject ms;
  if (probe.dns) ms.milliseconds("dns", *probe.dns);
  for (std::size_t i = 0; i < view::kLaps; ++i) {
    if (probe.laps[i] == Duration::zero()) continue;
    ms.milliseconds(to_string(static_cast<view::Lap>(i)), probe.laps[i]);
  }
  return object.json("ms", ms.end()).end();
}

std::string quantiles_json(const std::array<view::Quantiles, view::kLaps>& laps) {
  JsonObject object;
  for (std::size_t i = 0; i < view::kLaps; ++i) {
    const view::Quantiles& lap = laps[i];
    if (lap.count == 0) continue;
    JsonObject one;
    one.milliseconds("p10", lap.p10).milliseconds("p50", lap.p50).milliseconds("p90", lap.p90);
    object.json(to_string(static_cast<view::Lap>(i)), one.number("count", lap.count).end());
  }
  return object.end();
}

std::string history(const view::History& facts) {
  JsonObject object = observed(facts.now);
  object.json("monitor", monitor_json(facts.monitor));
  return list_json(object,
                   facts.spans.empty() ? json_array(facts.probes, probe_json)
                                       : json_array(facts.spans, span_json),
                   facts.next);
}

std::string history_lines(const view::History& facts) {
  return facts.spans.empty() ? json_lines(facts.probes, probe_json)
                             : json_lines(facts.spans, span_json);
}

}  // namespace mxsweep::api

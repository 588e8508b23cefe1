// SPDX-License-Identifier: MIT
// The whole monitor at a glance, with the keys of `ctl status --json` where both have a fact.
#include "api/parts.h"
#include "mxsweep/api/api.h"

namespace mxsweep::api {
namespace {

using results::JsonObject;

std::string slo_json(const view::Level& level) {
  JsonObject object;
  object.decimal("target", level.target).seconds("window_seconds", level.window);
  object.decimal("budget_left", level.budget_left).decimal("burn_hour", level.burn_hour);
  return object.decimal("burn_day", level.burn_day).end();
}

std::string group_json(const view::GroupFacts& group) {
  JsonObject object;
  object.text("name", name_part(group.name)).json("monitors", counts_json(group.counts));
  object.seconds("interval_seconds", group.interval);
  object.json("uptime_days", days_json(group.days));
  if (group.level) object.json("slo", slo_json(*group.level));
  return object.end();
}

}  // namespace

std::string summary(const view::Overview& facts, bool targets) {
  JsonObject object = observed(facts.now);
  object.time("began", facts.now.began).text("sight", word_of(facts.now.sight));
  object.text_if_any("sight_text", name_part(facts.now.sight_text));
  object.number("canaries", facts.now.canaries);
  object.flag("reload_good", !facts.now.reload_problem.has_value());
  if (targets) {
    object.text_if_any("trouble", text_part(facts.now.trouble));
    if (facts.now.reload_problem) {
      object.text("reload_problem", text_part(*facts.now.reload_problem));
    }
  }
  object.json("monitors", counts_json(facts.counts));
  const auto incident = [targets](const view::IncidentFacts& each) {
    return incident_json(each, targets);
  };
  object.number("incidents_open", facts.open_incidents);
  object.json("incidents", json_array(facts.incidents, incident));
  object.json("recent", json_array(facts.recent, incident));
  const auto hold = [targets](const watch::SilenceRow& each) { return hold_json(each, targets); };
  object.json("holds", json_array(facts.holds, hold));
  object.number("groups_all", facts.groups_all).number("groups_first", facts.first_group);
  return object.json("groups", json_array(facts.groups, group_json)).end();
}

}  // namespace mxsweep::api

// SPDX-License-Identifier: MIT
#include "api/parts.h"

#include "mxsweep/core/utf8.h"

namespace mxsweep::api {

using results::JsonArray;
using results::JsonObject;

std::string_view word_of(watch::Sight sight) {
  switch (sight) {
    case watch::Sight::clear: return "clear";
    case watch::Sight::doubtful: return "doubtful";
    case watch::Sight::blind: break;
  }
  return "blind";
}

std::string_view word_of(watch::Expiry expiry) {
  switch (expiry) {
    case watch::Expiry::far: return "far";
    case watch::Expiry::soon: return "soon";
    case watch::Expiry::urgent: return "urgent";
    case watch::Expiry::expired: break;
  }
  return "expired";
}

std::string_view name_part(std::string_view text) {
  return cut_between_characters(text, kNameOctetsMax);
}

std::string_view text_part(std::string_view text) {
  return cut_between_characters(text, kTextOctetsMax);
}

std::string_view record_part(std::string_view record) {
  while (record.ends_with('\n')) record.remove_suffix(1);
  const bool may = record.size() <= kRecordOctetsMax && results::is_json_object(record);
  return may ? record : std::string_view();
}

JsonObject observed(const view::Now& now) {
  JsonObject object;
  object.time("observed_at", now.at);
  return object;
}

std::string list_json(JsonObject& begun, std::string_view items, std::string_view next) {
  return begun.json("items", items).text_if_any("next", next).end();
}

std::string counts_json(const view::Counts& counts) {
  JsonObject object;
  object.number("watched", counts.monitors).number("up", counts.up);
  object.number("degraded", counts.degraded).number("down", counts.down);
  object.number("unknown", counts.unknown).number("flapping", counts.flapping);
  object.number("unobserved", counts.unobserved).number("maintenance", counts.maintenance);
  return object.end();
}

std::string days_json(const std::array<view::Day, view::kDays>& days) {
  JsonArray array;
  for (const view::Day& day : days) {
    const std::optional<double> uptime = view::uptime(day);
    if (uptime) {
      array.decimal(*uptime);
    } else {
      array.json("null");
    }
  }
  return array.end();
}

void add_shares(const watch::Shares& shares, JsonObject& object) {
  object.seconds("up_seconds", shares.up).seconds("down_seconds", shares.down);
  object.seconds("unobserved_seconds", shares.unobserved);
  object.seconds("maintenance_seconds", shares.maintenance);
}

std::string hold_json(const watch::SilenceRow& hold, bool targets) {
  JsonObject object;
  object.number("id", hold.id).text("kind", hold.maintenance ? "maintenance" : "silence");
  if (targets || (!hold.match.target && hold.match.labels.empty())) {
    JsonObject match;
    if (hold.match.group) match.text("group", name_part(*hold.match.group));
    if (hold.match.severity) match.text("severity", to_string(*hold.match.severity));
    if (hold.match.target) match.text("target", name_part(*hold.match.target));
    if (!hold.match.labels.empty()) {
      JsonObject labels;
      for (const auto& [key, value] : hold.match.labels) {
        labels.text(name_part(key), name_part(value));
      }
      match.json("labels", labels.end());
    }
    object.json("match", match.end());
  }
  if (targets) object.text("by", name_part(hold.by)).text("note", text_part(hold.note));
  return object.time("from", hold.from).time("until", hold.until).end();
}

std::string timeline_json(std::span<const watch::TimelineRow> timeline, bool targets) {
  return json_array(timeline, [targets](const watch::TimelineRow& row) {
    JsonObject object;
    object.time("at", row.at).text("what", name_part(row.what));
    object.number_if_any("incident", row.incident);
    if (!targets) return object.end();
    object.text_if_any("monitor", name_part(row.monitor));
    return object.text_if_any("text", text_part(row.text)).end();
  });
}

}  // namespace mxsweep::api

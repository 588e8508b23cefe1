// SPDX-License-Identifier: MIT
// [[route]] and [[maintenance]].
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "config/reader.h"
#include "config/values.h"

namespace mxsweep::config {
namespace {

using namespace std::chrono_literals;

constexpr Duration kReminderMin = 1min;
constexpr Duration kReminderMax = kDay * 30;

void read_step(Fields fields, Reading& reading, watch::Route& route) {
  constexpr std::array<std::pair<std::string_view, bool>, 1> kUnless{{{"acked", true}}};
  watch::Escalation step;
  fields.span("after", step.after, 1s, kReminderMax);
  if (!fields.has("after")) fields.missing("after");
  bool unless_acked = true;
  fields.choice("unless", unless_acked, kUnless);
  step.to = read_to(fields, reading);
  fields.finish();
  route.escalate.push_back(std::move(step));
}

void read_route(const toml::table& table, Reading& reading) {
  Fields fields(reading.context, "route", {&table});
  watch::Route route;
  read_match(fields, reading, route.match);
  route.to = read_to(fields, reading);
  fields.span("reminder", route.reminder, kReminderMin, kReminderMax);
  for (Fields& step : fields.each_inside("escalate", "route.escalate")) {
    read_step(std::move(step), reading, route);
  }
  fields.finish();
  reading.settings.routes.push_back(std::move(route));
}

void read_days(Fields& fields, Context& context, watch::MaintenanceRule& rule) {
  for (const Word& word : fields.words("every")) {
    if (word.text == "day") continue;
    if (const std::optional<unsigned> day = read_weekday(word.text)) {
      rule.weekdays = static_cast<std::uint8_t>(rule.weekdays | (1U << *day));
      continue;
    }
    context.complain(word.where,
                     fmt::format("every: '{}' is not a day of the week: write Mon, Tue, Wed, Thu, "
                                 "Fri, Sat, Sun or day",
                                 word.written));
  }
}

// A date is written as TOML's own or as a text.
void read_date(Fields& fields, watch::MaintenanceRule& rule) {
  const toml::node* node = fields.find("date");
  if (node == nullptr) return;
  if (const toml::value<toml::date>* date = node->as_date()) {
    rule.date =
        fmt::format("{:04}-{:02}-{:02}", date->get().year, date->get().month, date->get().day);
  } else {
    fields.text("date", rule.date);
    if (!node->is_string()) return;
  }
  if (!is_date(rule.date)) {
    fields.complain("date", fmt::format("date: '{}' is not a date: write \"2026-12-24\"",
                                        fields.written("date")));
  }
  if (fields.has("every")) {
    fields.complain("date", "a window has every or date, not both");
  }
}

void read_window(const toml::table& table, Reading& reading) {
  Fields fields(reading.context, "maintenance", {&table});
  watch::MaintenanceRule rule;
  rule.time_zone = reading.settings.time_zone;
  fields.text("name", rule.name);
  read_match(fields, reading, rule.match);
  read_days(fields, reading.context, rule);
  read_date(fields, rule);
  fields.time_of_day("at", rule.at);
  if (!fields.has("at")) fields.missing("at");
  fields.span("for", rule.lasts, 1min, kDay * 7);
  if (!fields.has("for")) fields.missing("for");
  fields.zone("time_zone", rule.time_zone);
  fields.finish();
  reading.settings.maintenance.push_back(std::move(rule));
}

}  // namespace

void read_match(Fields& fields, Reading& reading, watch::Selector& selector) {
  std::optional<Fields> match = fields.inside("match", "match");
  if (!match) return;
  if (const std::optional<Word> group = match->word("group")) {
    if (!reading.groups.contains(group->text)) {
      reading.context.complain(group->where,
                               fmt::format("there is no group '{}'{}", group->written,
                                           suggestion(group->text, names_of(reading.groups))));
    }
    selector.group = group->text;
  }
  watch::Severity severity{};
  read_severity(*match, "severity", severity);
  if (match->has("severity")) selector.severity = severity;
  if (const std::optional<Word> target = match->word("target")) selector.target = target->text;
  match->labels("labels", selector.labels);
  match->finish();
}

std::vector<watch::ChannelNumber> read_to(Fields& fields, Reading& reading) {
  std::vector<watch::ChannelNumber> to;
  for (const Word& word : fields.words("to")) {
    const std::optional<watch::ChannelNumber> channel = channel_of(word, reading);
    if (channel && std::ranges::find(to, *channel) == to.end()) to.push_back(*channel);
  }
  if (!fields.has("to")) fields.missing("to");
  return to;
}

void read_routes(const Document& document, Reading& reading) {
  for (const toml::table* table : document.of("route")) read_route(*table, reading);
  if (!reading.settings.routes.empty() || reading.settings.channels.empty()) return;
  watch::Route everything;
  everything.to.resize(reading.settings.channels.size());
  std::iota(everything.to.begin(), everything.to.end(), watch::ChannelNumber{0});
  reading.settings.routes.push_back(std::move(everything));
}

void read_maintenance(const Document& document, Reading& reading) {
  for (const toml::table* table : document.of("maintenance")) read_window(*table, reading);
}

}  // namespace mxsweep::config

// SPDX-License-Identifier: MIT
// The steps of read_config(), one for each section. Each adds to the settings; a later one may use
// what an earlier one has read. Order: watch, groups, checks, channels, routes, the others.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.h"
#include "mxsweep/roundtrip/script.h"
#include "mxsweep/watch/channel.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::config {

// The sections of all files, in their order.
struct Document {
  std::map<std::string, std::vector<const toml::table*>, std::less<>> tables;

  [[nodiscard]] const std::vector<const toml::table*>& of(std::string_view section) const;
};

// What the sections know of each other.
struct Reading {
  Context context;
  watch::Settings settings{};
  watch::Group group_defaults{};
  std::map<std::string, roundtrip::Script, std::less<>> scripts{};  // Of checks, by their names.
  std::map<std::string, watch::GroupNumber, std::less<>> groups{};
  std::map<std::string, watch::ChannelNumber, std::less<>> channels{};
};

void read_watch(const Document& document, Reading& reading);
void read_vantage(const Document& document, Reading& reading);
void read_alerts(const Document& document, Reading& reading);
void read_history_and_control(const Document& document, Reading& reading);
void read_http(const Document& document, Reading& reading);
void read_groups(const Document& document, Reading& reading);
void read_runs(const Document& document, Reading& reading);
void read_channels(const Document& document, Reading& reading);
void read_routes(const Document& document, Reading& reading);
void read_maintenance(const Document& document, Reading& reading);

// interval, retry, depth and tls_every, of [watch] and of [[group]].
void read_probing(Fields& fields, watch::Group& group);
// checks, checks_every, checks_alert and checks_role, of the same.
void read_checks(Fields& fields, Reading& reading, watch::Group& group);
// retry; and page_on, labels, severity, void_after and slo: of [[group]] and of [[check]].
void read_confirmation(Fields& fields, watch::Group& group);
void read_judging(Fields& fields, Reading& reading, watch::Group& group);
// Complains of a name that cannot be, or that another has.
void add_group(const Fields& fields, Reading& reading, watch::Group&& group);
void read_severity(Fields& fields, std::string_view key, watch::Severity& severity);
// `match` of a route or a window.
void read_match(Fields& fields, Reading& reading, watch::Selector& selector);
// The numbers of the channels that `to` names.
std::vector<watch::ChannelNumber> read_to(Fields& fields, Reading& reading);
// Complains of a name that is no channel's, with the nearest one.
std::optional<watch::ChannelNumber> channel_of(const Word& name, Reading& reading);

// The names of a map, for suggestions.
template <typename Map>
[[nodiscard]] std::vector<std::string> names_of(const Map& map) {
  std::vector<std::string> names;
  for (const auto& [name, number] : map) names.push_back(name);
  return names;
}

}  // namespace mxsweep::config

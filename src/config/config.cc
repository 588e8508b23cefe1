// SPDX-License-Identifier: MIT
#include "mxsweep/config/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/document.h"
#include "config/reader.h"
#include "config/values.h"
#include "mxsweep/config/sections.h"

namespace mxsweep::config {
namespace {

bool is_key_of_watch(std::string_view key) {
  const std::vector<Key>& keys = section_of("watch").keys;
  return std::ranges::find(keys, key, &Key::name) != keys.end();
}

void complain_of_section(const toml::key& key, Context& context) {
  const std::string_view name = key.str();
  if (is_key_of_watch(name)) {
    context.complain(key.source(), fmt::format("'{}' is outside of a section: put it below [watch]",
                                               shown(name)));
    return;
  }
  context.complain(key.source(), fmt::format("unknown section '{}'{}", shown(name),
                                             suggestion(name, section_names(sections()))));
}

void add_root(const toml::table& root, Context& context, Document& document) {
  for (const auto& [key, node] : root) {
    const auto section = std::ranges::find(sections(), key.str(), &Section::name);
    if (section == sections().end() || !is_section(*section)) {
      complain_of_section(key, context);
    } else {
      add_section(*section, node, context, document.tables[std::string(key.str())]);
    }
  }
}

void check_whole(const Reading& reading, Context& context) {
  if (reading.settings.groups.empty() && context.problems.empty()) {
    context.complain({}, "there is no section [[group]] or [[check]]: nothing would be watched");
  }
}

}  // namespace

Configured read_config(const std::vector<Source>& sources, const Surroundings& surroundings) {
  Reading reading{{surroundings}};
  Parsed parsed;
  if (parse(sources, reading.context, parsed)) {
    for (const toml::table& root : parsed.roots) {
      add_root(root, reading.context, parsed.document);
    }
    read_watch(parsed.document, reading);
    read_vantage(parsed.document, reading);
    read_alerts(parsed.document, reading);
    read_history_and_control(parsed.document, reading);
    read_http(parsed.document, reading);
    read_groups(parsed.document, reading);
    read_runs(parsed.document, reading);
    read_channels(parsed.document, reading);
    read_routes(parsed.document, reading);
    read_maintenance(parsed.document, reading);
    check_whole(reading, reading.context);
  }
  Configured configured;
  configured.problems = std::move(reading.context.problems);
  sort(sources, configured.problems);
  if (configured.problems.empty()) {
    configured.settings = std::move(reading.settings);
    configured.scripts = std::move(reading.scripts);
  }
  return configured;
}

}  // namespace mxsweep::config

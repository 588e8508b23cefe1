// SPDX-License-Identifier: MIT
#include "mxsweep/config/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "config/bare_text.h"
#include "config/reader.h"
#include "config/values.h"
#include "mxsweep/config/sections.h"

namespace mxsweep::config {
namespace {

// A section of versions to come: a file that has it must not seem to work.
constexpr std::string_view kChecks = "check";

// The files' texts with their trees, which all views of the reading point into.
struct Parsed {
  std::vector<toml::table> roots;
  Document document;
};

bool is_section(const Section& section) { return section.form != Section::Form::inside; }

std::vector<std::string> section_names() {
  std::vector<std::string> names;
  for (const Section& section : sections()) {
    if (is_section(section)) names.emplace_back(section.name);
  }
  return names;
}

bool is_key_of_watch(std::string_view key) {
  const std::vector<Key>& keys = section_of("watch").keys;
  return std::ranges::find(keys, key, &Key::name) != keys.end();
}

void complain_of_checks(const toml::node& node, Context& context) {
  const auto complain = [&](const toml::node& each) {
    const toml::table* table = each.as_table();
    const toml::node* kind = table == nullptr ? nullptr : table->get("kind");
    const toml::value<std::string>* word = kind == nullptr ? nullptr : kind->as_string();
    if (word == nullptr) {
      context.complain(each.source(), "checks are not in this version");
      return;
    }
    context.complain(kind->source(), fmt::format("checks of kind '{}' are not in this version",
                                                 shown(word->get())));
  };
  const toml::array* array = node.as_array();
  if (array == nullptr) {
    complain(node);
    return;
  }
  for (const toml::node& each : *array) complain(each);
}

void complain_of_section(const toml::key& key, Context& context) {
  const std::string_view name = key.str();
  if (is_key_of_watch(name)) {
    context.complain(key.source(), fmt::format("'{}' is outside of a section: put it below [watch]",
                                               shown(name)));
    return;
  }
  context.complain(key.source(), fmt::format("unknown section '{}'{}", shown(name),
                                             suggestion(name, section_names())));
}

void add_section(const Section& section, const toml::node& node, Context& context,
                 std::vector<const toml::table*>& tables) {
  if (section.form == Section::Form::table) {
    if (const toml::table* table = node.as_table()) {
      tables.push_back(table);
      return;
    }
    context.complain(node.source(), fmt::format("this section is written [{}]", section.name));
    return;
  }
  const toml::array* array = node.as_array();
  if (array == nullptr) {
    context.complain(node.source(), fmt::format("this section is written [[{}]]", section.name));
    return;
  }
  for (const toml::node& each : *array) {
    if (const toml::table* table = each.as_table()) {
      tables.push_back(table);
    } else {
      context.complain(each.source(), fmt::format("{} must be an array of tables", section.name));
    }
  }
}

void add_root(const toml::table& root, Context& context, Document& document) {
  for (const auto& [key, node] : root) {
    const auto section = std::ranges::find(sections(), key.str(), &Section::name);
    if (key.str() == kChecks) {
      complain_of_checks(node, context);
    } else if (section == sections().end() || !is_section(*section)) {
      complain_of_section(key, context);
    } else {
      add_section(*section, node, context, document.tables[std::string(key.str())]);
    }
  }
}

// False: a file is not TOML. Then the others are not judged, because each may refer to it.
bool parse(const std::vector<Source>& sources, Context& context, Parsed& parsed) {
  for (const Source& source : sources) {
    if (const auto place = find_bare_text_beyond_ascii(source.text)) {
      context.problems.push_back({.file = source.name,
                                  .line = place->line,
                                  .column = place->column,
                                  .sentence = "a character beyond ASCII: only texts in quotes and "
                                              "comments may have one"});
      continue;
    }
    toml::parse_result result = toml::parse(source.text, source.name);
    if (result) {
      parsed.roots.push_back(std::move(result).table());
      continue;
    }
    context.complain(result.error().source(), std::string(result.error().description()));
  }
  return context.problems.empty();
}

void check_whole(const Reading& reading, Context& context) {
  if (reading.settings.groups.empty() && context.problems.empty()) {
    context.complain({}, "there is no section [[group]]: nothing would be watched");
  }
}

// In the order of the files, then of the lines; what has no place comes first.
void sort(const std::vector<Source>& sources, std::vector<Problem>& problems) {
  for (Problem& problem : problems) {
    if (problem.file.empty() && !sources.empty()) problem.file = sources.front().name;
  }
  std::map<std::string_view, std::size_t> order;
  for (const Source& source : sources) order.try_emplace(source.name, order.size());
  std::ranges::stable_sort(problems, {}, [&order](const Problem& problem) {
    const auto found = order.find(problem.file);
    return std::tuple(found == order.end() ? 0 : found->second, problem.line, problem.column);
  });
}

}  // namespace

const std::vector<const toml::table*>& Document::of(std::string_view section) const {
  static const std::vector<const toml::table*> kNone;
  const auto found = tables.find(section);
  return found == tables.end() ? kNone : found->second;
}

std::string Problem::text() const {
  if (line == 0) return fmt::format("{}: {}", file, sentence);
  return fmt::format("{}:{}:{}: {}", file, line, column, sentence);
}

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
    read_channels(parsed.document, reading);
    read_routes(parsed.document, reading);
    read_maintenance(parsed.document, reading);
    check_whole(reading, reading.context);
  }
  Configured configured;
  configured.problems = std::move(reading.context.problems);
  sort(sources, configured.problems);
  if (configured.problems.empty()) configured.settings = std::move(reading.settings);
  return configured;
}

}  // namespace mxsweep::config

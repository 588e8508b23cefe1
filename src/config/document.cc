// SPDX-License-Identifier: MIT
#include "config/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "config/bare_text.h"
#include "config/values.h"

namespace mxsweep::config {

bool is_section(const Section& section) { return section.form != Section::Form::inside; }

std::vector<std::string> section_names(const std::vector<Section>& sections) {
  std::vector<std::string> names;
  for (const Section& section : sections) {
    if (is_section(section)) names.emplace_back(section.name);
  }
  return names;
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
    context.complain(result.error().source(), one_line(result.error().description()));
  }
  return context.problems.empty();
}

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

const std::vector<const toml::table*>& Document::of(std::string_view section) const {
  static const std::vector<const toml::table*> kNone;
  const auto found = tables.find(section);
  return found == tables.end() ? kNone : found->second;
}

Status unusable(const std::vector<Problem>& problems) {
  std::string sentence;
  for (const Problem& problem : problems) {
    sentence += (sentence.empty() ? "" : "\n") + problem.text();
  }
  return Status::unusable(sentence);
}

std::string Problem::text() const {
  if (line == 0) return fmt::format("{}: {}", file, sentence);
  return fmt::format("{}:{}:{}: {}", file, line, column, sentence);
}

}  // namespace mxsweep::config

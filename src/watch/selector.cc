// SPDX-License-Identifier: MIT
// What a selector has.
#include <simdjson.h>

#include <algorithm>
#include <string_view>

#include "mxsweep/core/ascii.h"
#include "mxsweep/watch/holds.h"

namespace mxsweep::watch {
namespace {

namespace ondemand = simdjson::ondemand;

// Names of hosts have no case, and nothing else in a list differs by case alone.
bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool contains(std::string_view text, std::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char x, char y) { return lower(x) == lower(y); }) != text.end();
}

bool like(std::string_view pattern, std::string_view text) {
  const bool open_begin = pattern.starts_with('*');
  if (open_begin) pattern.remove_prefix(1);
  const bool open_end = pattern.ends_with('*');
  if (open_end) pattern.remove_suffix(1);
  if (open_begin && open_end) return contains(text, pattern);
  if (!open_begin && !open_end) return same(pattern, text);
  if (text.size() < pattern.size()) return false;
  const std::string_view part =
      open_begin ? text.substr(text.size() - pattern.size()) : text.substr(0, pattern.size());
  return same(pattern, part);
}

bool is_label_of_group(const Group& group, std::string_view name, std::string_view value) {
  const auto found = group.labels.find(name);
  return found != group.labels.end() && found->second == value;
}

// Whether each label is one of the group's, or a field of meta with that text.
bool has_labels(const Labels& labels, const Monitor& monitor, const Group& group) {
  const auto of_group = [&](const auto& label) {
    return is_label_of_group(group, label.first, label.second);
  };
  if (std::all_of(labels.begin(), labels.end(), of_group)) return true;
  if (monitor.meta.empty()) return false;
  const simdjson::padded_string json(monitor.meta);
  ondemand::parser parser;
  ondemand::document document;
  ondemand::object meta;
  if (parser.iterate(json).get(document) != simdjson::SUCCESS) return false;
  if (document.get_object().get(meta) != simdjson::SUCCESS) return false;
  return std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
    std::string_view text;
    return of_group(label) ||
           (meta.find_field_unordered(label.first).get_string().get(text) == simdjson::SUCCESS &&
            text == label.second);
  });
}

}  // namespace

bool matches(const Selector& selector, const Monitor& monitor, const Group& group,
             Severity severity) {
  return (!selector.group || *selector.group == group.name) &&
         (!selector.severity || *selector.severity == severity) &&
         (!selector.target || like(*selector.target, monitor.target)) &&
         (selector.labels.empty() || has_labels(selector.labels, monitor, group));
}

}  // namespace mxsweep::watch

// SPDX-License-Identifier: MIT
// The sections of watch.toml and their keys: what the reader knows, and what mxsweep-watch(5)
// prints. There is no other list of them. Beside it, those of the files of blocklists
// and of scripts.
//
//   Shape    in the order of the page. The reader must ask for each key of a section, and may ask
//            for no other (src/config/fields.h), so that neither can lack one.
//   Errors   none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mxsweep::config {

enum class Type : std::uint8_t {
  text,
  texts,  // An array of texts, or one text.
  duration,
  durations,
  size,
  share,
  time_of_day,
  date,
  number,
  numbers,  // An array of whole numbers, or one.
  flag,
  table,
  tables,  // An array of tables.
};
// In the page: "text", "duration".
[[nodiscard]] std::string_view to_string(Type type);

struct Key {
  std::string_view name;
  Type type = Type::text;
  std::string_view example;  // In TOML.
  std::string fallback;      // What holds without it; empty: nothing, or it is required.
  std::string_view what;
};

struct Section {
  std::string_view name;  // "watch", "group"; of a table inside: "group.retry".
  enum class Form : std::uint8_t {
    table,     // [name], once.
    repeated,  // [[name]], as often as wanted.
    inside,    // A value of a key: { … }.
  } form = Form::table;
  std::string_view what;
  std::vector<Key> keys;  // At most 64.
};

[[nodiscard]] const std::vector<Section>& sections();
// Those of the file of blocklists (config/blocklists.h).
[[nodiscard]] const std::vector<Section>& blocklist_sections();
// Those of a file of scripts (config/scripts.h).
[[nodiscard]] const std::vector<Section>& script_sections();
// Those of the file with the accounts of a script (config/accounts.h).
[[nodiscard]] const std::vector<Section>& account_sections();
// Of any of them, in that order: "check" is that of watch.toml. Requires: there is such a section.
[[nodiscard]] const Section& section_of(std::string_view name);

}  // namespace mxsweep::config

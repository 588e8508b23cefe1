// SPDX-License-Identifier: MIT
// The files of a configuration as sections, before any of them is read: of watch.toml, and of the
// file of blocklists.
#pragma once

#include <string>
#include <vector>

#include "config/fields.h"
#include "config/reader.h"
#include "mxsweep/config/sections.h"

namespace mxsweep::config {

// The files' texts with their trees, which all views of the reading point into.
struct Parsed {
  std::vector<toml::table> roots;
  Document document;
};

// False: a file is not TOML. Then the others are not judged, because each may refer to it.
[[nodiscard]] bool parse(const std::vector<Source>& sources, Context& context, Parsed& parsed);

// Complains if the section is not written as its form demands.
void add_section(const Section& section, const toml::node& node, Context& context,
                 std::vector<const toml::table*>& tables);

[[nodiscard]] bool is_section(const Section& section);
// Of those that a file may have.
[[nodiscard]] std::vector<std::string> section_names(const std::vector<Section>& sections);

// In the order of the files, then of the lines; what has no place comes first.
void sort(const std::vector<Source>& sources, std::vector<Problem>& problems);

}  // namespace mxsweep::config

// SPDX-License-Identifier: MIT
#include "mxsweep/config/scripts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "config/document.h"
#include "config/script_steps.h"
#include "config/script_texts.h"
#include "config/values.h"
#include "mxsweep/config/sections.h"

namespace mxsweep::config {
namespace {

using roundtrip::Script;

constexpr std::size_t kScriptNameOctetsMax = 64;

Script read_script(const toml::table& table, Context& context) {
  constexpr std::array<std::pair<std::string_view, bool>, 1> kKinds = {{{"script", true}}};
  Fields fields(context, script_sections().front(), {&table});
  Script script;
  bool known_kind = true;
  fields.choice("kind", known_kind, kKinds);
  script.name = plain_text(fields, "name");
  if (!fields.has("name")) fields.missing("name");
  if (fields.has("name") && script.name.empty()) fields.complain("name", "name is empty");
  if (script.name.size() > kScriptNameOctetsMax) fields.complain("name", "name is too long");
  fields.span("deadline", script.deadline, std::chrono::seconds{1}, roundtrip::kDeadlineMax);
  script.secret_file = plain_text(fields, "secret_file");
  script.authserv_id = plain_text(fields, "authserv_id");
  read_steps(fields, context, script);
  if (script.steps.empty()) fields.missing("step");
  fields.finish();
  return script;
}

std::vector<Script> read_all(const toml::table& root, Context& context) {
  for (const auto& [key, node] : root) {
    if (key.str() == "check") continue;
    context.complain(key.source(),
                     fmt::format("unknown section '{}'{}", shown(key.str()),
                                 suggestion(key.str(), section_names(script_sections()))));
  }
  std::vector<const toml::table*> tables;
  if (const toml::node* node = root.get("check")) {
    add_section(script_sections().front(), *node, context, tables);
  }
  std::vector<Script> scripts;
  for (const toml::table* table : tables) {
    Script script = read_script(*table, context);
    if (!script.name.empty() &&
        std::ranges::find(scripts, script.name, &Script::name) != scripts.end()) {
      context.complain(table->source(),
                       fmt::format("there are two checks of the name '{}'", shown(script.name)));
    }
    scripts.push_back(std::move(script));
  }
  if (scripts.size() > kScriptsMax) {
    context.complain({}, fmt::format("there are more than {} checks", kScriptsMax));
  }
  if (scripts.empty() && context.problems.empty()) {
    context.complain({}, "there is no [[check]]: nothing would be done");
  }
  return scripts;
}

}  // namespace

ConfiguredScripts read_scripts(const Source& source) {
  // Nothing is read but the text itself.
  const Surroundings nothing{
      .read_file = [](const std::string&) -> Result<std::string> {
        return Status::unusable("no file is read");
      },
      .environment = [](const std::string&) { return std::optional<std::string>(); },
      .has_zone = [](std::string_view) { return false; },
      .has_channel_kind = [](std::string_view) { return false; }};
  Context context{nothing};
  ConfiguredScripts configured;
  Parsed parsed;
  std::vector<Script> scripts;
  if (parse({source}, context, parsed)) scripts = read_all(parsed.roots.front(), context);
  configured.problems = std::move(context.problems);
  sort({source}, configured.problems);
  if (configured.problems.empty()) configured.scripts = std::move(scripts);
  return configured;
}

}  // namespace mxsweep::config

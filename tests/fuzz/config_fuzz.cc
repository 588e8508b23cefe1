// SPDX-License-Identifier: MIT
// Any octets as a configuration, whole and split into two files: it is read, or there are problems,
// each with a place inside its file and a sentence of one line. What was read makes a plan.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/config/config.h"
#include "mxsweep/config/plan.h"
#include "mxsweep/core/invariant.h"

namespace {

using mxsweep::Result;
using mxsweep::Status;
using mxsweep::config::Configured;
using mxsweep::config::Problem;
using mxsweep::config::Source;
using mxsweep::config::Surroundings;

Surroundings surroundings() {
  return {
      [](const std::string& path) -> Result<std::string> {
        if (path.size() % 2 == 0) return Status::io("No such file");
        return path + "\n";
      },
      [](const std::string& name) -> std::optional<std::string> {
        if (name.size() % 2 == 0) return std::nullopt;
        return name;
      },
      [](std::string_view zone) { return zone.size() % 2 == 1; },
      [](std::string_view kind) { return kind.size() % 2 == 0; },
      {},
  };
}

void check(const Configured& configured) {
  INVARIANT(configured.settings.has_value() == configured.problems.empty());
  for (const Problem& problem : configured.problems) {
    INVARIANT(!problem.sentence.empty());
    INVARIANT(problem.sentence.find('\n') == std::string::npos);
    INVARIANT((problem.line == 0) == (problem.column == 0));
  }
  if (!configured.settings) return;
  const std::vector<std::uint64_t> monitors(configured.settings->groups.size(), 1);
  const auto watched = [](std::string_view name) { return name.size() % 2 == 0; };
  const auto plan = mxsweep::config::make_plan(*configured.settings, {monitors, watched, watched});
  INVARIANT(!mxsweep::config::lines_of(plan).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check(mxsweep::config::read_config({{"watch.toml", text}}, surroundings()));
  const std::size_t half = std::min(text.find("\n[", size / 2), size);
  check(mxsweep::config::read_config(
      {{"watch.toml", text.substr(0, half)}, {"conf.d/a.toml", text.substr(half)}},
      surroundings()));
  return 0;
}

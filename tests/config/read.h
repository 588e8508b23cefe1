// SPDX-License-Identifier: MIT
// Reads a configuration in surroundings that a test can change: files, variables, zones, kinds.
#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/config/config.h"
#include "support/catch.h"

// Of the source.
inline std::string text_of_file(const std::string& path) {
  std::ifstream file(MXSWEEP_SOURCE_DIR "/" + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Room {
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> variables;

  [[nodiscard]] mxsweep::config::Surroundings surroundings() const {
    using mxsweep::Result;
    using mxsweep::Status;
    static const std::vector<std::string> kKinds = {
        "mail", "webhook", "exec", "alertmanager", "template", "twilio-sms", "telegram"};
    return {
        [this](const std::string& path) -> Result<std::string> {
          const auto found = files.find(path);
          if (found == files.end()) return Status::io(path + ": No such file or directory");
          return found->second;
        },
        [this](const std::string& name) -> std::optional<std::string> {
          const auto found = variables.find(name);
          if (found == variables.end()) return std::nullopt;
          return found->second;
        },
        [](std::string_view zone) { return zone == "UTC" || zone == "Europe/Berlin"; },
        [](std::string_view kind) { return std::ranges::find(kKinds, kind) != kKinds.end(); },
        kKinds,
    };
  }

  [[nodiscard]] mxsweep::config::Configured read(
      const std::vector<mxsweep::config::Source>& sources) const {
    return mxsweep::config::read_config(sources, surroundings());
  }
  [[nodiscard]] mxsweep::config::Configured read(std::string_view text) const {
    return read({{"watch.toml", std::string(text)}});
  }
};

// The problems as lines, without the name of the only file: "3:8: sentence".
inline std::vector<std::string> problems_of(const mxsweep::config::Configured& configured) {
  std::vector<std::string> lines;
  for (const mxsweep::config::Problem& problem : configured.problems) {
    std::string line = problem.text();
    constexpr std::string_view kFile = "watch.toml:";
    if (line.starts_with(kFile)) line.erase(0, kFile.size());
    if (line.starts_with(' ')) line.erase(0, 1);
    lines.push_back(line);
  }
  return lines;
}

// Of a configuration without problems.
inline mxsweep::watch::Settings settings_of(const Room& room,
                                            const std::vector<mxsweep::config::Source>& sources) {
  mxsweep::config::Configured configured = room.read(sources);
  CHECK(problems_of(configured) == std::vector<std::string>());
  REQUIRE(configured.settings);
  return *std::move(configured.settings);
}

inline mxsweep::watch::Settings settings_of(std::string_view text, const Room& room = {}) {
  return settings_of(room, {{"watch.toml", std::string(text)}});
}

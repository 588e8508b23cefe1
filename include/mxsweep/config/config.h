// SPDX-License-Identifier: MIT
// Reads the monitor's configuration (watch.toml) into watch::Settings. Pure: files and the
// environment are read by functions of the caller.
//
//   Source   TOML 1.0 (toml++). docs/watch.md and mxsweep-watch(5) describe the keys.
//   Shape    read_config() of the main file's text and those of conf.d; a scalar that two of them
//            set is an error. Every problem is found in one go, not only the first.
//   Errors   a list of problems, each "FILE:LINE:COLUMN: SENTENCE", with the nearest known key
//            where a key is unknown. Then there are no settings.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/roundtrip/script.h"
#include "mxsweep/watch/settings.h"

namespace mxsweep::config {

struct Source {
  std::string name;  // For messages.
  std::string text;
};

struct Surroundings {
  std::function<Result<std::string>(const std::string& path)> read_file;  // Of secrets, of scripts.
  std::function<std::optional<std::string>(const std::string& name)> environment;
  std::function<bool(std::string_view zone)> has_zone;
  std::function<bool(std::string_view kind)> has_channel_kind;
  std::vector<std::string> channel_kinds{};  // For the nearest one in a message; may be empty.
  // Why the word names no check of mail domains, or of servers; empty: it does. Unset: all do.
  std::function<std::string(const std::string& word, bool domains)> check_fault{};
};

struct Problem {
  std::string file;
  std::uint32_t line = 0;  // 0: of no line.
  std::uint32_t column = 0;
  std::string sentence;

  [[nodiscard]] std::string text() const;  // "watch.toml:3:8: …"
};
// A line each.
[[nodiscard]] Status unusable(const std::vector<Problem>& problems);

struct Configured {
  std::optional<watch::Settings> settings;                          // Nothing: there are problems.
  std::map<std::string, roundtrip::Script, std::less<>> scripts{};  // Of checks, by their names.
  std::vector<Problem> problems;
};

[[nodiscard]] Configured read_config(const std::vector<Source>& sources,
                                     const Surroundings& surroundings);

}  // namespace mxsweep::config

// SPDX-License-Identifier: MIT
#include "mxsweep/dnsbl/lists.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "mxsweep/config/blocklists.h"
#include "mxsweep/files/content.h"

namespace mxsweep::dnsbl {
namespace {

constexpr std::uint64_t kFileOctetsMax = 1024 * 1024;

std::string beside(const std::string& file, const std::string& path) {
  return (std::filesystem::path(file).parent_path() / path).string();
}

std::optional<std::string> variable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace

Reading read_lists(const std::string& path) {
  Reading reading;
  const Result<std::string> text = files::read_text(path, kFileOctetsMax);
  if (!text.ok()) {
    reading.problems.push_back(text.status().sentence());
    return reading;
  }
  const auto read_key = [&path](const std::string& file) {
    return files::read_text(beside(path, file), kFileOctetsMax);
  };
  config::ConfiguredBlocklists read = config::read_blocklists(
      {.name = path, .text = *text},
      {.read_file = read_key, .environment = variable, .has_zone = {}, .has_channel_kind = {}});
  for (const config::Problem& problem : read.problems) reading.problems.push_back(problem.text());
  if (read.zones) {
    reading.lists = {.zones = *std::move(read.zones), .state = beside(path, read.state)};
  }
  return reading;
}

}  // namespace mxsweep::dnsbl

// SPDX-License-Identifier: MIT
#include "monitor/load.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>

#include "monitor/checker.h"
#include "monitor/list_terms.h"
#include "mxsweep/config/config.h"
#include "mxsweep/deliver/courier.h"
#include "mxsweep/files/content.h"
#include "mxsweep/zones/zones.h"

namespace mxsweep::monitor {
namespace {

constexpr std::uint64_t kFileOctetsMax = 16 * 1024 * 1024;
constexpr std::size_t kFilesMost = 1000;

class Folder {
 public:
  explicit Folder(const std::string& file) : path_(std::filesystem::path(file).parent_path()) {}

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string of(const std::string& path) const {
    if (path.empty() || path.front() == '/') return path;
    return (path_ / path).string();
  }
  // The files of conf.d, in the order of their names.
  [[nodiscard]] std::vector<std::string> more() const {
    std::vector<std::string> found;
    std::error_code error;
    for (std::filesystem::directory_iterator file(path_ / "conf.d", error), end;
         !error && file != end && found.size() < kFilesMost; file.increment(error)) {
      if (file->path().extension() == ".toml") found.push_back(file->path().string());
    }
    std::ranges::sort(found);
    return found;
  }

 private:
  std::filesystem::path path_;
};

// The zones that were asked for: those that the configuration names.
class ZoneTable {
 public:
  explicit ZoneTable(WallTime now) : now_(now) {}

  [[nodiscard]] bool has(std::string_view name) {
    if (zones_.contains(name)) return true;
    Result<watch::TimeZone> zone = zones::read_zone(name, now_);
    if (!zone.ok()) return false;
    zones_.emplace(name, *std::move(zone));
    return true;
  }
  [[nodiscard]] watch::Zones take() { return std::move(zones_); }

 private:
  WallTime now_;
  watch::Zones zones_;
};

void resolve_paths(watch::Settings& settings, const Folder& folder) {
  for (watch::Group& group : settings.groups) {
    group.targets = folder.of(group.targets);
    group.domains = folder.of(group.domains);
    for (std::string& word : group.checks.words) {
      const std::string_view file = blocklists_of(word);
      if (!file.empty())
        word.replace(word.size() - file.size(), file.size(), folder.of(std::string(file)));
    }
  }
  for (watch::Channel& channel : settings.channels) channel.ca_file = folder.of(channel.ca_file);
  settings.ca_file = folder.of(settings.ca_file);
  settings.http.status_dir = folder.of(settings.http.status_dir);
}

config::Configured configure(const std::string& path, const Folder& folder, ZoneTable& zones,
                             std::vector<std::string>& problems) {
  std::vector<std::string> files = folder.more();
  files.insert(files.begin(), path);
  std::vector<config::Source> sources;
  for (const std::string& file : files) {
    const Result<std::string> text = files::read_text(file, kFileOctetsMax);
    if (text.ok()) {
      sources.push_back({.name = file, .text = *text});
    } else {
      problems.push_back(text.status().sentence());
    }
  }
  if (!problems.empty()) return {};
  const std::vector<std::string> kinds = deliver::channel_kinds();
  return config::read_config(
      sources, {.read_file =
                    [&folder](const std::string& file) {
                      return files::read_text(folder.of(file), kFileOctetsMax);
                    },
                .environment = [](const std::string& name) -> std::optional<std::string> {
                  const char* const value = std::getenv(name.c_str());
                  if (value == nullptr) return std::nullopt;
                  return value;
                },
                .has_zone = [&zones](std::string_view zone) { return zones.has(zone); },
                .has_channel_kind =
                    [&kinds](std::string_view kind) {
                      return std::ranges::find(kinds, kind) != kinds.end();
                    },
                .channel_kinds = kinds,
                .check_fault = check_fault});
}

// One file of blocklists has the count of one day.
void read_blocklists(Loaded& loaded, std::vector<std::string>& problems) {
  std::set<std::string> files;
  for (const watch::Group& group : loaded.settings.groups) {
    for (const std::string& word : group.checks.words) {
      if (const std::string_view file = blocklists_of(word); !file.empty()) files.emplace(file);
    }
  }
  if (files.empty()) return;
  if (files.size() > 1) {
    problems.push_back("checks: there is one file of blocklists for all groups, not " +
                       *files.begin() + " and " + *std::next(files.begin()));
    return;
  }
  dnsbl::Reading read = dnsbl::read_lists(*files.begin());
  problems.insert(problems.end(), read.problems.begin(), read.problems.end());
  loaded.blocklists = std::move(read.lists);
}

std::shared_ptr<const trips::Recipes> read_recipes(
    std::map<std::string, roundtrip::Script, std::less<>>&& scripts, const std::string& path,
    const Folder& folder, std::vector<std::string>& problems) {
  trips::Recipes recipes;
  for (auto& [name, script] : scripts) {
    Result<trips::Recipe> recipe = trips::read_recipe(std::move(script), folder.path());
    if (recipe.ok()) {
      recipes.emplace(name, *std::move(recipe));
    } else {
      problems.push_back(path + ": check '" + name + "': " + recipe.status().sentence());
    }
  }
  return std::make_shared<const trips::Recipes>(std::move(recipes));
}

}  // namespace

Loading load(const std::string& path, const std::string& state_dir, bool lists, WallTime now) {
  Loading loading;
  const Folder folder(path);
  ZoneTable zones(now);
  config::Configured configured = configure(path, folder, zones, loading.problems);
  for (const config::Problem& problem : configured.problems) {
    loading.problems.push_back(problem.text());
  }
  if (!configured.settings) return loading;
  Loaded loaded{.settings = *std::move(configured.settings), .zones = {}, .targets = {}};
  if (lists) {
    loaded.recipes = read_recipes(std::move(configured.scripts), path, folder, loading.problems);
  }
  resolve_paths(loaded.settings, folder);
  for (const watch::Channel& channel : loaded.settings.channels) {
    const Status checked = deliver::check_channel(channel);
    if (!checked.ok()) {
      loading.problems.push_back(path + ": channel '" + channel.name + "': " + checked.sentence());
    }
  }
  if (!state_dir.empty()) loaded.settings.state_dir = state_dir;
  read_blocklists(loaded, loading.problems);
  if (lists) {
    Lists read = read_lists(loaded.settings);
    loading.problems.insert(loading.problems.end(), read.problems.begin(), read.problems.end());
    loaded.targets = std::move(read.targets);
    for (const std::string& sentence : beyond_terms(loaded)) {
      loading.problems.push_back(path + ": " + sentence);
    }
  }
  loaded.zones = zones.take();
  if (loading.problems.empty()) loading.loaded = std::move(loaded);
  return loading;
}

}  // namespace mxsweep::monitor

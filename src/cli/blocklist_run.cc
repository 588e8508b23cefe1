// SPDX-License-Identifier: MIT
#include "cli/blocklist_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "cli/certificate_words.h"
#include "mxsweep/blocklists/budget.h"
#include "mxsweep/config/blocklists.h"
#include "mxsweep/files/content.h"
#include "mxsweep/files/whole_file.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::cli {
namespace {

constexpr std::uint64_t kBlocklistOctetsMax = 1024 * 1024;

// Paths in the file are relative to its folder, as those of watch.toml.
std::string beside(const std::string& file, const std::string& path) {
  return (std::filesystem::path(file).parent_path() / path).string();
}

std::optional<std::string> variable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

// Of a path that the user gave.
Status unusable(const Status& status) { return Status::unusable(printable(status.sentence())); }

Result<config::ConfiguredBlocklists> configure(const std::string& path) {
  const Result<std::string> text = files::read_text(path, kBlocklistOctetsMax);
  if (!text.ok()) return unusable(text.status());
  const auto read_key = [&path](const std::string& file) {
    return files::read_text(beside(path, file), kBlocklistOctetsMax);
  };
  config::ConfiguredBlocklists read = config::read_blocklists(
      {.name = path, .text = *text},
      {.read_file = read_key, .environment = variable, .has_zone = {}, .has_channel_kind = {}});
  if (read.zones) return read;
  std::string sentence;
  for (const config::Problem& problem : read.problems) {
    if (!sentence.empty()) sentence += "\nmxsweep: ";
    sentence += printable(problem.text());
  }
  return Status::unusable(sentence);
}

}  // namespace

Status BlocklistRun::open(const std::string& path) {
  Result<config::ConfiguredBlocklists> configured = configure(path);
  if (!configured.ok()) return configured.status();
  state_ = beside(path, configured->state);
  if (const Status read = read_state(); !read.ok()) return read;
  const bool is_today = before_.day == std::chrono::floor<std::chrono::days>(ring::wall_now());
  for (const blocklists::Zone& zone : *configured->zones) {
    const auto known = std::ranges::find(before_.zones, zone.name, &blocklists::Spent::zone);
    const bool asked = is_today && known != before_.zones.end();
    lines_.push_back(fmt::format("{}; {} today", line_of(zone), asked ? known->questions : 0));
  }
  lists_ = std::make_shared<checks::Blocklists>(
      *std::move(configured->zones), before_, blocklists::kCachedMost,
      // A failure shows at the end, when it is written once more.
      [this](const blocklists::DaySpent& spent) { static_cast<void>(write(spent)); });
  return {};
}

Status BlocklistRun::read_state() {
  const Status locked = lock_.take(state_ + ".lock", "another run counts its questions there");
  if (!locked.ok()) return unusable(locked);
  if (::access(state_.c_str(), F_OK) != 0) return {};
  const Result<std::string> text = files::read_text(state_, kBlocklistOctetsMax);
  if (!text.ok()) return unusable(text.status());
  const std::optional<blocklists::DaySpent> spent = blocklists::read_spent(*text);
  if (!spent) {
    return Status::unusable(printable(state_) +
                            ": is no count of questions to blocklists; remove it to begin with 0");
  }
  before_ = *spent;
  return {};
}

Status BlocklistRun::keep() { return write(lists_->watch().spent()); }

std::vector<std::string> BlocklistRun::notes() const {
  std::vector<std::string> notes;
  for (const blocklists::ZoneReport& report : lists_->watch().reports()) {
    const std::string_view kind = to_string(report.kind);
    if (report.over_budget > 0) {
      notes.push_back(
          fmt::format("blocklist {} ({}): the questions of the day are used up; {} not "
                      "asked",
                      report.zone, kind, report.over_budget));
    } else if (!report.fault.empty()) {
      notes.push_back(fmt::format("blocklist {} ({}) at {}: not usable: {}", report.zone, kind,
                                  report.shown, report.fault));
    }
  }
  return notes;
}

Status BlocklistRun::write(blocklists::DaySpent spent) const {
  add_others(spent, before_);
  return files::write_whole(state_, write_spent(spent), -1, files::Durable::no);
}

}  // namespace mxsweep::cli

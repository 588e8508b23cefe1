// SPDX-License-Identifier: MIT
#include "mxsweep/dnsbl/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "dnsbl/count.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::dnsbl {
namespace {

// "blocklist zen (ip4)"
std::string name_of(const blocklists::ZoneReport& report) {
  return fmt::format("{}{} ({})", kTroubleOfList, report.zone, to_string(report.kind));
}

std::string fault_of(const blocklists::ZoneReport& report) {
  return fmt::format("{} at {}: not usable: {}", name_of(report), report.shown, report.fault);
}

}  // namespace

Status Run::open(Lists&& lists, const Run* present) {
  lists_ = std::move(lists);
  if (present != nullptr && present->count_->path() == lists_.state) {
    count_ = present->count_;
  } else {
    count_ = std::make_shared<Count>();
    if (const Status opened = count_->open(lists_.state); !opened.ok()) return opened;
  }
  make(count_->before());
  return {};
}

void Run::take_over(const Run& present) {
  if (count_ != present.count_) return;
  count_->leave(present.blocklists_->watch().spent());
  make(count_->before());
}

void Run::make(const blocklists::DaySpent& spent) {
  blocklists_ = std::make_shared<checks::Blocklists>(
      lists_.zones, spent, cached_most_,
      [this](const blocklists::DaySpent& asked) { note(count_->write(asked)); });
}

void Run::note(const Status& written) {
  std::map<std::string, std::string> troubles = {{"blocklists", written.line("; ")}};
  for (const blocklists::ZoneReport& report : blocklists_->watch().reports()) {
    std::string& text = troubles[name_of(report)];
    if (report.is_spent) {
      text = name_of(report) + ": the questions of the day are used up";
    } else if (report.is_faulty()) {
      text = fault_of(report);
    }
  }
  const std::lock_guard lock(lock_);
  troubles_ = std::move(troubles);
}

Status Run::keep() { return count_->write(blocklists_->watch().spent()); }

std::vector<std::string> Run::lines() const {
  const blocklists::DaySpent& spent = blocklists_->watch().spent();
  const bool is_today = spent.day == std::chrono::floor<std::chrono::days>(ring::wall_now());
  std::vector<std::string> lines;
  for (const blocklists::Zone& zone : lists_.zones) {
    const auto known = std::ranges::find(spent.zones, zone.name, &blocklists::Spent::zone);
    const bool asked = is_today && known != spent.zones.end();
    lines.push_back(fmt::format("{}; {} today", line_of(zone), asked ? known->questions : 0));
  }
  return lines;
}

std::vector<std::string> Run::notes() const {
  std::vector<std::string> notes;
  for (const blocklists::ZoneReport& report : blocklists_->watch().reports()) {
    if (report.over_budget > 0) {
      notes.push_back(fmt::format("{}: the questions of the day are used up; {} not asked",
                                  name_of(report), report.over_budget));
    } else if (!report.fault.empty()) {
      notes.push_back(fault_of(report));
    }
  }
  return notes;
}

std::map<std::string, std::string> Run::troubles() const {
  const std::lock_guard lock(lock_);
  return troubles_;
}

}  // namespace mxsweep::dnsbl

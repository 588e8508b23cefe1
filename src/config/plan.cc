// SPDX-License-Identifier: MIT
#include "mxsweep/config/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "config/alert_path.h"
#include "config/values.h"
#include "mxsweep/core/invariant.h"

namespace mxsweep::config {
namespace {

constexpr double kSecondsPerDay = 86'400;
constexpr std::size_t kGroupsShown = 50;

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

// How many of a group's probes a second go on to TLS.
double handshakes_of(const watch::Group& group, double probes_per_second, double monitors) {
  if (group.tls == targets::TlsMode::off) return 0;
  const bool each = group.depth >= smtp::Depth::tls || group.tls == targets::TlsMode::implicit ||
                    group.tls_every <= group.interval;
  return each ? probes_per_second : monitors / seconds(group.tls_every);
}

std::string joined(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + shown(name);
  return list;
}

GroupLoad load_of(const watch::Group& group, std::uint64_t monitors) {
  GroupLoad load;
  load.name = group.name;
  load.monitors = monitors;
  const auto count = static_cast<double>(monitors);
  load.probes_per_second = count / seconds(group.interval);
  load.handshakes_per_second = handshakes_of(group, load.probes_per_second, count);
  const watch::Group::Checks& checks = group.checks;
  if (!checks.words.empty()) {
    load.checks =
        fmt::format("{} every {}; {}", joined(checks.words), write_span(checks.every),
                    checks.least == mxsweep::Severity::error ? "errors are incidents"
                                                             : "errors and warnings are incidents");
  }
  return load;
}

// "a, b; for some targets: c; later, unless acknowledged: d".
std::string channels_of(const Reach& reach) {
  std::string text = joined(reach.at_once);
  const auto add = [&text](std::string_view when, const std::vector<std::string>& names) {
    if (!names.empty())
      text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", when, joined(names));
  };
  add("for some targets", reach.sometimes);
  add("later, unless acknowledged", reach.later);
  return text.empty() ? "nothing" : text;
}

std::string percent_of_a_core(double cores) {
  return cores < 0.001 ? "less than 0.1" : fmt::format("about {:.1f}", cores * 100);
}

std::string days(double count) {
  return count < 100 ? fmt::format("{:.1f} days", count) : fmt::format("{:.0f} days", count);
}

std::string octets(std::uint64_t count) {
  const auto value = static_cast<double>(count);
  if (count >= 1'000'000'000) return fmt::format("{:.1f} GB", value / 1e9);
  if (count >= 1'000'000) return fmt::format("{:.1f} MB", value / 1e6);
  return fmt::format("{:.1f} kB", value / 1e3);
}

void add_reaches(const Plan& plan, std::vector<std::string>& lines) {
  lines.emplace_back("messages:");
  std::size_t shown_reaches = 0;
  for (const Reach& reach : plan.reaches) {
    if (shown_reaches++ == kGroupsShown * 3) {
      lines.push_back(fmt::format("  … and {} groups", plan.groups.size() - kGroupsShown));
      return;
    }
    lines.push_back(fmt::format("  {}, {}: {}", shown(reach.group), to_string(reach.severity),
                                channels_of(reach)));
  }
}

std::string seen_of(const watch::Settings& settings) {
  const watch::Http& http = settings.http;
  if (http.listen.empty()) return {};
  std::string_view sees = "nothing";
  if (http.visible == watch::Visible::everything || http.show_targets) sees = "everything";
  if (http.visible == watch::Visible::status) {
    sees = http.show_targets ? "the status and targets" : "the status without targets";
  }
  return fmt::format("http://{}/; without the token one sees {}{}", http.listen, sees,
                     http.status_dir.empty() ? "" : fmt::format("; files in {}", http.status_dir));
}

}  // namespace

bool Plan::has_error() const {
  return std::ranges::find(remarks, Remark::Weight::error, &Remark::weight) != remarks.end();
}

Plan make_plan(const watch::Settings& settings, const Watched& watched) {
  INVARIANT(watched.monitors.size() == settings.groups.size());
  Plan plan;
  for (std::size_t i = 0; i < settings.groups.size(); ++i) {
    const GroupLoad load = load_of(settings.groups[i], watched.monitors[i]);
    plan.monitors += load.monitors;
    plan.probes_per_second += load.probes_per_second;
    plan.handshakes_per_second += load.handshakes_per_second;
    plan.groups.push_back(load);
  }
  plan.cores = (plan.probes_per_second - plan.handshakes_per_second) * seconds(kPlainCost) +
               plan.handshakes_per_second * seconds(kTlsCost);
  plan.memory_octets = plan.monitors * kMonitorOctets;
  const double a_day = plan.probes_per_second * kSecondsPerDay * kResultOctets;
  plan.history_octets_per_day = static_cast<std::uint64_t>(a_day);
  if (a_day > 0) plan.days_kept = static_cast<double>(settings.history_octets_max) / a_day;
  plan.reaches = reaches_of(settings);
  plan.seen = seen_of(settings);
  plan.remarks = remarks_on(settings, watched, plan.reaches);
  return plan;
}

std::vector<std::string> lines_of(const Plan& plan) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("monitors: {} in {} group{}", plan.monitors, plan.groups.size(),
                              plan.groups.size() == 1 ? "" : "s"));
  for (std::size_t i = 0; i < std::min(plan.groups.size(), kGroupsShown); ++i) {
    const GroupLoad& group = plan.groups[i];
    lines.push_back(fmt::format("  {}: {}, {:.2f} probes a second, {:.2f} of them with TLS",
                                shown(group.name), group.monitors, group.probes_per_second,
                                group.handshakes_per_second));
    if (!group.checks.empty()) lines.push_back("    checks: " + group.checks);
  }
  if (plan.groups.size() > kGroupsShown) {
    lines.push_back(fmt::format("  … and {} groups", plan.groups.size() - kGroupsShown));
  }
  lines.push_back(fmt::format("probes: {:.2f} a second, {:.2f} of them with TLS",
                              plan.probes_per_second, plan.handshakes_per_second));
  lines.push_back(
      fmt::format("processor: {} % of a core (estimate)", percent_of_a_core(plan.cores)));
  lines.push_back(
      fmt::format("memory: about {} for the monitors (estimate)", octets(plan.memory_octets)));
  lines.push_back(fmt::format(
      "history: {} a day before it is compacted{}", octets(plan.history_octets_per_day),
      plan.days_kept > 0 ? "; the budget holds " + days(plan.days_kept) : std::string()));
  add_reaches(plan, lines);
  if (!plan.seen.empty()) lines.push_back("status page: " + plan.seen);
  for (const Remark& remark : plan.remarks) {
    lines.push_back(fmt::format(
        "{}: {}", remark.weight == Remark::Weight::error ? "error" : "warning", remark.sentence));
  }
  return lines;
}

}  // namespace mxsweep::config

// SPDX-License-Identifier: MIT
// --check and --test-channel, for which no monitor runs.
#include <algorithm>
#include <unordered_set>

#include "monitor/load.h"
#include "monitor/machine.h"
#include "mxsweep/config/plan.h"
#include "mxsweep/core/ascii.h"
#include "mxsweep/deliver/courier.h"
#include "mxsweep/monitor/monitor.h"
#include "mxsweep/ring/clock.h"
#include "mxsweep/watch/compose.h"

namespace mxsweep::monitor {
namespace {

constexpr Duration kTestPatience = std::chrono::minutes{2};

std::string lower_case(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](char c) { return lower(c); });
  return lowered;
}

}  // namespace

Checked check_configuration(const std::string& path, const std::string& state_dir) {
  Loading loading = load(path, state_dir, true, ring::wall_now());
  Checked checked{.problems = std::move(loading.problems), .lines = {}};
  if (!loading.loaded) return checked;
  const watch::Settings& settings = loading.loaded->settings;
  config::Watched watched;
  watched.monitors.resize(settings.groups.size());
  std::unordered_set<std::string> hosts;
  std::unordered_set<std::string> domains;
  for (const Listed& listed : loading.loaded->targets) {
    ++watched.monitors[listed.group];
    if (listed.run) continue;
    const targets::Target& target = listed.target;
    if (target.address.family != Family::none) {
      hosts.insert(to_string(target.address));
      if (!target.name().empty()) hosts.emplace(target.name());
    } else {
      (listed.domain ? domains : hosts).insert(lower_case(target.host()));
    }
  }
  watched.has_server = [&hosts](std::string_view host) { return hosts.contains(lower_case(host)); };
  watched.has_mx_of = [&domains](std::string_view domain) {
    return domains.contains(lower_case(domain));
  };
  const config::Plan plan = config::make_plan(settings, watched);
  checked.lines = config::lines_of(plan);
  if (loading.loaded->blocklists) {
    for (const blocklists::Zone& zone : loading.loaded->blocklists->zones) {
      checked.lines.push_back("blocklist " + line_of(zone));
    }
  }
  checked.lines.push_back("control socket: " + control_path(settings));
  checked.refused = plan.has_error();
  return checked;
}

Tested test_channel(const std::string& path, const std::string& name) {
  Loading loading = load(path, {}, false, ring::wall_now());
  Tested tested{.problems = std::move(loading.problems), .failure = {}, .text = {}};
  if (!loading.loaded) return tested;
  const watch::Settings& settings = loading.loaded->settings;
  const auto channel = std::ranges::find(settings.channels, name, &watch::Channel::name);
  if (channel == settings.channels.end()) {
    tested.problems.push_back("there is no channel '" + name + "'");
    return tested;
  }
  threads::Doorbell bell;
  deliver::Courier courier(
      {.helo = settings.helo, .resolver = settings.resolver, .ca_file = settings.ca_file}, bell);
  if (const Status started = courier.start(); !started.ok()) {
    tested.failure = started;
    return tested;
  }
  courier.send(
      *channel,
      {.channel = 0, .message = watch::compose_test(*channel, {ring::now(), ring::wall_now()})});
  const Instant until = ring::now() + kTestPatience;
  while (ring::now() < until) {
    bell.prepare();
    const std::optional<watch::Delivered> delivered = courier.take();
    if (!delivered) {
      bell.wait(std::chrono::seconds{1});
      continue;
    }
    if (!delivered->ok) tested.failure = Status::io(name + ": " + delivered->text);
    tested.text = delivered->text;
    return tested;
  }
  tested.failure = Status::io(name + ": no answer in time");
  return tested;
}

}  // namespace mxsweep::monitor

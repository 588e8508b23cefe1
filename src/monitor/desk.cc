// SPDX-License-Identifier: MIT
#include "monitor/desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <memory>
#include <utility>

#include "monitor/load.h"
#include "monitor/machine.h"
#include "mxsweep/core/counted.h"
#include "mxsweep/results/json_object.h"
#include "mxsweep/ring/clock.h"
#include "mxsweep/watch/compose.h"

namespace mxsweep::monitor {
namespace {

using results::JsonObject;
constexpr std::chrono::seconds kApplyPatience{60};  // A million monitors change.
constexpr std::chrono::seconds kDeskPatience{45};
constexpr std::string_view kNoAnswer = "the monitor is busy and did not answer in time";

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

std::string summary(Hand& hand) {
  const watch::Totals totals = hand.watch().totals();
  const ProbeCounts& counts = hand.counts();
  std::uint32_t incidents = 0;
  hand.watch().each_incident(
      [&incidents](const watch::Incident& incident) { incidents += incident.open() ? 1 : 0; });
  const auto ms = [](Duration span) {
    return std::chrono::duration<double, std::milli>(span).count();
  };
  return fmt::format(
      "{} watched: {} up, {} degraded, {} down, {} unknown; {} open; {} probed with {}, {} open, "
      "{} waiting; late by {:.0f} ms (p50), {:.0f} ms (p99), {:.0f} ms at most",
      totals.monitors, totals.up, totals.degraded, totals.down, totals.unknown,
      counted(incidents, "incident"), counted(counts.results, "time"),
      counted(counts.visits, "connection"), hand.open(), totals.waiting_probes,
      ms(counts.lag.percentile(50)), ms(counts.lag.percentile(99)), ms(counts.lag.highest()));
}

}  // namespace

bool Desk::in_loop(const std::function<void(Hand& hand)>& command) {
  const auto done = std::make_shared<std::promise<void>>();
  // The command refers to variables of the caller: it must not run when that has given up.
  const auto given_up = std::make_shared<std::pair<std::mutex, bool>>();
  station_.post([command, done, given_up](Hand& hand) {
    const std::lock_guard lock(given_up->first);
    if (given_up->second) return;
    command(hand);
    done->set_value();
  });
  if (done->get_future().wait_for(kApplyPatience) == std::future_status::ready) return true;
  const std::lock_guard lock(given_up->first);
  given_up->second = true;
  return false;
}

std::string Desk::answer(std::string_view line) {
  const Result<Request> request = read_request(line);
  if (!request.ok()) return refusal(request.status().sentence());
  if (request->ask == Ask::reload) {
    const Reloaded reloaded = reload();
    if (!reloaded.problems.empty()) return refusal(joined(reloaded.problems));
    return JsonObject().flag("ok", true).text("text", reloaded.text).end();
  }
  if (request->ask == Ask::test_channel) return test(request->channel);
  std::string text;
  const bool done = in_loop([&](Hand& hand) {
    const Result<std::string> answer = carry_out(*request, hand);
    text = answer.ok() ? *answer : refusal(answer.status().sentence());
  });
  return done ? text : refusal(kNoAnswer);
}

std::string Desk::test(const std::string& name) {
  const auto promise = std::make_shared<std::promise<watch::Delivered>>();
  bool known = false;
  const bool done = in_loop([&](Hand& hand) {
    const std::vector<watch::Channel>& channels = hand.watch().settings().channels;
    const auto found = std::ranges::find(channels, name, &watch::Channel::name);
    known = found != channels.end();
    if (!known) return;
    station_.send_test(*found, watch::compose_test(*found, hand.moment()), promise);
  });
  if (!done) return refusal(kNoAnswer);
  if (!known) return refusal("there is no channel '" + name + "'");
  std::future<watch::Delivered> future = promise->get_future();
  if (future.wait_for(kDeskPatience) != std::future_status::ready) {
    return refusal("the channel has not answered yet");
  }
  const watch::Delivered delivered = future.get();
  if (!delivered.ok) return refusal(delivered.text);
  return JsonObject().flag("ok", true).text("text", delivered.text).end();
}

Desk::Reloaded Desk::reload() {
  const std::lock_guard lock(reloading_);
  service_.reloading(ring::now());
  Loading loading = load(options_.config, options_.state_dir, true, ring::wall_now());
  Reloaded reloaded;
  if (loading.loaded) {
    reloaded = apply(*std::move(loading.loaded));
  } else {
    reloaded.problems = std::move(loading.problems);
  }
  service_.ready(reloaded.problems.empty() ? "watching" : "watching, with the old configuration");
  on_reload_(reloaded.problems.empty() ? std::nullopt : std::optional(reloaded.problems.front()));
  return reloaded;
}

Desk::Reloaded Desk::apply(Loaded&& loaded) {
  const std::string restart = needs_restart(present_, loaded.settings);
  loaded.settings.link_key = present_.link_key;
  const Result<std::shared_ptr<dnsbl::Run>> lists =
      open_blocklists(std::move(loaded.blocklists), blocklists_);
  if (!lists.ok()) return {.problems = {lists.status().sentence()}, .text = {}};
  const auto shared = std::make_shared<Loaded>(std::move(loaded));
  const auto result = std::make_shared<std::optional<Result<Roster::Applied>>>();
  const bool done = in_loop([this, shared, result, lists = *lists](Hand& hand) {
    const std::shared_ptr<const trips::Recipes> recipes = shared->recipes;
    *result = hand.reload(std::move(*shared));
    if (!(*result)->ok()) return;
    station_.use(hand.watch().settings(), recipes);
    station_.use(lists);
    station_.reopen_outputs();
  });
  if (!done) return {.problems = {std::string(kNoAnswer)}, .text = {}};
  const Result<Roster::Applied>& applied = **result;
  if (!applied.ok()) return {.problems = {applied.status().sentence()}, .text = {}};
  blocklists_ = *lists;
  Reloaded reloaded;
  reloaded.text = fmt::format("{} new, {} gone", counted(applied->added, "target"),
                              counted(applied->removed, "target"));
  if (applied->repeated > 0) {
    reloaded.text += fmt::format(", {} listed twice", applied->repeated);
  }
  if (!restart.empty()) reloaded.text += "; only a restart changes " + restart;
  return reloaded;
}

std::string Desk::status_line() {
  std::string line;
  static_cast<void>(in_loop([&line](Hand& hand) { line = summary(hand); }));
  return line;
}

}  // namespace mxsweep::monitor

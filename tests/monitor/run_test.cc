// SPDX-License-Identifier: MIT
#include "monitor/prober.h"
#include "monitor/program_thread.h"
#include "monitor/run_result.h"
#include "monitor/stand_in.h"
#include "monitor/trip_thread.h"
#include "mxsweep/core/cause.h"
#include "mxsweep/ring/clock.h"
#include "support/catch.h"

namespace mxsweep::monitor {
namespace {

using std::chrono::seconds;

constexpr WallTime kRunWallAtZero{std::chrono::hours{24 * 365 * 56}};
constexpr std::string_view kKey = "mailq check:mailq";

RunResult judged(const programs::Ending& end) {
  RunResult result;
  judge_program(end, result);
  return result;
}

TEST_CASE("the exit status of a plugin is the state of its check", "[monitor][run]") {
  CHECK(judged({.exit_status = 0, .output = "OK"}).cause == Cause::none);
  CHECK(judged({.exit_status = 1, .output = "!"}).cause == Cause::check_warning);
  CHECK(judged({.exit_status = 2, .output = "!"}).cause == Cause::check_failed);
  CHECK(judged({.exit_status = 3, .output = "?"}).cause == Cause::local_check_unknown);
  CHECK(judged({.exit_status = 127, .output = "?"}).cause == Cause::local_check_unknown);
  CHECK(outcome_of(Cause::check_warning) == Outcome::degraded);
  CHECK(outcome_of(Cause::check_failed) == Outcome::failed);
  CHECK(outcome_of(Cause::local_check_unknown) == Outcome::local);
}

TEST_CASE("the first line of a plugin is its text, with the performance data behind a bar",
          "[monitor][run]") {
  const RunResult result = judged(
      {.exit_status = 1, .output = " 51 in the queue | unsent=51;50;100 \r\nmore | of=it\n"});
  CHECK(result.text == "51 in the queue");
  CHECK(result.data == "unsent=51;50;100");
  CHECK(judged({.exit_status = 0, .output = "fine"}).data.empty());
  CHECK(judged({.exit_status = 2, .output = "\nsecond"}).text == "exit status 2 without a text");
  const std::string longest(5000, 'x');
  CHECK(judged({.exit_status = 0, .output = longest + '|' + longest}).text.size() ==
        kRunTextOctetsMax);
}

TEST_CASE("a program that did not come to its end says nothing, and why", "[monitor][run]") {
  const RunResult absent = judged({.error = ENOENT});
  CHECK(absent.cause == Cause::local_check_not_run);
  CHECK(absent.text == "No such file or directory");
  const RunResult killed = judged({.signal = 11});
  CHECK(killed.cause == Cause::local_check_not_run);
  CHECK(killed.text == "signal 11");
  const RunResult late = judged({.signal = 9, .timed_out = true, .timeout = seconds{20}});
  CHECK(late.cause == Cause::local_check_timeout);
  CHECK(late.text == "it was ended because it took longer than 20s");
}

TEST_CASE("what became of a message is the state of its check", "[monitor][run]") {
  using roundtrip::State;
  const auto cause_of = [](State state) {
    RunResult result;
    judge_trip({.verdict = {.state = state}}, result);
    return result.cause;
  };
  CHECK(cause_of(State::ok) == Cause::none);
  CHECK(outcome_of(cause_of(State::slow)) == Outcome::degraded);
  CHECK(outcome_of(cause_of(State::delivered_elsewhere)) == Outcome::degraded);
  CHECK(outcome_of(cause_of(State::send_failed)) == Outcome::failed);
  CHECK(outcome_of(cause_of(State::accepted_not_delivered)) == Outcome::failed);
  CHECK(outcome_of(cause_of(State::fetch_failed)) == Outcome::failed);
  CHECK(outcome_of(cause_of(State::bounced)) == Outcome::failed);
  CHECK(outcome_of(cause_of(State::unknown)) == Outcome::local);
}

TEST_CASE("a trip that failed has the phase and the server's words as its text", "[monitor][run]") {
  RunResult result;
  judge_trip({.total = std::chrono::milliseconds{1500},
              .verdict = {.state = roundtrip::State::send_failed,
                          .has_phase = true,
                          .phase = roundtrip::Phase::dot},
              .why = "552 full"},
             result);
  CHECK(result.text == "in dot: 552 full");
  CHECK(result.data == "total=1.500s");
  judge_trip({.accepted_to_visible = seconds{2}}, result);
  CHECK(result.data == "total=0.000s delivery=2.000s");
}

// One check, once a minute.
struct OneCheck {
  OneCheck()
      : watch(settings(), {}, 10, 1, now()),
        roster(watch, 10, [this](watch::MonitorId monitor) { prober.forget(monitor); }),
        plans("probe.example.net", {}, {}, nullptr, kRunWallAtZero),
        checker(watch, roster, outside),
        prober(watch, roster, plans, outside, checker) {
    roster.apply(read_lists(watch.settings()).targets, {}, now());
    watch.end_of_monitors(now());
  }
  static watch::Settings settings() {
    watch::Settings settings;
    watch::Group group;
    group.name = "mailq";
    group.run.emplace();
    group.confirmation.down_after = 2;
    settings.groups = {group};
    return settings;
  }
  [[nodiscard]] watch::Moment now() const {
    return {at, kRunWallAtZero +
                    std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch())};
  }
  // The number of the run that is due within a minute.
  std::uint64_t order() {
    at += seconds{75};
    watch.turn(now());
    prober.take_requests(100, now());
    REQUIRE_FALSE(outside.runs.empty());
    CHECK(outside.runs.back().second == "mailq");
    return outside.runs.back().first;
  }
  void end(Cause cause, const std::string& text) {
    prober.on_run({.number = order(), .cause = cause, .text = text, .began = at}, now());
  }
  [[nodiscard]] const watch::Health& health() const { return watch.health(watch.find(kKey)); }

  Instant at{std::chrono::hours{1}};
  StandIn outside;
  watch::Watch watch;
  Roster roster;
  Plans plans;
  Checker checker;
  Prober prober;
};

TEST_CASE("a check is a monitor whose runs give its results", "[monitor][run]") {
  OneCheck checked;
  REQUIRE(checked.watch.find(kKey) != watch::kNoMonitor);
  checked.end(Cause::none, "fine");
  CHECK(checked.health().state == watch::State::up);
  checked.end(Cause::check_failed, "51 in the queue");
  CHECK(checked.health().state == watch::State::up);
  checked.end(Cause::check_failed, "52 in the queue");
  CHECK(checked.health().state == watch::State::down);
  CHECK(checked.health().cause == Cause::check_failed);
  CHECK(checked.outside.kept.back().first == kKey);
  CHECK(checked.outside.kept.back().second.state == watch::State::down);
  CHECK(checked.outside.shown.back().text == "52 in the queue");
  CHECK(checked.outside.records.back().find(R"("text":["52 in the queue"])") != std::string::npos);
  checked.end(Cause::local_check_timeout, "it took too long");
  CHECK(checked.health().state == watch::State::down);
  checked.end(Cause::none, "fine");
  checked.end(Cause::none, "fine");
  CHECK(checked.health().state == watch::State::up);
}

TEST_CASE("the result of a check that is gone goes nowhere", "[monitor][run]") {
  OneCheck checked;
  const std::uint64_t number = checked.order();
  checked.roster.apply({}, {}, checked.now());
  checked.prober.on_run({.number = number, .cause = Cause::check_failed}, checked.now());
  CHECK(checked.outside.kept.empty());
  CHECK(checked.prober.pending() == 0);
}

ProgramResult result_of(ProgramThread& thread, threads::Doorbell& bell) {
  ProgramResult result;
  while (!thread.take(result)) {
    bell.prepare();
    if (!thread.has_results()) bell.wait();
    bell.cancel_wait();
  }
  return result;
}

TEST_CASE("a program that hangs is ended with all that it has started", "[monitor][run]") {
  threads::Doorbell bell;
  ProgramThread thread(bell);
  thread.run({.number = 7,
              .command = {"/bin/sh", "-c", "sleep 1000 & echo $!; wait"},
              .timeout = std::chrono::milliseconds{300}});
  const ProgramResult result = result_of(thread, bell);
  CHECK(result.number == 7);
  CHECK(result.end.timed_out);
  CHECK(result.end.signal == SIGKILL);
}

TEST_CASE("more programs than may run at once have their turn", "[monitor][run]") {
  threads::Doorbell bell;
  ProgramThread thread(bell);
  constexpr std::size_t kAll = kProgramsAtOnce * 2 + 1;
  for (std::uint64_t number = 0; number < kAll; ++number) {
    thread.run({.number = number, .command = {"/bin/true"}, .timeout = seconds{60}});
  }
  std::vector<bool> ended(kAll);
  for (std::size_t i = 0; i < kAll; ++i) {
    const ProgramResult result = result_of(thread, bell);
    CHECK(result.end.exit_status == 0);
    ended[result.number] = true;
  }
  CHECK(std::ranges::find(ended, false) == ended.end());
}

TEST_CASE("the end of the thread ends its programs", "[monitor][run]") {
  threads::Doorbell bell;
  const Instant began = ring::now();
  {
    ProgramThread thread(bell);
    thread.run({.number = 1, .command = {"/bin/sleep", "1000"}, .timeout = seconds{2000}});
  }
  CHECK(ring::now() - began < seconds{900});
}

}  // namespace
}  // namespace mxsweep::monitor

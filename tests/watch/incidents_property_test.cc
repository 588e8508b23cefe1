// SPDX-License-Identifier: MIT
// Random failures and recoveries: what must hold of incidents whatever happens.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/core/random.h"
#include "support/cases.h"
#include "support/catch.h"
#include "watch/incident_world.h"

namespace mxsweep::watch {
namespace {

constexpr std::size_t kSteps = cases_of(100'000);
constexpr std::array kKinds = {IncidentKind::down, IncidentKind::degraded, IncidentKind::flapping,
                               IncidentKind::unobserved};
constexpr std::uint32_t kMonitors = 72;

struct Call {
  enum class What : std::uint8_t { fail, recover, change_cause } what = What::fail;
  MonitorId monitor = 0;
  IncidentKind kind = IncidentKind::down;
  Severity severity = Severity::critical;
  Cause cause = Cause::net_timeout;
};

void add_monitors(IncidentWorld& world) {
  for (std::uint32_t i = 0; i < kMonitors; ++i) {
    const Address address = ipv4(0xc0000200U + (i / 18 << 8U) + i % 12);
    (void)world.add(address, static_cast<std::uint16_t>(25 + i),
                    "mx.op" + std::to_string(i % 7) + ".test",
                    R"({"rack":"r)" + std::to_string(i % 25) + "\"}");
    world.incidents->set_certificate(i, "certificate " + std::to_string(i / 4));
  }
}

void make(IncidentWorld& world, const Call& call) {
  switch (call.what) {
    case Call::What::fail:
      world.fail(call.monitor, call.kind, Phase::connect, call.cause, call.severity);
      break;
    case Call::What::recover: world.recover(call.monitor, call.kind); break;
    case Call::What::change_cause:
      world.incidents->change_cause(call.monitor, Phase::ehlo, call.cause);
      break;
  }
}

// All that can be seen of the incidents.
std::string seen(const IncidentWorld& world) {
  std::string text;
  world.incidents->each([&](const Incident& it) {
    text += std::to_string(it.id) + ' ' + std::string(to_string(it.kind)) + ' ' +
            std::string(to_string(it.scope)) + ' ' + it.scope_value + ' ' +
            std::to_string(it.revision) + ' ' + std::to_string(it.watched) + ' ' +
            std::to_string(it.members_peak) + ' ' + std::to_string(it.percent) + ' ' +
            std::string(to_string(it.cause)) + ' ' + (it.open() ? "open" : "closed") + ' ' +
            it.text + ':';
    for (const MonitorId id : it.members) text += ' ' + std::to_string(id);
    text += '\n';
  });
  return text;
}

class Model {
 public:
  void note(const Call& call, Instant now) {
    const std::pair problem(call.monitor, call.kind);
    if (call.what == Call::What::fail) waits_.try_emplace(problem, Wait{.since = now});
    if (call.what == Call::What::recover) waits_.erase(problem);
  }

  // Both return an empty text, or what is wrong. Every turn:
  std::string check_waits(const IncidentWorld& world, bool doubtful, bool some_undecided) {
    for (auto& [problem, wait] : waits_) {
      const bool grouped = world.incidents->incident_of(problem.first, problem.second) != 0;
      const bool was_grouped = std::exchange(wait.grouped, grouped);
      if (was_grouped) {  // If its incident has closed, it waits from now.
        wait.since = world.now.at;
        wait.most = kStragglersWait;
      }
      if (grouped || doubtful) continue;
      Duration most = std::max(wait.most, world.settings.group_wait);
      if (some_undecided) most = std::max(most, kSettleMost) + std::chrono::seconds{1};
      if (world.now.at - wait.since >= most) {
        return "a problem without an incident after its wait";
      }
    }
    return {};
  }
  std::string check_members(const IncidentWorld& world) const {
    std::map<std::pair<MonitorId, IncidentKind>, IncidentId> member_of;
    std::string wrong;
    world.incidents->each([&](const Incident& it) {
      if (!it.open()) return;
      for (const MonitorId id : it.members) {
        if (!member_of.try_emplace({id, it.kind}, it.id).second) wrong = "member of two incidents";
        // A large incident is looked through once in a second.
        if (it.members.size() <= 64 && !waits_.contains({id, it.kind})) wrong = "a well member";
      }
    });
    for (const auto& [problem, wait] : waits_) {
      const IncidentId id = world.incidents->incident_of(problem.first, problem.second);
      const auto found = member_of.find(problem);
      if (id != 0 && (found == member_of.end() || found->second != id)) {
        wrong = "not among the members of its incident";
      }
    }
    return wrong;
  }

 private:
  struct Wait {
    Instant since{};
    bool grouped = false;
    Duration most{};
  };
  std::map<std::pair<MonitorId, IncidentKind>, Wait> waits_;  // Of each open problem.
};

// Calls between two turns, in bursts: single monitors, whole prefixes, racks and operators.
std::vector<Call> some_calls(Random& random) {
  std::map<std::pair<MonitorId, IncidentKind>, Call> calls;  // One of a problem, in any order.
  const std::uint32_t shape = random.below(20);
  const std::uint32_t modulus = std::array{7U, 25U, 72U}[random.below(3)];
  const std::uint32_t rest = random.below(modulus);
  const std::uint32_t first = random.below(kMonitors);
  const std::uint32_t count = shape < 14 ? 1 + random.below(3) : 1 + random.below(30);
  Call call;
  const std::uint32_t what = random.below(20);
  call.what = what < 9    ? Call::What::fail
              : what < 18 ? Call::What::recover
                          : Call::What::change_cause;
  call.kind = kKinds[random.below(10) < 6 ? 0 : random.below(4)];
  call.severity = random.below(3) == 0 ? Severity::warning : Severity::critical;
  for (std::uint32_t i = 0; i < count; ++i) {
    call.monitor = (first + i) % kMonitors;
    if (shape >= 17 && call.monitor % modulus != rest) continue;
    call.cause = random.below(3) == 0 ? Cause::net_reset : Cause::net_timeout;
    calls[{call.monitor, call.kind}] = call;
  }
  std::vector<Call> list;
  for (const auto& [problem, each] : calls) list.push_back(each);
  return list;
}

TEST_CASE("whatever fails, each problem is in one incident, in any order of the calls",
          "[watch][incidents]") {
  const char* const given = std::getenv("MXSWEEP_WATCH_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 12;
  CAPTURE(seed);
  Random random(seed);
  IncidentWorld forwards({"rack"});
  IncidentWorld backwards({"rack"});
  add_monitors(forwards);
  add_monitors(backwards);
  Model model;
  bool doubtful = false;
  std::string wrong;
  for (std::size_t step = 0; step < kSteps && wrong.empty(); ++step) {
    std::vector<Call> calls = some_calls(random);
    for (const Call& call : calls) {
      make(forwards, call);
      model.note(call, forwards.now.at);
    }
    std::ranges::reverse(calls);
    for (const Call& call : calls) make(backwards, call);
    if (random.below(200) == 0) {
      doubtful = !doubtful;
      forwards.incidents->set_doubtful(doubtful);
      backwards.incidents->set_doubtful(doubtful);
    }
    // From time to time, some cannot be judged yet.
    const bool some_undecided = step / 1000 % 2 == 1;
    if (some_undecided ? random.below(8) == 0 : step % 1000 == 0) {
      const MonitorId first = some_undecided ? random.below(kMonitors) : 0;
      const MonitorId end = some_undecided ? std::min(first + 6, kMonitors) : kMonitors;
      std::optional<IncidentKind> kind;
      if (some_undecided && random.below(3) > 0) kind = kKinds[random.below(2)];
      for (MonitorId id = first; id < end; ++id) {
        forwards.incidents->set_undecided(id, kind);
        backwards.incidents->set_undecided(id, kind);
      }
    }
    const Duration pause = std::chrono::milliseconds{random.below(3) == 0 ? random.below(4000) : 0};
    for (IncidentWorld* const world : {&forwards, &backwards}) {
      world->now = world->now + pause;
      world->turn();
    }
    wrong = model.check_waits(forwards, doubtful, some_undecided || step % 1000 < 100);
    if (step % 16 == 0 && wrong.empty()) wrong = model.check_members(forwards);
    if (forwards.all != backwards.all) wrong = "other changes in another order of calls";
    if (step % 64 == 0 && seen(forwards) != seen(backwards))
      wrong = "another order, other incidents";
    for (const auto& [what, id] : forwards.all) {
      if (what != IncidentChange::What::closed) continue;
      forwards.incidents->forget(id);
      backwards.incidents->forget(id);
    }
    forwards.all.clear();
    backwards.all.clear();
    if (!wrong.empty()) wrong += ", in step " + std::to_string(step);
  }
  CHECK(wrong == "");
}

}  // namespace
}  // namespace mxsweep::watch

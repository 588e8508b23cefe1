// SPDX-License-Identifier: MIT
#include "mxsweep/scan/single.h"

#include <optional>
#include <utility>

#include "mxsweep/engine/engine.h"
#include "mxsweep/engine/kernel.h"
#include "mxsweep/probe/software.h"

namespace mxsweep::scan {
namespace {

constexpr Duration kWaitMost = std::chrono::seconds{10};  // Nothing but the engine ends a wait.

// The engine's listener. It has no on_shortage(), so that a local shortage ends the conversation.
class Single {
 public:
  struct Visit {
    const targets::Target* its_target;
    const probe::Plan* its_plan;
    bool shown;

    [[nodiscard]] const targets::Target& target() const { return *its_target; }
    [[nodiscard]] const probe::Plan* plan() const { return its_plan; }
  };

  explicit Single(const std::function<void(Duration at, const engine::Event&)>& on_event)
      : on_event_(on_event) {}

  void on_event(Visit& visit, const engine::Event& event) {
    if (!visit.shown) return;
    const Instant now = engine::Kernel::now();
    if (event.kind == engine::EventKind::connecting) began_ = now;
    on_event_(now - began_, event);
  }

  void on_end(Visit& /*visit*/, probe::Observation&& seen, Instant /*now*/) {
    seen_ = std::move(seen);
  }

  // Of the latest conversation. Requires: it has ended.
  [[nodiscard]] probe::Observation take() { return std::move(*seen_); }

 private:
  const std::function<void(Duration at, const engine::Event&)>& on_event_;
  std::optional<probe::Observation> seen_;
  Instant began_{};
};

using Engine = engine::Engine<engine::Kernel, Single>;

// Returns when the connection is closed.
Status converse(Engine& engine, Single::Visit visit) {
  engine.read_clock();
  static_cast<void>(engine.start(std::move(visit)));
  while (engine.size() > 0) {
    engine.wait(engine.next_wait(engine.now() + kWaitMost));
    engine.work();
    if (engine.failure() != 0) return ring::explain_failure(engine.failure());
  }
  return {};
}

Status rest(Engine& engine, Duration pause) {
  engine.read_clock();
  const Instant until = engine.now() + pause;
  while (engine.now() < until) {
    engine.wait(engine.next_wait(until));
    engine.work();
    if (engine.failure() != 0) return ring::explain_failure(engine.failure());
  }
  return {};
}

Status survey_server(Engine& engine, Single& single, const SurveyOrder& order,
                     probe::TlsSurvey& survey) {
  for (std::uint32_t made = 0; survey.next(); ++made) {
    if (order.on_connection) order.on_connection(made);
    Status status = rest(engine, order.pause);
    if (!status.ok()) return status;
    status = converse(engine, {&survey.target(), &survey.plan(), /*shown=*/false});
    if (!status.ok()) return status;
    survey.on_end(single.take());
  }
  return {};
}

}  // namespace

Status probe_one(const Task& task, const probe::Plan& plan, tls::Client& tls,
                 const std::function<void(Duration at, const engine::Event&)>& on_event,
                 const std::function<void(const results::Record&)>& on_end,
                 const SurveyOrder& survey_order) {
  probe::Plan own = plan;
  own.tls = &tls;
  own.wall_at_zero = engine::Kernel::wall_at_zero();
  Single single(on_event);
  Engine engine(own, 1, engine::Kernel::now(), single);
  Status status = engine.open({.submissions = 8, .completions = 64, .buffers = 4});
  if (!status.ok()) return status;
  status = converse(engine, {&task.target, &own, /*shown=*/true});
  if (!status.ok()) return status;
  const probe::Observation seen = single.take();
  results::Record record = seen.record(task.target.name());
  record.at = own.wall_time(seen.started());
  record.software = probe::software_of(own, record);
  describe(task, record);
  std::optional<probe::TlsSurvey> survey;
  if (survey_order.clients != nullptr && probe::TlsSurvey::can_follow(seen)) {
    survey.emplace(own, task.target, *survey_order.clients, seen, survey_order.names);
    status = survey_server(engine, single, survey_order, *survey);
    if (!status.ok()) return status;
    record.tls_enumeration = &survey->result();
  }
  on_end(record);
  engine.close();
  return {};
}

}  // namespace mxsweep::scan

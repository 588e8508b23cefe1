// SPDX-License-Identifier: MIT
#include "mxsweep/scan/single.h"

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
    const Task* task;
    [[nodiscard]] const targets::Target& target() const { return task->target; }
  };

  Single(const probe::Plan& plan,
         const std::function<void(Duration at, const engine::Event&)>& on_event,
         const std::function<void(const results::Record&)>& on_end)
      : plan_(plan), on_event_(on_event), on_end_(on_end) {}

  void on_event(Visit& /*visit*/, const engine::Event& event) {
    const Instant now = engine::Kernel::now();
    if (event.kind == engine::EventKind::connecting) began_ = now;
    on_event_(now - began_, event);
  }

  void on_end(Visit& visit, const probe::Observation& seen, Instant /*now*/) {
    results::Record record = seen.record(visit.target().name());
    record.at = plan_.wall_time(seen.started());
    record.software = probe::software_of(plan_, record);
    describe(*visit.task, record);
    on_end_(record);
  }

 private:
  const probe::Plan& plan_;
  const std::function<void(Duration at, const engine::Event&)>& on_event_;
  const std::function<void(const results::Record&)>& on_end_;
  Instant began_{};
};

}  // namespace

Status probe_one(const Task& task, const probe::Plan& plan, tls::Client& tls,
                 const std::function<void(Duration at, const engine::Event&)>& on_event,
                 const std::function<void(const results::Record&)>& on_end) {
  probe::Plan own = plan;
  own.tls = &tls;
  own.wall_at_zero = engine::Kernel::wall_at_zero();
  Single single(own, on_event, on_end);
  engine::Engine<engine::Kernel, Single> engine(own, 1, engine::Kernel::now(), single);
  Status opened = engine.open({.submissions = 8, .completions = 64, .buffers = 4});
  if (!opened.ok()) return opened;
  engine.read_clock();
  static_cast<void>(engine.start({&task}));
  while (engine.size() > 0) {
    engine.wait(engine.next_wait(engine.now() + kWaitMost));
    engine.work();
    if (engine.failure() != 0) return ring::explain_failure(engine.failure());
  }
  engine.close();
  return {};
}

}  // namespace mxsweep::scan

// SPDX-License-Identifier: MIT
// The feeder: takes targets from the lists (scan/lists.h), resolves names, and deals tasks to the
// workers.
//
//   Shape    One thread. The hash of a target's address chooses its worker, so that all counts of
//            an address belong to one worker. A name is resolved first, and becomes a target for
//            each address. Lines that cannot be read, names without an address and what is excluded
//            become records here.
//   Waiting  The doorbell has one reader: this thread until the first name, then the ring of the
//            names, which waits for the list as well. Two readers would take each other's
//            notifications.
//   Memory   that of the lists, kRoutesMax names, and the workers' bounded queues.
//   Errors   open(): a list cannot be read. failure(): an error of a list or of the resolver after
//            that.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/checkpoint/ledger.h"
#include "mxsweep/core/status.h"
#include "mxsweep/names/names.h"
#include "mxsweep/results/summary.h"
#include "mxsweep/scope/scope.h"
#include "mxsweep/targets/shard.h"
#include "mxsweep/threads/doorbell.h"
#include "scan/identity_gate.h"
#include "scan/lists.h"
#include "scan/recorder.h"
#include "scan/worker.h"

namespace mxsweep::scan {

class Input {
 public:
  using Workers = std::vector<std::unique_ptr<Worker>>;

  // All but the lists and the shard outlive it and do not change. `before`: what earlier runs have
  // recorded, which is left out; null: nothing. `visits`: whether targets are dealt to the workers,
  // or recorded here when they are resolved.
  Input(ListsOptions lists, const names::NameOptions& names, const scope::Scope& scope,
        const IdentityOptions& identity, const probe::Plan& plan, targets::Shard shard = {},
        const checkpoint::Ledger* before = nullptr, bool visits = true);
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  // Call it first.
  Status open();
  Status find_bad_line() { return lists_.find_bad_line(); }

  // The body of the feeder thread: returns when the list or the sweep ends, after no_more() was
  // called for every worker.
  void run(const Workers& workers, const Outboxes& outboxes, Gauges& gauges);
  [[nodiscard]] threads::Doorbell& doorbell() { return bell_; }

  [[nodiscard]] const Lists& lists() const { return lists_; }
  // Names wait for a resolver that does not answer: its fault, or that of our own network.
  [[nodiscard]] bool is_stuck() const { return stuck_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool ended() const { return ended_.load(std::memory_order_relaxed); }
  // The rest is read after its thread was joined.
  [[nodiscard]] const Status& failure() const { return failure_; }
  // Why no foreign server may be visited; ok() until that is known.
  [[nodiscard]] const Status& identity() const { return gate_.failure(); }
  [[nodiscard]] const results::Tally& tally() const { return recorder_->tally(); }
  [[nodiscard]] const LookupCounts* lookups() const {
    return names_.is_open() ? &names_.lookups() : nullptr;
  }
  [[nodiscard]] std::uint64_t lines_invalid() const { return lines_invalid_; }
  [[nodiscard]] std::uint64_t targets() const { return targets_; }
  [[nodiscard]] std::uint64_t not_started() const { return not_started_; }
  // Bad lines, targets and servers that were left out. May be read at any time.
  [[nodiscard]] std::uint64_t recorded_before() const {
    return recorded_before_.load(std::memory_order_relaxed);
  }
  // Targets and bad lines that other shards record.
  [[nodiscard]] std::uint64_t elsewhere() const { return elsewhere_; }

 private:
  void wait_for_list(const Workers& workers, const Gauges& gauges);
  void wake(const Workers& workers);
  void deal(Task& task, const Workers& workers, const Gauges& gauges);
  bool admit_foreign(const Task& task, const Gauges& gauges);
  void sleep();
  bool take(Task& task, const Workers& workers, const Gauges& gauges);
  [[nodiscard]] bool is_ours(const targets::Target& target) const;
  bool resolve(targets::Target& target, const Workers& workers, const Gauges& gauges);
  void deal_resolved(const Workers& workers, const Gauges& gauges);
  void wait_for_names(Duration longest, const Workers& workers, const Gauges& gauges);
  void take(const targets::BadLine& bad);
  void leave_elsewhere(std::uint64_t number);
  [[nodiscard]] bool was_recorded(std::uint64_t number);
  void leave_out_recorded(std::vector<Resolved>& servers);
  [[nodiscard]] results::Record record_of(const Task& task, Cause cause, Phase phase) const;
  void record_resolved(const std::vector<Resolved>& servers);
  void record_bad_line(const targets::BadLine& bad);
  [[nodiscard]] scope::Verdict verdict_on(const targets::Target& target) const;
  void record_unvisited(const Task& task, Cause cause, Phase phase);
  void count(const results::Record& record);
  void wait_for_room(Gauges& gauges);

  Lists lists_;
  const checkpoint::Ledger* before_;
  const targets::Shard shard_;
  const bool visits_;
  const bool inquires_;
  bool watched_ = false;  // The ring of the names waits for the list.
  const scope::Scope& scope_;
  IdentityGate gate_;
  const probe::Plan& plan_;
  threads::Doorbell bell_;
  names::Names names_;                // Opened when the first name comes.
  std::optional<Recorder> recorder_;  // From run() on.
  Gauges* gauges_ = nullptr;
  Status failure_;
  std::atomic<bool> ended_ = false;
  std::atomic<bool> stuck_ = false;
  std::uint64_t lines_invalid_ = 0;
  std::uint64_t targets_ = 0;
  std::uint64_t not_started_ = 0;
  std::atomic<std::uint64_t> recorded_before_ = 0;
  std::uint64_t elsewhere_ = 0;
};

}  // namespace mxsweep::scan

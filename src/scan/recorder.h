// SPDX-License-Identifier: MIT
// What becomes of a finished record: a line, a place in the counts, and a part of its domain's
// summary.
#pragma once

#include <array>

#include "mxsweep/names/domain.h"
#include "mxsweep/results/record.h"
#include "mxsweep/results/summary.h"
#include "mxsweep/scan/task.h"
#include "scan/output.h"

namespace mxsweep::scan {

// One producer's side of the outputs; null: not asked for.
struct Outboxes {
  Outbox* records = nullptr;
  Outbox* certificates = nullptr;
  Outbox* domains = nullptr;
};

class Recorder {
 public:
  explicit Recorder(const Outboxes& outboxes) : outboxes_(outboxes) {}

  void add(const results::Record& record, const Task& task, Instant now) {
    add(record, now);
    if (task.path == nullptr || task.path->sums_up == nullptr) return;
    names::Domain& domain = *task.path->sums_up;
    if (domain.count(record)) outboxes_.domains->add(domain.line(), now);
  }
  void add(const results::Record& record, Instant now) {
    outboxes_.records->add(record, now);
    tally_.count(record);
  }
  void add(const tls::Certificate& certificate, Instant now) {
    outboxes_.certificates->add(certificate, now);
  }

  [[nodiscard]] bool keeps_certificates() const { return outboxes_.certificates != nullptr; }
  [[nodiscard]] bool keeps_domains() const { return outboxes_.domains != nullptr; }
  [[nodiscard]] const results::Tally& tally() const { return tally_; }

  // As Outbox has them, for all together.
  [[nodiscard]] bool backpressured() const;
  [[nodiscard]] Instant flush_at() const;
  void flush(Instant now);      // All.
  void flush_due(Instant now);  // Those whose time has come.
  void drain();                 // Returns when the writers have taken, or thrown away, all of it.

 private:
  [[nodiscard]] std::array<Outbox*, 3> all() const {
    return {outboxes_.records, outboxes_.certificates, outboxes_.domains};
  }

  Outboxes outboxes_;
  results::Tally tally_;
};

}  // namespace mxsweep::scan

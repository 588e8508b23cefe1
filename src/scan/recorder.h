// SPDX-License-Identifier: MIT
// Takes each finished record: writes its line, counts it, and adds it to the summary of its domain.
#pragma once

#include <array>

#include "mxsweep/files/output.h"
#include "mxsweep/names/domain.h"
#include "mxsweep/results/certificate_line.h"
#include "mxsweep/results/domain_line.h"
#include "mxsweep/results/format.h"
#include "mxsweep/results/record.h"
#include "mxsweep/results/summary.h"
#include "mxsweep/scan/task.h"

namespace mxsweep::scan {

// The outboxes of one thread that writes records; null: that output was not requested.
struct Outboxes {
  files::Outbox* records = nullptr;
  files::Outbox* certificates = nullptr;
  files::Outbox* domains = nullptr;
  results::Format format = results::Format::mxsweep;  // Of the records.
};

class Recorder {
 public:
  explicit Recorder(const Outboxes& outboxes) : outboxes_(outboxes) {}

  void add(const results::Record& record, const Task& task, Instant now) {
    add(record, now);
    if (task.path == nullptr || task.path->sums_up == nullptr) return;
    names::Domain& domain = *task.path->sums_up;
    if (!domain.count(record)) return;
    results::append_domain(domain.line(), outboxes_.domains->begin_line(now));
    outboxes_.domains->end_line(now);
  }
  void add(const results::Record& record, Instant now) {
    results::append_record(record, outboxes_.format, outboxes_.records->begin_line(now));
    outboxes_.records->end_line(now);
    tally_.count(record);
  }
  void add(const tls::Certificate& certificate, Instant now) {
    results::append_certificate(certificate, outboxes_.certificates->begin_line(now));
    outboxes_.certificates->end_line(now);
  }

  [[nodiscard]] bool keeps_certificates() const { return outboxes_.certificates != nullptr; }
  [[nodiscard]] bool keeps_domains() const { return outboxes_.domains != nullptr; }
  [[nodiscard]] const results::Tally& tally() const { return tally_; }

  // As in files::Outbox, for all outboxes together.
  [[nodiscard]] bool backpressured() const;
  [[nodiscard]] Instant flush_at() const;
  void flush(Instant now);
  void flush_due(Instant now);  // Only the outboxes whose flush_at() has passed.
  void drain();                 // Returns when the writers have taken or discarded all lines.

 private:
  [[nodiscard]] std::array<files::Outbox*, 3> all() const {
    return {outboxes_.records, outboxes_.certificates, outboxes_.domains};
  }

  Outboxes outboxes_;
  results::Tally tally_;
};

}  // namespace mxsweep::scan

// SPDX-License-Identifier: MIT
// Takes each finished record: writes its line, counts it, and adds it to the summary of its domain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/files/output.h"
#include "mxsweep/names/domain.h"
#include "mxsweep/results/certificate_line.h"
#include "mxsweep/results/domain_line.h"
#include "mxsweep/results/format.h"
#include "mxsweep/results/record.h"
#include "mxsweep/results/summary.h"
#include "mxsweep/scan/task.h"

namespace mxsweep::scan {

// Where one thread writes its records.
struct Outboxes {
  const std::vector<std::string>* list_names = nullptr;  // By Target::list; null: not in records.
  files::Outbox* box = nullptr;
  // The numbers of the files in the outbox; 0: not requested. Records are file 0.
  std::size_t certificates = 0;
  std::size_t domains = 0;
  bool journal = false;  // Whether it is to be reported which targets are finished.
  results::Format format = results::Format::mxsweep;  // Of the records.
};

class Recorder {
 public:
  explicit Recorder(const Outboxes& outboxes) : outboxes_(outboxes) {}

  // What the records of this task and of this list have of them. Names outlive the recorder.
  void describe(const Task& task, results::Record& record) const {
    record.list = list_name(task.target.list);
    scan::describe(task, record);
  }
  [[nodiscard]] std::string_view list_name(std::uint16_t list) const {
    return outboxes_.list_names == nullptr ? std::string_view() : (*outboxes_.list_names)[list];
  }

  void add(const results::Record& record, const Task& task, Instant now) {
    files::Completion completion{.number = task.target.number};
    if (task.path != nullptr) {
      completion.parts = task.path->parts;
      completion.identity = task.path->identity;
      if (task.path->sums_up != nullptr) sum_up(record, *task.path->sums_up, completion, now);
    }
    const bool asked = task.path != nullptr && task.path->inquiry != nullptr;
    return asked ? add_with_checks(record, *task.path->inquiry, std::move(completion), now)
                 : add(record, std::move(completion), now);
  }
  // The line of a domain whose servers are not visited, in the place of a record. `sum`: what the
  // summary counts.
  void add(const names::Domain& domain, const results::Record& sum, std::uint64_t number,
           Instant now) {
    domain.append_line(box().begin_line(now));
    if (outboxes_.journal) box().add_completion({.number = number}, now);
    box().end_line(now);
    tally_.count(sum);
  }
  // Of a line that cannot be read.
  void add(const results::Record& record, std::uint64_t number, Instant now) {
    add(record, files::Completion{.number = number}, now);
  }
  // Nothing is left to record of that number: earlier runs have recorded it, or other shards do.
  // `domain`: its summary, if one is wanted; else null.
  void finish(std::uint64_t number, const names::Domain* domain, Instant now) {
    if (!outboxes_.journal) return;
    files::Completion completion{.number = number, .parts = 0};
    if (domain != nullptr) domain->append_line(completion.summary);
    box().add_completion(std::move(completion), now);
    if (box().backpressured()) box().flush(now);
  }
  void add(const tls::Certificate& certificate, Instant now) {
    results::append_certificate(certificate, box().begin_line(now, outboxes_.certificates));
    box().end_line(now, outboxes_.certificates);
  }

  [[nodiscard]] bool keeps_certificates() const { return outboxes_.certificates != 0; }
  [[nodiscard]] bool keeps_domains() const { return outboxes_.domains != 0; }
  [[nodiscard]] bool keeps_journal() const { return outboxes_.journal; }
  [[nodiscard]] const results::Tally& tally() const { return tally_; }

  // As in files::Outbox.
  [[nodiscard]] bool backpressured() const { return outboxes_.box->backpressured(); }
  [[nodiscard]] Instant flush_at() const { return outboxes_.box->flush_at(); }
  void flush(Instant now) { outboxes_.box->flush(now); }
  void flush_due(Instant now) {  // If flush_at() has passed.
    if (now >= flush_at()) flush(now);
  }
  void drain();  // Returns when the writer has taken or discarded all lines.

 private:
  // Other threads may have recorded servers of the domain, and not yet passed on their lines. So
  // with a journal it is the writer that writes the line of the domain, after all others.
  void sum_up(const results::Record& record, names::Domain& domain, files::Completion& completion,
              Instant now) {
    const results::DomainPart part = results::domain_part_of(record);
    if (outboxes_.journal && completion.parts > 1) completion.note = results::to_text(part);
    if (!domain.count(part)) return;
    if (outboxes_.journal) return domain.append_line(completion.summary);
    domain.append_line(box().begin_line(now, outboxes_.domains));
    box().end_line(now, outboxes_.domains);
  }
  void add_with_checks(results::Record record, const names::Inquiry& inquiry,
                       files::Completion&& completion, Instant now) {
    checks_.clear();
    inquiry.append_server(record, checks_);
    record.checks = checks_;
    add(record, std::move(completion), now);
  }
  void add(const results::Record& record, files::Completion&& completion, Instant now) {
    results::append_record(record, outboxes_.format, box().begin_line(now));
    if (outboxes_.journal) box().add_completion(std::move(completion), now);
    box().end_line(now);
    tally_.count(record);
  }

  [[nodiscard]] files::Outbox& box() { return *outboxes_.box; }

  Outboxes outboxes_;
  std::string checks_;  // Scratch.
  results::Tally tally_;
};

}  // namespace mxsweep::scan

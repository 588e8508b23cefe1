// SPDX-License-Identifier: MIT
// Where the lines of a sweep go: records, and if asked for certificates and mail domains.
//
//   Shape    opened with the sweep's options; begin() throws away what the files held before, when
//            nothing else can keep the sweep from running.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mxsweep/results/summary.h"
#include "mxsweep/scan/scan.h"
#include "scan/output.h"
#include "scan/recorder.h"

namespace mxsweep::scan {

class Outputs {
 public:
  explicit Outputs(const Options& options) : records_(options.output) {
    if (!options.certificates.empty()) certificates_.emplace(options.certificates);
    if (!options.domains.empty()) domains_.emplace(options.domains);
  }

  [[nodiscard]] std::vector<Output*> all() {
    std::vector<Output*> outputs = {&records_};
    if (certificates_) outputs.push_back(&*certificates_);
    if (domains_) outputs.push_back(&*domains_);
    return outputs;
  }
  [[nodiscard]] Outboxes add_outboxes() {
    return {.records = &records_.add_outbox(),
            .certificates = certificates_ ? &certificates_->add_outbox() : nullptr,
            .domains = domains_ ? &domains_->add_outbox() : nullptr};
  }
  void begin() {
    for (Output* const output : all()) output->begin();
  }
  // Of the first that has failed; empty: none has.
  [[nodiscard]] std::string failure() {
    for (const Output* const output : all()) {
      if (output->failed()) return output->failure();
    }
    return {};
  }
  void sum_up(results::Summary& summary) const {
    summary.records_written = records_.records();
    summary.records_unwritten = records_.records_lost();
    summary.octets_written = records_.octets();
    if (certificates_) summary.certificates_written = certificates_->records();
    if (domains_) summary.domains_written = domains_->records();
  }

 private:
  Output records_;
  std::optional<Output> certificates_;
  std::optional<Output> domains_;
};

}  // namespace mxsweep::scan

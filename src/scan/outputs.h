// SPDX-License-Identifier: MIT
// The output files of a sweep: records and, if requested, certificates and mail domains.
//
//   Shape    open() with the sweep's options. begin() discards the former content of the files;
//            call it when nothing else can keep the sweep from running.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mxsweep/files/output.h"
#include "mxsweep/results/summary.h"
#include "mxsweep/scan/scan.h"
#include "scan/recorder.h"

namespace mxsweep::scan {

class Outputs {
 public:
  Status open(const Options& options) {
    format_ = options.format;
    if (Status opened = records_.open(options.output); !opened.ok()) return opened;
    if (!options.certificates.empty()) {
      if (Status opened = certificates_.emplace().open(options.certificates); !opened.ok()) {
        return opened;
      }
    }
    return options.domains.empty() ? Status() : domains_.emplace().open(options.domains);
  }

  [[nodiscard]] std::vector<files::Output*> all() {
    std::vector<files::Output*> outputs = {&records_};
    if (certificates_) outputs.push_back(&*certificates_);
    if (domains_) outputs.push_back(&*domains_);
    return outputs;
  }
  [[nodiscard]] Outboxes add_outboxes() {
    return {.records = &records_.add_outbox(),
            .certificates = certificates_ ? &certificates_->add_outbox() : nullptr,
            .domains = domains_ ? &domains_->add_outbox() : nullptr,
            .format = format_};
  }
  Status begin() {
    for (files::Output* const output : all()) {
      if (Status begun = output->begin(); !begun.ok()) return begun;
    }
    return {};
  }
  // The failure of the first output that has failed, if any.
  [[nodiscard]] Status failure() {
    for (const files::Output* const output : all()) {
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
  results::Format format_ = results::Format::mxsweep;
  files::Output records_;
  std::optional<files::Output> certificates_;
  std::optional<files::Output> domains_;
};

}  // namespace mxsweep::scan

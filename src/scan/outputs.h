// SPDX-License-Identifier: MIT
// The output files of a sweep: records and, if requested, certificates and mail domains.
//
//   Shape    open() with the sweep's options. begin() discards the former content of the files;
//            call it when nothing else can keep the sweep from running.
#pragma once

#include <cstddef>
#include <string>

#include "mxsweep/files/output.h"
#include "mxsweep/results/summary.h"
#include "mxsweep/scan/scan.h"
#include "scan/recorder.h"

namespace mxsweep::scan {

class Outputs {
 public:
  Status open(const Options& options) {
    format_ = options.format;
    const bool zstd = options.compress || files::names_zstd(options.output);
    Status opened = output_.open(options.output, {.zstd = zstd, .rotation = options.rotation});
    if (opened.ok()) opened = open_also(options.certificates, certificates_);
    if (opened.ok()) opened = open_also(options.domains, domains_);
    return opened;
  }

  // Its writer thread, and what it needs.
  [[nodiscard]] files::Output& writer() { return output_; }
  [[nodiscard]] const files::Output& writer() const { return output_; }
  [[nodiscard]] Outboxes add_outboxes() {
    return {.box = &output_.add_outbox(),
            .certificates = certificates_,
            .domains = domains_,
            .format = format_};
  }
  Status begin() { return output_.begin(); }
  // Whether SIGHUP is a request to open the files again.
  [[nodiscard]] bool can_reopen() const { return output_.file(0).can_reopen(); }

  void sum_up(results::Summary& summary) const {
    const files::LineFile& records = output_.file(0);
    summary.records_written = records.records();
    summary.records_unwritten = records.records_lost();
    summary.octets_written = records.octets();
    if (certificates_ != 0) summary.certificates_written = output_.file(certificates_).records();
    if (domains_ != 0) summary.domains_written = output_.file(domains_).records();
  }

 private:
  Status open_also(const std::string& path, std::size_t& number) {
    if (path.empty()) return {};
    number = output_.size();
    return output_.open(path, {.zstd = files::names_zstd(path)});
  }

  results::Format format_ = results::Format::mxsweep;
  files::Output output_;
  std::size_t certificates_ = 0;  // Their files' numbers; 0: not requested.
  std::size_t domains_ = 0;
};

}  // namespace mxsweep::scan

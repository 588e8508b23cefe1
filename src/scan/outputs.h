// SPDX-License-Identifier: MIT
// The output files of a sweep: records and, if requested, certificates and mail domains.
//
//   Shape    open() with the sweep's options, and with the journal of a sweep that can be resumed.
//            begin() discards the former content of the files;
//            call it when nothing else can keep the sweep from running.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mxsweep/files/content.h"
#include "mxsweep/files/output.h"
#include "mxsweep/results/certificate_line.h"
#include "mxsweep/results/summary.h"
#include "mxsweep/scan/scan.h"
#include "scan/certificate_log.h"
#include "scan/journal.h"
#include "scan/recorder.h"

namespace mxsweep::scan {

class Outputs {
 public:
  Status open(const Options& options, Journal* journal) {
    if (journal != nullptr) before_ = journal->before();
    format_ = options.format;
    const bool zstd = options.compress || files::names_zstd(options.output);
    Status opened = open(options.output, {.zstd = zstd, .rotation = options.rotation});
    if (opened.ok()) opened = open_also(options.certificates, certificates_);
    if (opened.ok()) opened = open_also(options.domains, domains_);
    if (!opened.ok() || journal == nullptr) return opened;
    keeps_journal_ = true;
    journal->set_outputs(output_);
    return output_.keep(*journal, options.checkpoint.every, domains_);
  }

  // Its writer thread, and what it needs.
  [[nodiscard]] files::Output& writer() { return output_; }
  [[nodiscard]] const files::Output& writer() const { return output_; }
  [[nodiscard]] Outboxes add_outboxes() {
    return {.box = &output_.add_outbox(),
            .certificates = certificates_,
            .domains = domains_,
            .journal = keeps_journal_,
            .format = format_};
  }
  Status begin() { return output_.begin(); }
  // Whether SIGHUP is a request to open the files again.
  [[nodiscard]] bool can_reopen() const { return output_.file(0).can_reopen(); }

  // Reads the certificates that earlier runs have written.
  Status read_certificates(CertificateLog& log) const {
    if (before_ == nullptr || certificates_ == 0) return {};
    const checkpoint::FilePosition& its = before_->outputs[certificates_];
    return files::read_lines(its.path, output_.file(certificates_).compressed(), its.octets,
                             [&log](std::string_view line) {
                               const auto digest = results::digest_of_certificate_line(line);
                               if (digest) static_cast<void>(log.is_new(*digest));
                             });
  }

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
    return open(path, {.zstd = files::names_zstd(path)});
  }
  Status open(const std::string& path, const files::FileStyle& style) {
    if (before_ == nullptr) return output_.open(path, style);
    const std::size_t number = output_.size();
    if (number >= before_->outputs.size()) {
      return Status::unusable(path + ": the checkpoint does not have it");
    }
    const checkpoint::FilePosition& its = before_->outputs[number];
    return output_.open_again(its.path, style,
                              {.octets = its.octets,
                               .records = its.records,
                               .number = its.number,
                               .renaming = its.renaming});
  }

  const checkpoint::Checkpoint* before_ = nullptr;
  bool keeps_journal_ = false;
  results::Format format_ = results::Format::mxsweep;
  files::Output output_;
  std::size_t certificates_ = 0;  // Their files' numbers; 0: not requested.
  std::size_t domains_ = 0;
};

}  // namespace mxsweep::scan

// SPDX-License-Identifier: MIT
#include "mxsweep/scan/scan.h"

#include <sys/utsname.h>

#include <cerrno>
#include <optional>

#include "mxsweep/ring/ring.h"
#include "mxsweep/threads/signals.h"
#include "scan/input.h"
#include "scan/outputs.h"
#include "scan/sweep.h"

namespace mxsweep::scan {

Result<std::vector<std::string>> check_engine() {
  ring::Ring ring;
  if (Status opened = ring.open({}); !opened.ok()) return opened;
  return ring.features();
}

Status check_tls(const tls::ClientOptions& options) {
  tls::Client client;
  return client.open(options);
}

Result<results::Summary> run(const Options& options, const ProgressCallback& on_progress) {
  // Checked first, so that no output is opened on a machine that cannot run the sweep.
  if (const auto engine = check_engine(); !engine.ok()) return engine.status();
  std::optional<Journal> journal;
  if (!options.checkpoint.path.empty()) journal.emplace(options);
  const checkpoint::Checkpoint* const before = journal ? journal->before() : nullptr;
  Input input({.sources = options.lists,
               .ports = options.ports,
               .mail_domains = options.names.mail_domains,
               .seed = options.seed},
              options.names, options.scope, options.identity, options.plan, options.shard,
              before == nullptr ? nullptr : &before->ledger, options.visits);
  Outputs outputs;
  CertificateLog log;
  Status status = input.open();
  if (status.ok() && options.strict) status = input.find_bad_line();
  if (status.ok() && journal) status = journal->open();
  if (status.ok()) status = check_files(options);
  if (status.ok()) status = outputs.open(options, journal ? &*journal : nullptr);
  if (status.ok()) status = outputs.read_certificates(log);
  if (!status.ok()) return status;
  threads::Signals signals;
  if (!signals.good()) return ring::explain_refusal(EMFILE);
  Sweep sweep(options, input, outputs, log);
  status = sweep.start();
  // From here on, only an error of an output itself can keep the sweep from running.
  if (status.ok()) status = outputs.begin();
  if (!status.ok()) {
    sweep.call_off();
    return status;
  }
  results::Summary summary = sweep.run(signals, on_progress);
  if (input.lists().no_list()) return input.lists().failure();
  if (before != nullptr) {
    summary.runs_before = before->runs;
    summary.records_before = before->outputs.front().records;
  }
  summary.seed = options.seed;
  if (!options.shard.is_all()) summary.shard = to_string(options.shard);
  utsname kernel{};
  if (::uname(&kernel) == 0) summary.kernel = kernel.release;
  return summary;
}

}  // namespace mxsweep::scan

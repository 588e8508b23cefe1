// SPDX-License-Identifier: MIT
// The records of a visit that ended, of other targets that lead to the same server, and of a visit
// that could not start.
#include <utility>

#include "scan/sweeper.h"

namespace mxsweep::scan {

// The record of an observation for this task, which need not be the task of the visit.
results::Record Sweeper::record_of(const probe::Observation& seen, const Task& task) const {
  const std::string_view domain =
      task.path == nullptr ? std::string_view{} : std::string_view(task.path->domain);
  results::Record record = seen.record(task.target.name(), domain);
  record.attempt = 1;
  record.at = plan_.wall_time(seen.started());
  recorder_.describe(task, record);
  return record;
}

void Sweeper::on_end(Visit& visit, probe::Observation&& seen, Instant now) {
  const results::Record record = record_of(seen, visit.task);
  if (options_.resumable && record.cause == Cause::local_interrupted) {
    ++abandoned_;
    if (visit.server != nullptr) visited_.abandon_visit(*visit.server);
    return;
  }
  if (record.tls.has_value() && record.tls->chain != nullptr)
    log_certificates(*record.tls->chain, now);
  recorder_.add(record, visit.task, now);
  ++probes_;
  if (visit.server == nullptr) return;
  // A local fault shows nothing about the server. A local limit in TLS does: the next visit would
  // meet it again.
  const bool limit_of_tls =
      record.cause == Cause::local_tls_limit || record.cause == Cause::local_tls_unsupported;
  if (record.outcome == Outcome::local && !limit_of_tls) {
    visited_.abandon_visit(*visit.server);
  } else {
    visited_.complete_visit(*visit.server, visit.task.target.name(), std::move(seen));
  }
}

void Sweeper::record_shared(const Task& task, const probe::Observation& known, Instant now) {
  results::Record record = record_of(known, task);
  record.shared = true;
  recorder_.add(record, task, now);
}

// Called before the record that refers to the certificates is handed over.
void Sweeper::log_certificates(const tls::Chain& chain, Instant now) {
  if (!recorder_.keeps_certificates()) return;
  for (const tls::Certificate& certificate : chain.certificates) {
    if (certificate.der.empty() || !options_.certificates->is_new(certificate.sha256)) continue;
    recorder_.add(certificate, now);
  }
}

void Sweeper::record_shortage(const Visit& visit, int error, Instant now) {
  results::Record record;
  record.at = plan_.wall_time(now);
  record.outcome = Outcome::local;
  record.phase = Phase::connect;
  record.cause = Cause::local_resource;
  record.socket_errno = error;
  recorder_.describe(visit.task, record);
  recorder_.add(record, visit.task, now);
  ++probes_;
  if (visit.server != nullptr) visited_.abandon_visit(*visit.server);
}

}  // namespace mxsweep::scan

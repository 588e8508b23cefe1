// SPDX-License-Identifier: MIT
// A worker's records: of a visit, of those who lead to the same server, of what did not begin or
// could not be finished.
#include <utility>

#include "scan/worker.h"

namespace mxsweep::scan {

// What a visit came to, for this errand or for another one that leads to the same server.
results::Record Worker::record_of(probe::Probe& probe, const Errand& errand) const {
  const std::string_view domain =
      errand.path == nullptr ? std::string_view{} : std::string_view(errand.path->domain);
  results::Record record = probe.record(errand.target.name(), domain);
  record.attempt = 1;
  record.at = plan_.wall_time(probe.started());
  describe(errand, record);
  return record;
}

void Worker::record(Conversation& conversation) {
  Visit& visit = conversation.visit;
  probe::Probe& probe = conversation.probe;
  const results::Record record = record_of(probe, visit.errand);
  if (record.tls != nullptr && record.tls->chain != nullptr) log_certificates(*record.tls->chain);
  recorder_.add(record, visit.errand, now_);
  ++probes_;
  conversation.recorded = true;
  if (visit.server == nullptr) return;
  // What went wrong on our own side says nothing about the server. A limit of ours in TLS does: the
  // next visit would meet it again.
  const bool limit_of_tls =
      record.cause == Cause::local_tls_limit || record.cause == Cause::local_tls_unsupported;
  if (record.outcome == Outcome::local && !limit_of_tls) {
    servers_.forget(*visit.server);
  } else {
    servers_.settle(*visit.server, visit.errand.target.name(), std::move(probe));
  }
}

// The ring has failed: nothing completes any more.
void Worker::give_up() {
  failure_ = "a worker: " + ring::explain_failure(ring_->failure()).cause;
  interrupt_all();
  ring_.reset();  // Before what it may still be sending.
  slots_.for_each(
      [this](Handle handle, Conversation& conversation) { release(handle, conversation); });
  gauges_.stop_if_not_stopping();
  feeder_.ring_anyway();
}

void Worker::record_shared(const Errand& errand, probe::Probe& known) {
  results::Record record = record_of(known, errand);
  record.shared = true;
  recorder_.add(record, errand, now_);
}

// Before the record that names them is handed over.
void Worker::log_certificates(const tls::Chain& chain) {
  if (!recorder_.keeps_certificates()) return;
  for (const tls::Certificate& certificate : chain.certificates) {
    if (certificate.der.empty() || !options_.certificates->is_new(certificate.sha256)) continue;
    recorder_.add(certificate, now_);
  }
}

void Worker::record_shortage(const Visit& visit, int error) {
  results::Record record;
  record.at = plan_.wall_time(now_);
  record.outcome = Outcome::local;
  record.phase = Phase::connect;
  record.cause = Cause::local_resource;
  record.socket_errno = error;
  describe(visit.errand, record);
  recorder_.add(record, visit.errand, now_);
  ++probes_;
  if (visit.server != nullptr) servers_.forget(*visit.server);
}

}  // namespace mxsweep::scan

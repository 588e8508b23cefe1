// SPDX-License-Identifier: MIT
// The records of a visit that ended, of other targets that lead to the same server, and of a visit
// that could not start.
#include <algorithm>
#include <memory_resource>
#include <optional>
#include <utility>

#include "mxsweep/pace/retry.h"
#include "mxsweep/probe/software.h"
#include "scan/sweeper.h"

namespace mxsweep::scan {
namespace {

// The visit, for another connection: the places of the one that ended stay with that one.
Visit without_ticket(Visit& visit) {
  return {.task = std::move(visit.task),
          .since = visit.since,
          .server = visit.server,
          .last = std::move(visit.last),
          .survey = std::move(visit.survey),
          .attempt = visit.attempt};
}

}  // namespace

// The record of an observation for this task, which need not be the task of the visit.
results::Record Sweeper::record_of(const probe::Observation& seen, const Task& task) const {
  const std::string_view domain =
      task.path == nullptr ? std::string_view{} : std::string_view(task.path->domain);
  results::Record record = seen.record(task.target.name(), domain);
  record.at = plan_.wall_time(seen.started());
  record.software = probe::software_of(plan_, record);
  recorder_.describe(task, record);
  return record;
}

void Sweeper::on_end(Visit& visit, probe::Observation&& seen, Instant now) {
  ++probes_;
  switch (suspects_.judge(visit.target().address, seen, now)) {
    case pace::Judgement::theirs: return settle(visit, std::move(seen), now);
    case pace::Judgement::again: return visit_again(visit, now);
    case pace::Judgement::hold: break;
  }
  seen.move_to(*std::pmr::new_delete_resource());
  suspects_.hold({.visit = without_ticket(visit), .seen = std::move(seen), .failed = now});
}

void Sweeper::serve_suspects(Instant now) {
  std::uint32_t budget = kAnswersPerTurn;
  for (; budget > 0 && !recorder_.backpressured(); --budget) {
    std::optional<Suspects::Judged> judged = suspects_.take();
    if (!judged) break;
    if (judged->judgement == pace::Judgement::again) {
      visit_again(judged->held.visit, now);
    } else {
      settle(judged->held.visit, std::move(judged->held.seen), now);
    }
  }
  if (gauges_.stopping() == Stop::none) return;
  // No probe is awaited any more.
  for (; budget > 0 && !recorder_.backpressured(); --budget) {
    std::optional<Suspects::Held> held = suspects_.take_any();
    if (!held) break;
    if (options_.resumable) {
      leave(held->visit);
    } else {
      settle(held->visit, std::move(held->seen), now);
    }
  }
}

// With the same attempt: the one that our own network spoilt does not count. In a sweep that stops,
// the result of an attempt before it does, and without one the target counts as not started.
void Sweeper::visit_again(Visit& visit, Instant now) {
  if (gauges_.stopping() != Stop::none) {
    return visit.last != nullptr ? stop_trying(visit, now) : leave(visit);
  }
  ++visited_again_;
  if (visit.survey != nullptr) visit.survey->begin_again();
  Visit again = without_ticket(visit);
  again.since = now;
  polite_.retry(std::move(again), now);
}

void Sweeper::settle(Visit& visit, probe::Observation&& seen, Instant now) {
  if (visit.survey != nullptr) return settle_survey(visit, seen, now);
  seen.set_attempt(visit.attempt);
  const bool stops = gauges_.stopping() != Stop::none;
  const bool cut_off = seen.cause() == Cause::local_interrupted;
  if (options_.resumable && (cut_off || (stops && rule_for(visit, seen) != nullptr))) {
    return leave(visit);
  }
  if (try_again(visit, seen, now)) return;
  // An attempt that failed on our side shows nothing: the one before it counts.
  const bool shows_nothing = seen.outcome() == Outcome::local && visit.last != nullptr;
  probe::Observation& result = shows_nothing ? *visit.last : seen;
  if (begin_survey(visit, result, now)) return;
  record(visit, std::move(result), now);
}

// Keeps what was seen while a survey of the server's TLS follows. False: none does.
bool Sweeper::begin_survey(Visit& visit, probe::Observation& seen, Instant now) {
  const bool wanted = options_.survey_clients != nullptr && visit.target().own;
  if (!wanted || gauges_.stopping() != Stop::none || !probe::TlsSurvey::can_follow(seen))
    return false;
  auto survey = std::make_unique<probe::TlsSurvey>(
      plan_, visit.task.target, *options_.survey_clients, seen, options_.server_names);
  if (!survey->next()) return false;
  seen.move_to(*std::pmr::new_delete_resource());
  visit.last = std::make_unique<probe::Observation>(std::move(seen));
  visit.survey = std::move(survey);
  continue_survey(visit, now);
  return true;
}

// One of its conversations has ended.
void Sweeper::settle_survey(Visit& visit, const probe::Observation& seen, Instant now) {
  const bool cut_off = seen.cause() == Cause::local_interrupted;
  if (!cut_off) {
    visit.survey->on_end(seen);
    if (!visit.survey->next()) return record(visit, std::move(*visit.last), now);
  }
  if (cut_off || gauges_.stopping() != Stop::none) return stop_trying(visit, now);
  continue_survey(visit, now);
}

// The next conversation waits for its turn like any visit.
void Sweeper::continue_survey(Visit& visit, Instant now) {
  Visit next = without_ticket(visit);
  next.since = now;
  polite_.retry(std::move(next), now);
}

// How to make another attempt; null: this one was the last.
const pace::RetryRule* Sweeper::rule_for(const Visit& visit, const probe::Observation& seen) const {
  const std::uint32_t most = visit.target().own ? options_.retries_own : options_.retries;
  if (visit.attempt > most) return nullptr;
  return pace::retry_rule({.outcome = seen.outcome(),
                           .phase = seen.phase(),
                           .cause = seen.cause(),
                           .code = seen.deciding_code()});
}

// Without a record: it counts as not started, and a run that resumes this sweep will make it.
void Sweeper::leave(Visit& visit) {
  ++abandoned_;
  if (visit.server != nullptr) visited_.abandon_visit(*visit.server);
}

// There will be no other attempt, because the sweep stops.
void Sweeper::stop_trying(Visit& visit, Instant now) {
  options_.resumable ? leave(visit) : record(visit, std::move(*visit.last), now);
}

// Keeps the visit, and what was seen, for another attempt. False: this one was the last.
bool Sweeper::try_again(Visit& visit, probe::Observation& seen, Instant now) {
  if (gauges_.stopping() != Stop::none) return false;
  const pace::RetryRule* const rule = rule_for(visit, seen);
  if (rule == nullptr) return false;
  visit.back_off = pace::retry_delay(*rule, visit.attempt, options_.retry_delay);
  seen.move_to(*std::pmr::new_delete_resource());
  ++retries_;
  polite_.retry({.task = std::move(visit.task),
                 .since = now,
                 .server = visit.server,
                 .last = std::make_unique<probe::Observation>(std::move(seen)),
                 .attempt = visit.attempt + 1},
                now + visit.back_off);
  return true;
}

void Sweeper::on_closed(Visit& visit) {
  const pace::Ticket ticket = std::exchange(visit.ticket, pace::kNoTicket);
  if (ticket != pace::kNoTicket) polite_.give_back(ticket, visit.back_off);
}

void Sweeper::record(Visit& visit, probe::Observation&& seen, Instant now) {
  if (visit.survey != nullptr) seen.keep(visit.survey->result());
  const results::Record record = record_of(seen, visit.task);
  if (record.tls.has_value() && record.tls->chain != nullptr)
    log_certificates(*record.tls->chain, now);
  recorder_.add(record, visit.task, now);
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

bool Sweeper::owes_records() const {
  const auto has_result = [](const Visit& visit) { return visit.last != nullptr; };
  return polite_.visited() > 0 || (next_ && has_result(*next_)) ||
         std::ranges::any_of(retry_queue_, has_result);
}

// A visit that waits for another attempt, or was about to make it.
std::optional<Visit> Sweeper::take_visited() {
  if (next_ && next_->last != nullptr) return std::exchange(next_, std::nullopt);
  const auto found =
      std::ranges::find_if(retry_queue_, [](const Visit& visit) { return visit.last != nullptr; });
  if (found == retry_queue_.end()) return polite_.take_visited();
  std::optional<Visit> visit = std::move(*found);
  retry_queue_.erase(found);
  return visit;
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

void Sweeper::record_unstarted(Visit& visit, Cause cause, int error, Instant now) {
  if (visit.last != nullptr) return record(visit, std::move(*visit.last), now);
  results::Record record;
  record.at = plan_.wall_time(now);
  record.outcome = Outcome::local;
  record.phase = Phase::connect;
  record.cause = cause;
  record.socket_errno = error;
  recorder_.describe(visit.task, record);
  recorder_.add(record, visit.task, now);
  ++probes_;
  if (visit.server != nullptr) visited_.abandon_visit(*visit.server);
}

}  // namespace mxsweep::scan

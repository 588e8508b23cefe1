// SPDX-License-Identifier: MIT
#include "scan/input.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include "mxsweep/core/cause.h"
#include "mxsweep/core/utf8.h"
#include "mxsweep/dns/name.h"
#include "mxsweep/ring/clock.h"

namespace mxsweep::scan {
namespace {

constexpr std::size_t kBlockOctets = 256 * 1024;
// The workers' doorbells are notified once per this many targets, not once per target.
constexpr std::uint64_t kDealBatch = 64;
constexpr Duration kIdleWait = std::chrono::milliseconds{200};
// A pipe may have no input for hours; every event that ends the wait comes through the ring.
constexpr Duration kListWait = std::chrono::hours{1};

bool stopped(const Gauges& gauges) {
  return gauges.stop.load(std::memory_order_relaxed) != Stop::none;
}

names::NameOptions within(const scope::Scope& scope, names::NameOptions names) {
  names.route.scope = &scope;
  return names;
}

}  // namespace

Input::Input(files::ListSource source, std::vector<std::uint16_t> ports,
             const names::NameOptions& names, const scope::Scope& scope)
    : source_(std::move(source)),
      scope_(scope),
      ports_(std::move(ports)),
      style_{.mail_domains = names.mail_domains, .header_row = source_.words.empty()},
      reader_(ports_, style_),
      names_(within(scope, names)) {}

Status Input::unusable(std::string_view why) const {
  return Status::unusable(std::string(why)).behind(list_.name);
}

Status Input::open() {
  if (const Status opened = list_.open(source_); !opened.ok()) return opened.behind(list_.name);
  struct stat status {};
  if (::fstat(list_.descriptor, &status) != 0) return unusable(std::strerror(errno));
  if (!bell_.good()) return unusable(std::strerror(bell_.error()));
  regular_ = S_ISREG(status.st_mode);
  if (regular_) octets_all_ = static_cast<std::uint64_t>(status.st_size);
  block_.resize(kBlockOctets);
  return octets_all_ > 0 ? find_foreign_format() : Status();
}

// Checks a file before any output is touched; for a pipe, the reader detects the format later.
Status Input::find_foreign_format() {
  const off_t start = ::lseek(list_.descriptor, 0, SEEK_CUR);
  const ssize_t count = ::pread(list_.descriptor, block_.data(), targets::kForeignMarkOctetsMax,
                                std::max<off_t>(start, 0));
  if (count <= 0) return {};
  const std::string_view octets(block_.data(), static_cast<std::size_t>(count));
  const targets::ForeignFormat* const format = targets::recognise_foreign_format(octets);
  return format == nullptr ? Status() : unusable(complaint(*format));
}

Status Input::find_bad_line() {
  const off_t start = ::lseek(list_.descriptor, 0, SEEK_CUR);
  if (start < 0) return unusable("cannot be read twice, which --strict needs; give a file");
  targets::Reader reader(ports_, style_);
  targets::Target target;
  targets::BadLine bad;
  while (true) {
    switch (reader.next(target, bad)) {
      case targets::Reader::Next::target: reader.skip_rest_of_line(); break;
      case targets::Reader::Next::bad_line:
        return Status::unusable(complaint(bad)).behind(list_.name + ":" + std::to_string(bad.line));
      case targets::Reader::Next::need_more: {
        const ssize_t count = ::read(list_.descriptor, block_.data(), block_.size());
        if (count < 0) return unusable(std::strerror(errno));
        if (count == 0) reader.finish();
        if (count > 0) reader.feed({block_.data(), static_cast<std::size_t>(count)});
        break;
      }
      case targets::Reader::Next::end: ::lseek(list_.descriptor, start, SEEK_SET); return {};
      case targets::Reader::Next::not_a_list: return unusable(complaint(*reader.foreign_format()));
    }
  }
}

void Input::run(const Workers& workers, const Outboxes& outboxes, Gauges& gauges) {
  recorder_.emplace(outboxes);
  gauges_ = &gauges;
  Task task;
  targets::Target& target = task.target;
  targets::BadLine bad;
  bool more = true;
  while (more && !stopped(gauges)) {
    switch (reader_.next(target, bad)) {
      case targets::Reader::Next::target:
        ++targets_;
        more = take(task, workers, gauges);
        if (targets_ % kDealBatch == 0) {
          for (const auto& worker : workers) worker->doorbell().notify_if_waiting();
        }
        break;
      case targets::Reader::Next::bad_line: record_bad_line(bad); break;
      case targets::Reader::Next::need_more:
        // A pipe may have no input for a while: the tasks dealt so far should start.
        for (const auto& worker : workers) worker->doorbell().notify_if_waiting();
        recorder_->flush(ring::now());
        more = read_block(workers, gauges);
        break;
      case targets::Reader::Next::end: more = false; break;
      case targets::Reader::Next::not_a_list:
        no_list_ = unusable(complaint(*reader_.foreign_format()));
        more = false;
        break;
    }
    if (recorder_->backpressured()) wait_for_room(gauges);
  }
  while (names_.waiting() > 0 && !stopped(gauges)) {
    wait_for_names(kIdleWait, workers, gauges);
    if (recorder_->backpressured()) wait_for_room(gauges);
  }
  not_started_ += names_.waiting();
  ended_.store(true, std::memory_order_relaxed);
  for (const auto& worker : workers) worker->no_more();
  recorder_->drain();
}

// Waits until the list can be read; false: something else ended the wait. A terminal or a pipe may
// have no input for hours; the doorbell is notified when the sweep stops.
bool Input::wait_for_list(const Workers& workers, const Gauges& gauges) {
  if (names_.is_open()) {
    if (!regular_ && !std::exchange(watched_, true)) names_.watch_also(list_.descriptor);
    const bool readable = regular_ || names_.also_readable();
    wait_for_names(readable ? Duration::zero() : kListWait, workers, gauges);
    return regular_ || names_.also_readable();
  }
  bell_.prepare();
  std::array<pollfd, 2> wait{pollfd{.fd = list_.descriptor, .events = POLLIN, .revents = 0},
                             pollfd{.fd = bell_.descriptor(), .events = POLLIN, .revents = 0}};
  if (!stopped(gauges)) ::poll(wait.data(), wait.size(), -1);
  bell_.cancel_wait();
  if (wait[1].revents != 0) bell_.wait();
  return wait[0].revents != 0;
}

// False: the list cannot be read any further, or the sweep stops.
bool Input::read_block(const Workers& workers, const Gauges& gauges) {
  while (!stopped(gauges)) {
    if (!wait_for_list(workers, gauges)) continue;
    watched_ = false;
    const ssize_t count = ::read(list_.descriptor, block_.data(), block_.size());
    if (count < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      failure_ = Status::io(std::strerror(errno)).behind(list_.name);
      return false;
    }
    if (count == 0) {
      reader_.finish();
    } else {
      reader_.feed({block_.data(), static_cast<std::size_t>(count)});
      octets_read_.fetch_add(static_cast<std::uint64_t>(count), std::memory_order_relaxed);
    }
    return true;
  }
  return false;
}

// False: the sweep ends.
bool Input::take(Task& task, const Workers& workers, const Gauges& gauges) {
  const scope::Verdict verdict = verdict_on(task.target);
  task.target.own = verdict.standing == scope::Standing::own;
  if (verdict.standing == scope::Standing::excluded) {
    record_unvisited(task, verdict.cause, Phase::input);
    return true;
  }
  if (task.target.address.family == Family::none) return resolve(task.target, workers, gauges);
  deal(task, workers, gauges);
  return true;
}

// The verdict on what the list has: the name for TLS and the address. A name to resolve is judged
// with all that it leads to, by its names::Route.
scope::Verdict Input::verdict_on(const targets::Target& target) const {
  scope::Verdict verdict;
  if (const std::string_view name = target.name(); !name.empty()) {
    const bool is_ascii = std::ranges::none_of(name, is_beyond_ascii);
    verdict = scope_.verdict(is_ascii ? name : std::string_view(dns::read_name(name).ascii));
  }
  const bool is_address = target.address.family != Family::none;
  if (verdict.standing == scope::Standing::excluded || !is_address) return verdict;
  return scope_.verdict(target.address, verdict.standing == scope::Standing::own);
}

// False: the resolver cannot be used at all, which ends the sweep.
bool Input::resolve(targets::Target& target, const Workers& workers, const Gauges& gauges) {
  if (!names_.is_open()) {
    const Status opened = names_.open(bell_.descriptor());
    if (!opened.ok()) {
      failure_ = Status::machine(opened.line("; ")).behind("the resolver");
      ++not_started_;
      return false;
    }
  }
  while (names_.full() && !stopped(gauges)) wait_for_names(kIdleWait, workers, gauges);
  names_.begin(std::move(target), ring::now());
  // Answers are read once per batch, not for each name.
  if (names_.waiting() % kDealBatch == 0) wait_for_names(Duration::zero(), workers, gauges);
  return true;
}

void Input::wait_for_names(Duration longest, const Workers& workers, const Gauges& gauges) {
  bell_.prepare();
  names_.turn(stopped(gauges) || names_.has_resolved() ? Duration::zero() : longest);
  bell_.cancel_wait();
  if (const Status failure = names_.failure(); !failure.ok() && failure_.ok()) {
    failure_ = failure.behind("the resolver");
    gauges_->stop_if_not_stopping();
  }
  deal_resolved(workers, gauges);
}

// A name counts as one target until it is resolved, and then as one for each of its servers.
void Input::deal_resolved(const Workers& workers, const Gauges& gauges) {
  bool any = false;
  for (std::vector<Resolved> servers; names_.take(servers); any = true) {
    targets_ += servers.size() - 1;
    const bool is_domain =
        servers.front().task.path != nullptr && !servers.front().task.path->domain.empty();
    if (recorder_->keeps_domains() && is_domain) {
      const auto domain =
          std::make_shared<names::Domain>(servers.front().task.target, servers.size());
      for (Resolved& server : servers) server.task.path->sums_up = domain;
    }
    for (Resolved& server : servers) {
      if (server.cause == Cause::none) {
        deal(server.task, workers, gauges);
      } else {
        record_unvisited(server.task, server.cause, server.phase);
      }
    }
  }
  if (!any) return;
  for (const auto& worker : workers) worker->doorbell().notify_if_waiting();
  recorder_->flush(ring::now());
}

void Input::deal(Task& task, const Workers& workers, const Gauges& gauges) {
  const std::size_t place = workers.size() == 1 ? 0 : hash(task.target.address) % workers.size();
  Worker& worker = *workers[place];
  while (!worker.offer(task)) {
    worker.doorbell().notify_if_waiting();
    bell_.prepare();
    if (stopped(gauges)) {
      ++not_started_;
      return;
    }
    if (!worker.has_room()) sleep();
    bell_.cancel_wait();
  }
}

// Waits for the doorbell. DNS answers that arrive meanwhile are read, so that this wait does not
// count as time that DNS took.
void Input::sleep() {
  if (names_.is_open() && names_.failure().ok()) {
    names_.turn(kIdleWait);
  } else {
    bell_.wait();
  }
}

void Input::wait_for_room(Gauges& gauges) {
  while (recorder_->backpressured() && !stopped(gauges)) {
    std::this_thread::sleep_for(files::kBackpressureRetry);
    recorder_->flush(ring::now());
  }
}

void Input::record_bad_line(const targets::BadLine& bad) {
  ++lines_invalid_;
  results::Record record;
  record.target = bad.text;
  record.line = bad.line;
  record.outcome = Outcome::invalid;
  record.phase = Phase::input;
  record.cause = bad.cause;
  record.meta = bad.meta;
  record.input_key = bad.key;
  record.input_why = bad.why;
  record.at = ring::wall_now();
  recorder_->add(record, ring::now());
  count(record);
}

void Input::record_unvisited(const Task& task, Cause cause, Phase phase) {
  results::Record record;
  record.cause = cause;
  record.outcome = outcome_of(cause);
  record.phase = phase;
  record.at = ring::wall_now();
  describe(task, record);
  recorder_->add(record, task, ring::now());
  count(record);
}

void Input::count(const results::Record& record) {
  gauges_->outcomes[static_cast<std::size_t>(record.outcome)].fetch_add(1,
                                                                        std::memory_order_relaxed);
}

}  // namespace mxsweep::scan

// SPDX-License-Identifier: MIT
#include "mxsweep/names/task.h"

#include <algorithm>

#include "mxsweep/core/cause.h"
#include "mxsweep/core/memory.h"
#include "mxsweep/names/domain.h"
#include "mxsweep/names/inquiry.h"

namespace mxsweep::names {
namespace {

void describe_path(const Path& path, results::Record& record) {
  record.domain = path.domain;
  record.unicode = path.unicode;
  record.mx_host = path.mx_host;
  record.mx_preference = path.mx_preference;
  record.authentic = path.authentic;
  record.findings = path.findings;
  // The server works, but some senders do not follow an MX that is an alias.
  if (record.outcome == Outcome::ok && path.findings.has(Finding::mx_is_alias)) {
    record.cause = Cause::config_mx_cname;
    record.outcome = outcome_of(record.cause);
    record.phase = Phase::dns;
  }
}

std::size_t octets_of(const Path& path) {
  const std::size_t domain =
      path.sums_up == nullptr ? 0 : allocated(sizeof(Domain)) + path.sums_up->octets_of_target();
  const std::size_t inquiry = path.inquiry == nullptr ? 0 : path.inquiry->octets_held();
  return allocated(sizeof path) + held_by(path.domain) + held_by(path.unicode) +
         held_by(path.mx_host) + domain + inquiry;
}

}  // namespace

std::size_t octets_held(const Task& task) {
  return task.target.octets_held() + (task.path == nullptr ? 0 : octets_of(*task.path));
}

void describe(const Task& task, results::Record& record) {
  const targets::Target& target = task.target;
  record.target = target.text();
  record.line = target.line;
  record.meta = target.meta();
  record.ip = target.address;
  record.port = target.port;
  record.name = target.name();
  if (target.dns_us != targets::Target::kNotResolved) {
    const Duration dns = std::chrono::microseconds{target.dns_us};
    record.ms[Phase::dns] = dns;
    record.ms.total = std::max(record.ms.total, Duration::zero()) + dns;
  }
  if (task.path != nullptr) describe_path(*task.path, record);
}

}  // namespace mxsweep::names

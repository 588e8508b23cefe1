// SPDX-License-Identifier: MIT
// A mail domain whose servers are being visited. It sums up their records; after the last one the
// domain's summary line can be written.
//
//   Lifetime  shared by the tasks of its servers, and destroyed with the last of them.
//   Threads   count() from any thread, under a lock, because several workers may visit the servers
//             of one domain. line() in the thread whose count() returned true.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "mxsweep/results/domain_line.h"
#include "mxsweep/results/record.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::names {

class Domain {
 public:
  // `records`: how many records the domain will have. Requires: at least one.
  Domain(const targets::Target& target, std::size_t records) : target_(target), left_(records) {}

  // Adds one record. True for the last one: line() is then complete.
  [[nodiscard]] bool count(const results::Record& record) {
    const std::lock_guard lock(mutex_);
    if (line_.totals.records == 0) describe(record);
    line_.authentic = line_.authentic && record.authentic;
    line_.findings.add(record.findings);
    line_.totals.count(record);
    // A domain without MX is its own server. The record of a domain without any server has no host.
    const std::string_view host = record.mx_host.empty() ? record.name : record.mx_host;
    if (!host.empty()) host_of(host, record.mx_preference).totals.count(record);
    return --left_ == 0;
  }

  [[nodiscard]] std::size_t octets_of_target() const { return target_.octets_held(); }

  // Requires: count() has returned true.
  [[nodiscard]] const results::DomainLine& line() const { return line_; }

 private:
  void describe(const results::Record& record) {
    domain_ = record.domain;
    unicode_ = record.unicode;
    line_.target = target_.text();
    line_.line = target_.line;
    line_.list = record.list;
    line_.meta = target_.meta();
    line_.domain = domain_;
    line_.unicode = unicode_;
    line_.port = target_.port;
    line_.authentic = record.authentic;
  }

  results::DomainLine::Host& host_of(std::string_view name, std::uint16_t preference) {
    auto place = line_.hosts.begin();
    for (; place != line_.hosts.end() && place->preference <= preference; ++place) {
      if (place->name == name) return *place;
    }
    return *line_.hosts.insert(place, {std::string(name), preference, {}});
  }

  const targets::Target target_;
  std::mutex mutex_;
  std::size_t left_;
  std::string domain_;
  std::string unicode_;
  results::DomainLine line_;
};

}  // namespace mxsweep::names

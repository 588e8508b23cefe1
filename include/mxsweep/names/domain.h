// SPDX-License-Identifier: MIT
// A mail domain whose servers are being visited. It sums up their records; after the last one the
// domain's summary line can be written, with what was asked about the domain.
//
//   Lifetime  shared by the tasks of its servers, and destroyed with the last of them.
//   Threads   count() from any thread, under a lock, because several workers may visit the servers
//             of one domain. append_line() in the thread whose count() returned true.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "mxsweep/names/inquiry.h"
#include "mxsweep/names/task.h"
#include "mxsweep/results/domain_line.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::names {

class Domain {
 public:
  // `path`: that of one of its servers. `list`: its list's name in records.
  Domain(const targets::Target& target, const Path& path, std::string_view list)
      : target_(target), domain_(path.domain), unicode_(path.unicode), inquiry_(path.inquiry) {
    line_.target = target_.text();
    line_.line = target_.line;
    line_.list = list;
    line_.meta = target_.meta();
    line_.domain = domain_;
    line_.unicode = unicode_;
    line_.port = target_.port;
  }

  // How many records are to come. Requires: before the first of them.
  void expect(std::size_t records) { left_ = records; }

  // Adds one record. True for the last one: the line is then complete.
  [[nodiscard]] bool count(const results::DomainPart& part) {
    const std::lock_guard lock(mutex_);
    add(part);
    return --left_ == 0;
  }
  // Adds one that an earlier run has written, and that is not among those to come.
  void add(const results::DomainPart& part) {
    line_.authentic = (line_.authentic || line_.totals.records == 0) && part.authentic;
    line_.findings.add(part.findings);
    line_.totals.count(part);
    if (!part.host.empty()) host_of(part.host, part.preference).totals.count(part);
  }

  // Adds a server as DNS has it, which is not visited.
  void add_unvisited(const Resolved& server);

  [[nodiscard]] std::size_t octets_of_target() const { return target_.octets_held(); }

  // Requires: count() has returned true, or no record is to come and one was added.
  [[nodiscard]] Cause cause() const { return line_.totals.cause; }
  void append_line(std::string& out) const {
    std::string checks;
    if (inquiry_ != nullptr) inquiry_->append_domain(line_, checks);
    results::append_domain(line_, checks, out);
  }

 private:
  results::DomainLine::Host& host_of(std::string_view name, std::uint16_t preference) {
    auto place = line_.hosts.begin();
    for (; place != line_.hosts.end() && place->preference <= preference; ++place) {
      if (place->name == name) return *place;
    }
    return *line_.hosts.insert(place, {std::string(name), preference, {}});
  }

  const targets::Target target_;
  std::mutex mutex_;
  std::size_t left_ = 0;
  std::string domain_;
  std::string unicode_;
  std::shared_ptr<const Inquiry> inquiry_;  // Null: nothing was asked.
  results::DomainLine line_;
};

}  // namespace mxsweep::names

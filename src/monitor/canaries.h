// SPDX-License-Identifier: MIT
// Visits to the canaries of the configuration (watch/vantage.h): from Watch's requests to whether
// a canary has answered.
//
//   Shape     take_requests(), then next() until there is none; on_end() passes the result to
//             Watch. on_names() when DNS has answered.
//   Names     the name of a canary is asked for when its address is not known, or older than
//             kNameAge; a known address holds until the answer.
//   Threads   one.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "monitor/outside.h"
#include "monitor/plans.h"
#include "monitor/visit.h"
#include "mxsweep/core/address.h"
#include "mxsweep/core/time.h"
#include "mxsweep/names/task.h"
#include "mxsweep/probe/observation.h"
#include "mxsweep/targets/target.h"
#include "mxsweep/watch/moment.h"
#include "mxsweep/watch/watch.h"

namespace mxsweep::monitor {

class Canaries {
 public:
  Canaries(watch::Watch& watch, const Plans& plans, Outside& outside)
      : watch_(watch), plans_(plans), outside_(outside) {}

  void take_requests(const watch::Moment& now);
  // The visit to start now.
  [[nodiscard]] std::optional<Visit> next();
  [[nodiscard]] std::size_t ready() const { return ready_.size(); }  // Visits to start.
  // Whether an answer of DNS is for on_names().
  [[nodiscard]] static bool asked_for(const targets::Target& question);
  void on_names(const std::vector<names::Resolved>& servers, const watch::Moment& now);
  void on_end(const Visit& visit, const probe::Observation& seen, Instant now);
  void forget();  // The configuration has others now.

 private:
  // A canary that is a name.
  struct Name {
    Address address;
    Instant answered = Instant::min();
    bool asking = false;
    std::vector<watch::CanaryRequest> waiting;
  };

  void begin(const watch::CanaryRequest& request, const watch::Moment& now);
  void visit(const watch::CanaryRequest& request, const targets::Target& target,
             const watch::Moment& now);

  watch::Watch& watch_;
  const Plans& plans_;
  Outside& outside_;
  std::vector<Name> names_;  // By the canaries' numbers.
  std::deque<Visit> ready_;
};

}  // namespace mxsweep::monitor

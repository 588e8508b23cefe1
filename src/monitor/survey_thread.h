// SPDX-License-Identifier: MIT
// Asks DNS all that the slow checks need, for the loop: in threads of names (monitor/name_thread)
// that run beside those of the probes, so that no probe waits for a check.
//
//   Shape     ask() and take() in the loop's thread. An answer is that of a name; its inquiry is a
//             checks::Survey. Target::number tells the questions apart.
//   DNSSEC    whether the resolver validates is found out before the first check that needs it, and
//             again after kValidationAge.
//   Errors    as of a NameThread; such an answer has no inquiry.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "monitor/name_thread.h"
#include "mxsweep/checks/options.h"
#include "mxsweep/names/inquiry.h"
#include "mxsweep/names/name_options.h"

namespace mxsweep::monitor {

inline constexpr Duration kValidationAge = std::chrono::hours{1};
inline constexpr Duration kValidationAgain = std::chrono::minutes{1};  // It did not answer.

class SurveyThread {
 public:
  SurveyThread(const names::NameOptions& names, threads::Doorbell& bell);

  void ask(targets::Target&& target, bool domain, const checks::Options& options);
  [[nodiscard]] bool take(std::vector<names::Resolved>& servers);
  [[nodiscard]] bool has_answers() const { return hosts_.has_answers() || domains_.has_answers(); }
  [[nodiscard]] Status failure() const {
    return hosts_.failure().ok() ? domains_.failure() : hosts_.failure();
  }

 private:
  [[nodiscard]] names::NameOptions with_surveys(bool domains);
  [[nodiscard]] std::shared_ptr<names::Inquiry> survey(const targets::Target& target,
                                                       const std::string& domain);
  [[nodiscard]] bool validates();

  names::NameOptions names_;
  std::mutex lock_;
  std::unordered_map<std::uint64_t, checks::Options> asked_;  // By Target::number.
  std::mutex validation_lock_;                                // Held while the resolver is asked.
  bool validates_ = false;
  Instant validation_until_ = Instant::min();
  NameThread hosts_;
  NameThread domains_;
};

}  // namespace mxsweep::monitor

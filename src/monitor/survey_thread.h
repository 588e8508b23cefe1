// SPDX-License-Identifier: MIT
// Asks DNS all that the slow checks need, for the loop: in a thread of names (monitor/name_thread)
// that runs beside that of the probes, so that no probe waits for a check.
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
  [[nodiscard]] bool has_answers() const { return names_.has_answers(); }
  [[nodiscard]] Status failure() const { return names_.failure(); }

 private:
  struct Asked {
    bool domain = false;
    checks::Options options{};
  };

  [[nodiscard]] names::NameOptions with_surveys();
  [[nodiscard]] std::shared_ptr<names::Inquiry> survey(const targets::Target& target,
                                                       const dns::Name& name);
  [[nodiscard]] bool validates();

  names::NameOptions options_;
  std::mutex lock_;
  std::unordered_map<std::uint64_t, Asked> asked_;  // By Target::number.
  bool validates_ = false;                          // These two are the thread's.
  Instant validation_until_ = Instant::min();
  NameThread names_;
};

}  // namespace mxsweep::monitor

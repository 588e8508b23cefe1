// SPDX-License-Identifier: MIT
// Asks DNS, blocklists and policy hosts all that the slow checks need, for the loop: in a thread of
// names (monitor/name_thread) that runs beside that of the probes, so that no probe waits for a
// check.
//
//   Shape     ask() and take() in the loop's thread. An answer is that of a name; its inquiry is a
//             checks::Survey. Target::number tells the questions apart.
//   DNSSEC    whether the resolver validates is found out before the first check that needs it, and
//             again after kValidationAge.
//   Lists     other blocklists take the place of the present ones when nothing is being asked;
//             until then new questions wait.
//   Errors    as of a NameThread; such an answer has no inquiry. troubles() has those of the lists.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "monitor/name_thread.h"
#include "monitor/outside.h"
#include "mxsweep/dnsbl/run.h"
#include "mxsweep/names/inquiry.h"
#include "mxsweep/names/name_options.h"

namespace mxsweep::monitor {

inline constexpr Duration kValidationAge = std::chrono::hours{1};
inline constexpr Duration kValidationAgain = std::chrono::minutes{1};  // It did not answer.
inline constexpr std::uint32_t kFetchesAtOnce = 16;

class SurveyThread {
 public:
  // `ca_file`: of policy hosts; empty: the system's certificates.
  SurveyThread(const names::NameOptions& names, const std::string& ca_file,
               threads::Doorbell& bell);

  // The blocklists that are asked from now on; null: none.
  void use(std::shared_ptr<dnsbl::Run> lists);

  void ask(targets::Target&& target, const CheckPlan& plan);
  [[nodiscard]] bool take(std::vector<names::Resolved>& servers);
  [[nodiscard]] bool has_answers() const { return names_->has_answers(); }
  [[nodiscard]] Status failure() const { return names_->failure(); }
  // Ends the thread. Errors: the count of the lists' questions cannot be written.
  Status finish();
  // Of each list that was ever asked; an empty sentence: it is well.
  [[nodiscard]] const std::map<std::string, std::string>& troubles();

 private:
  struct Question {
    targets::Target target;
    CheckPlan plan;
  };

  [[nodiscard]] names::NameOptions with_surveys();
  void switch_lists();
  [[nodiscard]] std::shared_ptr<names::Inquiry> survey(const targets::Target& target,
                                                       const dns::Name& name);
  [[nodiscard]] bool validates();

  names::NameOptions options_;
  threads::Doorbell& bell_;
  std::mutex lock_;
  std::unordered_map<std::uint64_t, CheckPlan> asked_;  // By Target::number.
  bool validates_ = false;                              // These two are the thread's.
  Instant validation_until_ = Instant::min();
  std::shared_ptr<dnsbl::Run> lists_;                // They change while there is no thread.
  std::optional<std::shared_ptr<dnsbl::Run>> next_;  // They wait for the open questions,
  std::vector<Question> waiting_;                    // and these for them.
  std::map<std::string, std::string> troubles_;
  std::optional<NameThread> names_;
};

}  // namespace mxsweep::monitor

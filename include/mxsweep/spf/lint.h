// SPDX-License-Identifier: MIT
// Checks a domain's SPF for every sender at once: each branch is walked, so that the counts are
// those of the sender that nothing matches. On the same answers check_host() runs for addresses
// that are known to send. Pure: the caller sends the questions.
//
//   Source   RFC 7208; the findings that it raises are those of section SPF in
//            core/check_findings.def.
//   Shape    take_question() until there is none, on_answer() for each in any order; then done().
//   Limits   kQuestionsMax questions and kTermsMax terms. A tree that is larger is cut, and
//            SpfReport::partial says so.
//   Errors   a failed lookup makes the verdict temperror, unless what is known is permerror.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/spf/answers.h"
#include "mxsweep/spf/report.h"

namespace mxsweep::spf {

struct LintOptions {
  Limits limits{};
  std::vector<Address> from{};
};

class Lint {
 public:
  // Requires: dns::is_name(domain), and it is not the root.
  explicit Lint(std::string_view domain, const LintOptions& options = {});

  [[nodiscard]] bool take_question(dns::Question& question) {
    return answers_.take_question(question);
  }
  void on_answer(std::uint32_t number, const dns::Answer& answer);

  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] const SpfReport& report() const { return report_; }  // Requires: done().

 private:
  void run();
  bool check_senders();

  std::string domain_;
  LintOptions options_;
  Answers answers_;
  SpfReport report_;
  bool done_ = false;
};

}  // namespace mxsweep::spf

// SPDX-License-Identifier: MIT
// Whether a domain asks for reports on TLS, and where they go. Pure: the caller asks the question.
//
//   Source   RFC 8460 section 3.
//   Shape    take_question() until there is none, on_answer(); then done().
//   Errors   a failure to find out is temperror: never the word for "none".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/presence.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/policy/open_questions.h"
#include "mxsweep/policy/report_uri.h"
#include "mxsweep/policy/verdict.h"

namespace mxsweep::policy {

struct TlsRptReport {
  Presence present = Presence::unknown;
  Verdict verdict = Verdict::temperror;
  std::string record{};
  std::vector<ReportUri> rua{};
  FindingReports findings{};
};

class TlsRpt {
 public:
  // Requires: dns::is_name(domain), in lower case, not empty.
  explicit TlsRpt(std::string_view domain);

  [[nodiscard]] bool take_question(dns::Question& question) { return questions_.take(question); }
  void on_answer(std::uint32_t number, const dns::Answer& answer);

  [[nodiscard]] bool done() const { return questions_.settled(); }
  [[nodiscard]] const TlsRptReport& report() const;  // Requires: done().

 private:
  void on_record(std::string_view text, const std::string& at);

  OpenQuestions questions_;
  TlsRptReport report_;
};

// {"present":"yes","verdict":"ok","record":"...","rua":["mailto:..."]}; the last two only if there
// is a record.
void append_json(const TlsRptReport& report, std::string& out);

}  // namespace mxsweep::policy

// SPDX-License-Identifier: MIT
#include "mxsweep/core/check_finding.h"

#include "mxsweep/core/enum_words.h"

namespace mxsweep {
namespace {

constexpr std::array<CheckFindingRow, kCheckFindingCount> kCheckFindings = {{
#define CHECK_FINDING(name, word, out, in, reference, seen, cure) \
  {word, Severity::out, Severity::in, reference, seen, cure},
#include "mxsweep/core/check_findings.def"
#undef CHECK_FINDING
}};

static_assert(words_differ(kCheckFindings));

}  // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::info: return "info";
    case Severity::notice: return "notice";
    case Severity::warn: return "warn";
    case Severity::error: return "error";
  }
  return {};
}

const std::array<CheckFindingRow, kCheckFindingCount>& check_finding_rows() {
  return kCheckFindings;
}

std::string_view to_string(CheckFinding finding) { return word_of(kCheckFindings, finding); }

Severity severity_of(CheckFinding finding, MailRole role) {
  const CheckFindingRow& row = kCheckFindings[static_cast<std::size_t>(finding)];
  return role == MailRole::in ? row.in : row.out;
}

Severity severity_of(const FindingReport& report, MailRole role) {
  const Severity usual = severity_of(report.finding, role);
  return role == MailRole::in ? usual : report.severity.value_or(usual);
}

}  // namespace mxsweep

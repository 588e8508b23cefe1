// SPDX-License-Identifier: MIT
#include "mxsweep/results/schema.h"

#include <cstddef>
#include <string_view>

#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/cause.h"
#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/finding.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/core/software.h"
#include "mxsweep/results/json_object.h"
#include "mxsweep/tls/facts.h"
#include "results/json_tls.h"
#include "results/record.schema.json.h"

namespace mxsweep::results {
namespace {

// One word per line, indented like the line that ends in `before`.
template <typename ToWord>
std::string words(std::size_t count, std::string_view before, ToWord to_word) {
  const std::size_t line = before.rfind('\n') + 1;
  const std::string margin(before.find_first_not_of(' ', line) - line, ' ');
  std::string list;
  for (std::size_t i = 0; i < count; ++i) {
    list += i == 0 ? "\n  " : ",\n  ";
    list += margin;
    append_quoted(to_word(i), list);
  }
  return list + "\n" + margin;
}

// The words of an enum, from its value `First` on.
template <auto First>
std::string_view word_of(std::size_t index) {
  return to_string(static_cast<decltype(First)>(static_cast<std::size_t>(First) + index));
}

// What the words mean, for those who read the schema: of the rows, `text`.
template <typename Rows, typename Text>
std::string texts(const Rows& rows, std::string_view before, Text text) {
  return words(rows.size(), before, [&](std::size_t i) { return rows[i].*text; });
}

std::string word_list(std::string_view name, std::string_view before) {
  using tls::VerifyError;
  constexpr auto kFirstError = VerifyError::certificate_expired;
  constexpr std::size_t kGroups = kCauseGroupCount - 1;  // Those of records with a cause.
  constexpr std::size_t kBlames = kBlameCount - 1;
  constexpr auto kErrors = static_cast<std::size_t>(VerifyError::validation_failure);
  if (name == "outcomes") return words(kOutcomeCount, before, word_of<Outcome{}>);
  if (name == "phases") return words(kPhaseCount, before, word_of<Phase{}>);
  if (name == "causes") return words(kCauseCount, before, word_of<Cause{}>);
  if (name == "cause_texts") return texts(cause_rows(), before, &CauseRow::sentence);
  if (name == "cause_groups") return words(kGroups, before, word_of<CauseGroup::connectivity>);
  if (name == "blames") return words(kBlames, before, word_of<Blame::target>);
  if (name == "tls_versions") {
    return words(kTlsVersions.size(), before, [](std::size_t i) { return kTlsVersions[i]; });
  }
  if (name == "verify_errors") return words(kErrors, before, word_of<kFirstError>);
  if (name == "check_findings") {
    return words(kCheckFindingCount, before, word_of<CheckFinding{}>);
  }
  if (name == "check_finding_texts") {
    return texts(check_finding_rows(), before, &CheckFindingRow::seen);
  }
  if (name == "findings") return words(kFindingCount, before, word_of<Finding{}>);
  if (name == "finding_texts") return texts(finding_rows(), before, &FindingRow::seen);
  if (name == "evidence_parts") return words(kEvidencePartCount, before, word_of<EvidencePart{}>);
  if (name == "confidences") return words(kConfidenceCount, before, word_of<Confidence{}>);
  if (name == "anomaly_texts") return texts(anomaly_rows(), before, &AnomalyRow::seen);
  INVARIANT(name == "anomalies");
  return words(kAnomalyCount, before, word_of<Anomaly{}>);
}

}  // namespace

// In the file a placeholder such as "@causes@" stands for the words of a closed list.
std::string schema_json() {
  constexpr std::string_view kOpen = "\"@";
  constexpr std::string_view kClose = "@\"";
  std::string schema;
  std::string_view rest = kRecordSchema;
  while (true) {
    const std::size_t open = rest.find(kOpen);
    schema += rest.substr(0, open);
    if (open == rest.npos) return schema;
    rest.remove_prefix(open + kOpen.size());
    const std::size_t close = rest.find(kClose);
    schema += word_list(rest.substr(0, close), schema);
    rest.remove_prefix(close + kClose.size());
  }
}

}  // namespace mxsweep::results

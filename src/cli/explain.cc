// SPDX-License-Identifier: MIT
// What a word of the record means and what to do about it, from the tables that the records are
// made from.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/certificate_words.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/say.h"
#include "cli/without_marks.h"
#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/cause.h"
#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/finding.h"
#include "mxsweep/core/nearest_word.h"
#include "mxsweep/verdict/rules_of.h"

namespace mxsweep::cli {
namespace {

void explain_cause(const CauseRow& row) {
  put("{}: {}\n", row.word, without_marks(row.sentence));
  put("  outcome  {}\n", to_string(outcome_of(row.cause)));
  if (row.group != CauseGroup::none) {
    put("  group    {}\n", to_string(row.group));
    put("  blame    {} ({})\n", to_string(row.blame), row.side);
  }
  if (!row.seen.empty()) put("  seen     {}\n", without_marks(row.seen));
  put("  to do    {}\n", without_marks(row.advice));
  std::string_view before = "  rules    ";
  for (const std::string& rule : verdict::rules_of(row.cause)) {
    put("{}{}\n", before, rule);
    before = "           ";
  }
}

// The rows of anomalies and findings have the same cells.
template <typename Rows>
bool explain_from(const Rows& rows, std::string_view kind, std::string_view word) {
  const auto row = std::ranges::find_if(rows, [word](const auto& r) { return r.word == word; });
  if (row == rows.end()) return false;
  put("{} ({}): {}\n  may mean {}\n", row->word, kind, without_marks(row->seen),
      without_marks(row->meaning));
  return true;
}

bool explain_check(std::string_view word) {
  for (const CheckFindingRow& row : check_finding_rows()) {
    if (row.word != word) continue;
    put("{} (check): {}\n", row.word, without_marks(row.seen));
    put("  severity {} for what sends mail, {} for what only receives it\n", to_string(row.out),
        to_string(row.in));
    put("  rule     {}\n  to do    {}\n", row.reference, without_marks(row.cure));
    return true;
  }
  return false;
}

bool explain_word(std::string_view word) {
  for (const CauseRow& row : cause_rows()) {
    if (row.word != word) continue;
    explain_cause(row);
    return true;
  }
  return explain_from(anomaly_rows(), "anomaly", word) ||
         explain_from(finding_rows(), "finding", word) || explain_check(word);
}

std::vector<std::string> known_words() {
  std::vector<std::string> words;
  for (const CauseRow& row : cause_rows()) words.emplace_back(row.word);
  for (const AnomalyRow& row : anomaly_rows()) words.emplace_back(row.word);
  for (const FindingRow& row : finding_rows()) words.emplace_back(row.word);
  for (const CheckFindingRow& row : check_finding_rows()) words.emplace_back(row.word);
  return words;
}

int list_words() {
  const auto line = [](std::string_view word, std::string_view what) {
    put("{:<34} {}\n", word, without_marks(what));
  };
  put("Causes:\n");
  for (const CauseRow& row : cause_rows()) line(row.word, row.sentence);
  put("\nAnomalies:\n");
  for (const AnomalyRow& row : anomaly_rows()) line(row.word, row.seen);
  put("\nFindings:\n");
  for (const FindingRow& row : finding_rows()) line(row.word, row.seen);
  put("\nFindings of checks:\n");
  for (const CheckFindingRow& row : check_finding_rows()) line(row.word, row.seen);
  return kRanToItsEnd;
}

int explain_words(const std::vector<std::string>& words) {
  if (words.empty()) return list_words();
  std::string_view between;
  for (const std::string& word : words) {
    put("{}", between);
    between = "\n";
    if (explain_word(word)) continue;
    const std::vector<std::string> known = known_words();
    const std::string_view near = nearest_word(word, known);
    say("mxsweep: '{}' is no cause, anomaly or finding{}; mxsweep explain lists them\n",
        printable(word), near.empty() ? "" : fmt::format(", do you mean '{}'?", near));
    return kWrongUsage;
  }
  return kRanToItsEnd;
}

}  // namespace

void add_explain(Program& program) {
  const auto words = std::make_shared<std::vector<std::string>>();
  Command& command =
      program.add_command("explain",
                          "Print what a cause, an anomaly or a finding of a record means, where "
                          "the fault lies, what to do, and which replies have that cause; without "
                          "a word, list all");
  command.add_operands("WORD", *words, "As in records: resources.storage, bare_lf, mx_is_alias");
  command.on_run([words] { return explain_words(*words); });
}

}  // namespace mxsweep::cli

// SPDX-License-Identifier: MIT
#include "mxsweep/verdict/causes_page.h"

#include <initializer_list>
#include <string_view>

#include "mxsweep/core/anomaly.h"
#include "mxsweep/core/cause.h"
#include "mxsweep/core/enum_words.h"
#include "mxsweep/core/finding.h"

namespace mxsweep::verdict {
namespace {

struct Section {
  CauseSection section;
  std::string_view title;
  std::string_view outcome_note;  // After the outcome in the heading.
  std::string_view intro;         // A paragraph, or empty.
};

constexpr Section kSections[] = {
    {CauseSection::well, "Nothing is wrong", "", ""},
    {CauseSection::input, "The input line", "", ""},
    {CauseSection::excluded, "Not to be visited", "",
     "Phase `input` for a target as the list has it, `dns` for what its name led to. Nothing was "
     "sent to it. See `docs/politeness.md`."},
    {CauseSection::local, "Our own side", "", ""},
    {CauseSection::name, "The name", "", ""},
    {CauseSection::mx, "The MX record", "",
     "With `--mx`, phase `dns`. The record does not name a server on the internet, and no "
     "connection was attempted."},
    {CauseSection::network, "The network, or nothing that speaks SMTP", "", ""},
    {CauseSection::declined, "The server declined", "",
     "It answered with a refusal in SMTP, or its domain did so in DNS. The refusal does not show "
     "what the server can do for other clients."},
    {CauseSection::tls, "TLS was started but not completed",
     "; `degraded` after STARTTLS, because SMTP in clear text had worked",
     "A timeout, a close or a reset in the handshake keeps its word from above, with phase `tls`, "
     "and follows the same rule."},
    {CauseSection::fix, "Up, with something to fix", "", ""},
    {CauseSection::run, "What was run in place of a probe", "",
     "Of a `[[check]]` of `mxsweep watch`, phase `input`: see `docs/watch.md`."},
};
static_assert(std::size(kSections) == kCauseSectionCount);

constexpr std::string_view kAnomalies =
    "\n"
    "## Anomalies\n"
    "\n"
    "Deviations from the standard that we tolerate. An anomaly never decides an outcome.\n"
    "\n"
    "| anomaly | what was seen | what it may mean |\n"
    "|---|---|---|\n";

constexpr std::string_view kFindings =
    "\n"
    "## Findings\n"
    "\n"
    "Irregularities in the DNS path from a name to its servers, in `dns.findings`. The servers are "
    "probed all the same.\n"
    "Only `mx_is_alias` decides an outcome: a server that is otherwise `ok` is then `degraded`, "
    "with the cause `config.mx_cname`.\n"
    "\n"
    "| finding | what was seen | what it may mean |\n"
    "|---|---|---|\n";

// "| `word` | one | two |".
void append_row(std::string& page, std::string_view word,
                std::initializer_list<std::string_view> cells) {
  page.append("| `").append(word).append("` |");
  for (const std::string_view cell : cells) page.append(" ").append(cell).append(" |");
  page += '\n';
}

void append_section(std::string& page, const Section& section) {
  page.append("\n### ").append(section.title);
  if (section.section != CauseSection::well) {
    page.append(" (outcome `").append(to_string(outcome_of(section.section))).append("`");
    page.append(section.outcome_note).append(")");
  }
  if (!section.intro.empty()) page.append("\n\n").append(section.intro);
  page += "\n\n| cause | group | blame | what was seen | what to do |\n|---|---|---|---|---|\n";
  for (const CauseRow& row : cause_rows()) {
    if (row.section != section.section) continue;
    std::string blame(to_string(row.blame));
    if (row.blame != Blame::none) blame.append(": ").append(row.side);
    append_row(
        page, row.word,
        {to_string(row.group), blame, row.seen.empty() ? row.sentence : row.seen, row.advice});
  }
}

}  // namespace

std::string causes_page() {
  std::string page = "## Causes\n";
  for (const Section& section : kSections) append_section(page, section);
  page += kAnomalies;
  for (const AnomalyRow& row : anomaly_rows()) append_row(page, row.word, {row.seen, row.meaning});
  page += kFindings;
  for (const FindingRow& row : finding_rows()) append_row(page, row.word, {row.seen, row.meaning});
  return page;
}

}  // namespace mxsweep::verdict

// SPDX-License-Identifier: MIT
// Looks a reply up in the table of rows.
#include <string_view>
#include <vector>

#include "mxsweep/smtp/reply.h"
#include "verdict/folded.h"
#include "verdict/phrase_index.h"
#include "verdict/reply_rows.h"

namespace mxsweep::verdict {
namespace {

bool fits(CodeRange range, int code) {
  return (range.first <= code && code <= range.last) || (range.or_221 && code == kQuitReply);
}

bool fits(EnhancedRange range, smtp::EnhancedCode code) {
  if (range.subject == EnhancedRange::kAnySubject) return true;
  return code && code.subject == range.subject && range.detail_first <= code.detail &&
         code.detail <= range.detail_last;
}

const PhraseIndex& phrase_index() {
  static const PhraseIndex index = [] {
    std::vector<std::string_view> phrases;
    for (const ReplyRow& row : reply_rows()) phrases.push_back(row.phrases);
    return PhraseIndex(phrases);
  }();
  return index;
}

}  // namespace

std::size_t matching_row(Phase phase, int code, std::string_view reply, const SentCommands& sent) {
  const smtp::EnhancedCode enhanced = smtp::enhanced_code(reply);
  const RowSet said = phrase_index().rows_in(Folded(reply, sent).text());
  const std::span<const ReplyRow> rows = reply_rows();
  // The last row matches every reply.
  std::size_t row = 0;
  while (row + 1 < rows.size() &&
         !(has(rows[row].phases, phase) && fits(rows[row].codes, code) &&
           fits(rows[row].enhanced, enhanced) && (rows[row].phrases.empty() || said.test(row)))) {
    ++row;
  }
  return row;
}

}  // namespace mxsweep::verdict

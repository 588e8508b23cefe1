// SPDX-License-Identifier: MIT
#include "mxsweep/core/cause.h"

#include "mxsweep/core/enum_words.h"

namespace mxsweep {
namespace {

constexpr std::array<CauseRow, kCauseCount> kCauses = {{
#define CAUSE(group, name, word, sentence, seen, side, advice) \
  {Cause::name, CauseGroup::group, word, sentence, seen, side, advice},
#include "mxsweep/core/causes.def"
#undef CAUSE
}};

consteval bool every_cell_is_filled() {
  for (const CauseRow& row : kCauses) {
    if (row.sentence.empty() || row.sentence.ends_with('.')) return false;
    if (row.side.empty() || row.advice.empty()) return false;
  }
  return true;
}

static_assert(words_differ(kCauses), "each cause has a word of its own");
static_assert(every_cell_is_filled(), "only `seen` may be empty, and sentences have no full stop");

}  // namespace

const std::array<CauseRow, kCauseCount>& cause_rows() { return kCauses; }

Outcome outcome_of(CauseGroup group) {
  switch (group) {
    case CauseGroup::well: return Outcome::ok;
    case CauseGroup::input: return Outcome::invalid;
    case CauseGroup::excluded: return Outcome::excluded;
    case CauseGroup::local: return Outcome::local;
    case CauseGroup::name:
    case CauseGroup::mx:
    case CauseGroup::network:
    case CauseGroup::tls: return Outcome::failed;
    // Overloaded and misconfigured servers too: the conversation did not get far enough to know
    // that everything else works. A null MX is the same refusal, in DNS.
    case CauseGroup::declined: return Outcome::refused;
    // The server had accepted EHLO, or its TLS works. Until this is fixed mail is delivered in
    // clear text, through an alias that some senders do not follow, or not as the user requires.
    case CauseGroup::fix: return Outcome::degraded;
  }
  INVARIANT(false && "a group outside its list");
  return {};
}

Outcome outcome_of(Cause cause) { return outcome_of(row_of(kCauses, cause).group); }

std::string_view explain(Cause cause) { return row_of(kCauses, cause).sentence; }

std::string_view to_string(Cause cause) { return word_of(kCauses, cause); }

}  // namespace mxsweep

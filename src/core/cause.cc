// SPDX-License-Identifier: MIT
#include "mxsweep/core/cause.h"

#include "mxsweep/core/enum_words.h"

namespace mxsweep {
namespace {

constexpr std::array<CauseRow, kCauseCount> kCauses = {{
// clang-format off
#define CAUSE(section, name, word, group, blame, sentence, seen, side, advice) \
  {Cause::name, CauseSection::section, word, CauseGroup::group, Blame::blame, \
   sentence, seen, side, advice},
// clang-format on
#include "mxsweep/core/causes.def"
#undef CAUSE
}};

consteval bool every_cell_is_filled() {
  for (const CauseRow& row : kCauses) {
    if (row.sentence.empty() || row.sentence.ends_with('.')) return false;
    if (row.side.empty() || row.advice.empty()) return false;
    if ((row.group == CauseGroup::none) != (row.cause == Cause::none)) return false;
    if ((row.blame == Blame::none) != (row.cause == Cause::none)) return false;
  }
  return true;
}

static_assert(words_differ(kCauses), "each cause has a word of its own");
static_assert(every_cell_is_filled(), "only `seen` may be empty, and sentences have no full stop");

constexpr EnumWord<CauseGroup> kCauseGroups[] = {
    {CauseGroup::none, "none"},           {CauseGroup::connectivity, "connectivity"},
    {CauseGroup::resources, "resources"}, {CauseGroup::configuration, "configuration"},
    {CauseGroup::blocklist, "blocklist"}, {CauseGroup::throttled, "throttled"},
    {CauseGroup::protocol, "protocol"},   {CauseGroup::scanner, "scanner"},
    {CauseGroup::unknown, "unknown"},
};
static_assert(has_each_value(kCauseGroups, CauseGroup::unknown) && words_differ(kCauseGroups));
static_assert(std::size(kCauseGroups) == kCauseGroupCount);

constexpr EnumWord<Blame> kBlames[] = {
    {Blame::none, "none"},       {Blame::target, "target"},   {Blame::path, "path"},
    {Blame::scanner, "scanner"}, {Blame::unknown, "unknown"},
};
static_assert(has_each_value(kBlames, Blame::unknown) && words_differ(kBlames));
static_assert(std::size(kBlames) == kBlameCount);

}  // namespace

const std::array<CauseRow, kCauseCount>& cause_rows() { return kCauses; }

Outcome outcome_of(CauseSection section) {
  switch (section) {
    case CauseSection::well: return Outcome::ok;
    case CauseSection::input: return Outcome::invalid;
    case CauseSection::excluded: return Outcome::excluded;
    case CauseSection::local: return Outcome::local;
    case CauseSection::name:
    case CauseSection::mx:
    case CauseSection::network:
    case CauseSection::tls:
    case CauseSection::run: return Outcome::failed;
    // Overloaded and misconfigured servers too: the conversation did not get far enough to know
    // that everything else works. A null MX is the same refusal, in DNS.
    case CauseSection::declined: return Outcome::refused;
    // The server had accepted EHLO, or its TLS works. Until this is fixed mail is delivered in
    // clear text, through an alias that some senders do not follow, or not as the user requires.
    case CauseSection::fix: return Outcome::degraded;
  }
  INVARIANT(false && "a section outside its list");
  return {};
}

Outcome outcome_of(Cause cause) { return outcome_of(row_of(cause).section); }

const CauseRow& row_of(Cause cause) { return row_of(kCauses, cause); }

std::string_view to_string(CauseGroup group) { return word_of(kCauseGroups, group); }

std::string_view to_string(Blame blame) { return word_of(kBlames, blame); }

std::string_view explain(Cause cause) { return row_of(kCauses, cause).sentence; }

std::string_view to_string(Cause cause) { return word_of(kCauses, cause); }

}  // namespace mxsweep

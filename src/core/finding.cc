// SPDX-License-Identifier: MIT
#include "mxsweep/core/finding.h"

#include "mxsweep/core/enum_words.h"

namespace mxsweep {
namespace {

constexpr std::array<FindingRow, kFindingCount> kFindings = {{
#define FINDING(name, seen, meaning) {#name, seen, meaning},
#include "mxsweep/core/findings.def"
#undef FINDING
}};

static_assert(words_differ(kFindings));

}  // namespace

const std::array<FindingRow, kFindingCount>& finding_rows() { return kFindings; }

std::string_view to_string(Finding finding) { return word_of(kFindings, finding); }

}  // namespace mxsweep

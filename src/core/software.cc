// SPDX-License-Identifier: MIT
#include "mxsweep/core/software.h"

#include "mxsweep/core/enum_words.h"

namespace mxsweep {
namespace {

constexpr EnumWord<EvidencePart> kParts[] = {
    {EvidencePart::greeting, "greeting"},
    {EvidencePart::ehlo, "ehlo"},
    {EvidencePart::reply, "reply"},
    {EvidencePart::extensions, "extensions"},
};
static_assert(has_each_value(kParts, EvidencePart::extensions) && words_differ(kParts));

constexpr EnumWord<Confidence> kConfidences[] = {
    {Confidence::certain, "certain"},
    {Confidence::likely, "likely"},
    {Confidence::possible, "possible"},
};
static_assert(has_each_value(kConfidences, Confidence::possible) && words_differ(kConfidences));

}  // namespace

std::string_view to_string(EvidencePart part) { return word_of(kParts, part); }
std::string_view to_string(Confidence confidence) { return word_of(kConfidences, confidence); }

}  // namespace mxsweep

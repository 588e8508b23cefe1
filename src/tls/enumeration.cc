// SPDX-License-Identifier: MIT
#include "mxsweep/tls/enumeration.h"

#include "mxsweep/core/enum_words.h"

namespace mxsweep::tls {
namespace {

constexpr EnumWord<Known> kKnownWords[] = {
    {Known::not_known, "unknown"},
    {Known::yes, "yes"},
    {Known::no, "no"},
};
static_assert(has_each_value(kKnownWords, Known::no) && words_differ(kKnownWords));

}  // namespace

std::string_view to_string(Known known) { return word_of(kKnownWords, known); }

}  // namespace mxsweep::tls

// SPDX-License-Identifier: MIT
#include "mxsweep/tls/enumeration.h"

#include "mxsweep/core/enum_words.h"
#include "mxsweep/core/memory.h"

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

std::size_t octets_held(const Enumeration& enumeration) {
  std::size_t octets = held_by(enumeration.ja4s) + held_by(enumeration.fingerprint) +
                       held_by(enumeration.versions) + held_by(enumeration.resumption) +
                       held_by(enumeration.leaves);
  for (const VersionSupport& row : enumeration.versions) octets += held_by(row.ciphers);
  for (const ShownLeaf& leaf : enumeration.leaves) octets += held_by(leaf.server_name);
  return octets;
}

}  // namespace mxsweep::tls

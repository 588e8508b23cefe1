// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/header_check.h"

#include <chrono>

#include "mxsweep/core/duration.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/tags.h"
#include "mxsweep/message/authentication.h"
#include "mxsweep/roundtrip/pattern.h"

namespace mxsweep::roundtrip {
namespace {

const message::Field* field_of(const HeaderPattern& wanted, const message::Headers& headers,
                               std::string_view authserv_id) {
  if (same_word(wanted.name, "Authentication-Results")) {
    return wanted.index == 0 ? authentication_field(headers, authserv_id) : nullptr;
  }
  std::size_t before = 0;
  for (const message::Field& field : headers.fields) {
    if (!same_word(field.name, wanted.name)) continue;
    if (before == wanted.index) return &field;
    ++before;
  }
  return nullptr;
}

}  // namespace

std::optional<std::string> fault_of(const HeaderCheck& check, const message::Headers& headers,
                                    std::string_view authserv_id) {
  for (const HeaderPattern& wanted : check.patterns) {
    std::string name = wanted.name;
    if (wanted.index != 0) name += "[" + std::to_string(wanted.index) + "]";
    const message::Field* const field = field_of(wanted, headers, authserv_id);
    if (field == nullptr) return "there is no " + name;
    const Result<Pattern> pattern = Pattern::compile(wanted.pattern);
    INVARIANT(pattern.ok());
    if (!pattern->matches(field->value)) return name + " does not match " + wanted.pattern;
  }
  return std::nullopt;
}

std::optional<std::string> fault_of(const HopsCheck& check, const std::vector<message::Hop>& hops) {
  if (check.max != 0 && hops.size() > check.max) {
    return "there are " + std::to_string(hops.size()) + " hops, more than " +
           std::to_string(check.max);
  }
  for (const message::Hop& hop : hops) {
    if (check.each == Duration::zero() || !hop.delay || *hop.delay <= check.each) continue;
    return "the hop to " + hop.by + " took " + write_duration(*hop.delay) + ", more than " +
           write_duration(check.each);
  }
  return std::nullopt;
}

}  // namespace mxsweep::roundtrip

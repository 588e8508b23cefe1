// SPDX-License-Identifier: MIT
// Writes the members that a record and a domain's line have in common: the target, the path
// through DNS, and the cause.
//
//   Shape     Each piece begins with a comma, unless noted otherwise. Unknown members are left out.
//             All names of a line have the same encoding: encoding_of_names().
//   Errors    none: names may be any octets.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "mxsweep/core/finding.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/results/json_text.h"

namespace mxsweep::results {

// Latin-1 if one of them is not UTF-8, so that one flag suffices to restore the octets of all.
[[nodiscard]] Encoding encoding_of_names(std::initializer_list<std::string_view> names);

struct Origin {
  std::string_view target;
  std::uint64_t line;
  std::string_view list;
  std::string_view meta;
  std::string_view domain;
};

// From the line's opening brace to "domain".
void write_origin(const Origin& origin, Encoding encoding, JsonText& json);

// The opening brace and the members of an MX, without a comma before or a brace after them.
void open_mx(std::string_view host, std::uint16_t preference, Encoding encoding, JsonText& json);

// The "dns" object, if it has any members.
void write_dns(std::string_view unicode, bool authentic, FindingSet findings, Encoding encoding,
               JsonText& json);

// "cause" and, unless it is none, "group" and "blame" from the table of causes.
void write_cause(Cause cause, JsonText& json);

}  // namespace mxsweep::results

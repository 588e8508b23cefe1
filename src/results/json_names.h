// SPDX-License-Identifier: MIT
// What a record and a domain's line have in common: the target, and how DNS led on from there.
//
//   Shape     Each piece with a comma before it, unless it says otherwise; what is not known is
//             left out. All names of a line share one encoding: encoding_of_names().
//   Errors    none: names may be any octets.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "mxsweep/core/finding.h"
#include "results/json_text.h"

namespace mxsweep::results {

// Latin-1 if one of them is not UTF-8, so that one flag is enough to have the octets of all back.
[[nodiscard]] Encoding encoding_of_names(std::initializer_list<std::string_view> names);

struct Origin {
  std::string_view target;
  std::uint64_t line;
  std::string_view meta;
  std::string_view domain;
};

// From the line's opening bracket to "domain".
void write_origin(const Origin& origin, Encoding encoding, JsonText& json);

// The opening bracket and the members of an MX, no comma before and no bracket behind it.
void open_mx(std::string_view host, std::uint16_t preference, Encoding encoding, JsonText& json);

// The "dns" object, if there is something to say.
void write_dns(std::string_view unicode, bool authentic, FindingSet findings, Encoding encoding,
               JsonText& json);

}  // namespace mxsweep::results

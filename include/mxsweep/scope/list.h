// SPDX-License-Identifier: MIT
// Reads a list of prefixes and domains. Pure: octets in, a Named filled.
//
//   Shape     one of these on each line; the rest of a line from "#" on is a comment; blanks around
//             it, CRLF and a UTF-8 byte order mark are tolerated; the last line needs no line end:
//               192.0.2.10    192.0.2.0/24    192.0.2.8-192.0.2.20    2001:db8::/32
//               example.org   .example.org    *.example.org           (all three are the same)
//             Host bits in a prefix are ignored. An internationalised name becomes A-labels.
//   Errors    unusable, for the first line that is none of these: "FILE:LINE: what is wrong". The
//             Named is then filled in part: do not use it, because a list of exclusions that was
//             read in part lets pass what it should not.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"
#include "mxsweep/scope/scope.h"

namespace mxsweep::scope {

// Brings an internationalised name into A-labels, or says why it has none.
using ToAscii = std::function<Result<std::string>(std::string_view name)>;

// `file` is the name for messages. PrefixSet::freeze() is left to the caller.
[[nodiscard]] Status read_list(std::string_view octets, std::string_view file,
                               const ToAscii& to_ascii, Named& named);

// One entry, as on a line of a list, without its blanks. The error does not name it.
[[nodiscard]] Status read_entry(std::string_view text, const ToAscii& to_ascii, Named& named);

}  // namespace mxsweep::scope

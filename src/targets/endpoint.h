// SPDX-License-Identifier: MIT
// The part of a line that says where to connect.
//
//   Shape    [SCHEME://]HOST[:PORT][/]. HOST is an address, a prefix, a range of two whole
//            addresses or a host name; an IPv6 address with ":PORT" stands in brackets. smtps and
//            submissions mean implicit TLS on port 465, submission means port 587, smtp the default
//            ports.
//   Source   RFC 8314 section 7.3 (submissions), RFC 6409 (submission).
//   Errors   a cause of the input kind.
#pragma once

#include <string_view>

#include "mxsweep/core/outcome.h"
#include "targets/line.h"

namespace mxsweep::targets {

// Sets range or host, and port, scheme_port and tls where they are said.
[[nodiscard]] Cause read_endpoint(std::string_view text, bool mail_domains, Line& line);

// A port may be said twice, if it is the same.
[[nodiscard]] Cause add_port(std::string_view digits, Line& line);

// An address alone, as the only one of the line: with input.address when no remote host has it.
[[nodiscard]] Cause read_address(std::string_view text, Line& line);

}  // namespace mxsweep::targets

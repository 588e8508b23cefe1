// SPDX-License-Identifier: MIT
// Reads an endpoint: the part of a line that gives host and port.
//
//   Shape    [SCHEME://]HOST[:PORT][/]. HOST is an address, a prefix, a range of two whole
//            addresses or a host name; an IPv6 address with ":PORT" is in brackets. smtps and
//            submissions mean implicit TLS on port 465, submission means port 587, smtp the default
//            ports; imap, imaps, pop3 and pop3s their protocol and port.
//   Source   RFC 8314 section 7.3 (submissions, imaps, pop3s), RFC 6409 (submission).
//   Errors   a Cause of the group input.
#pragma once

#include <string_view>

#include "mxsweep/core/outcome.h"
#include "targets/line.h"

namespace mxsweep::targets {

// Sets range or host, and port, scheme_port and tls if they are given.
[[nodiscard]] Cause read_endpoint(std::string_view text, bool mail_domains, Line& line);

// Sets the port. A second port on a line is an error, unless it is equal to the first.
[[nodiscard]] Cause add_port(std::string_view digits, Line& line);

// Reads a text that must be one address. input.address: no remote host can have it.
[[nodiscard]] Cause read_address(std::string_view text, Line& line);

}  // namespace mxsweep::targets

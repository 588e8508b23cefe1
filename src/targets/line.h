// SPDX-License-Identifier: MIT
// What one line of the list says, before prefixes and default ports are spelt out.
//
//   Shape     HOST[:PORT][,PORT] or HOST[:PORT],NAME. HOST is an address, a prefix or a host name;
//             an IPv6 address with ":PORT" stands in brackets.
//   Lifetime  the views look into what was read.
//   Errors    a cause of the input kind; Cause::none when the line was understood.
#pragma once

#include <cstdint>
#include <string_view>

#include "mxsweep/core/outcome.h"
#include "mxsweep/targets/cidr.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::targets {

struct Line {
  AddressRange range;     // Family::none: the host is a name.
  std::string_view text;  // As written.
  std::string_view name;  // The name behind the comma or of the key "name"; may be empty.
  std::string_view meta;
  std::uint16_t port = 0;  // 0: the default ports.
  TlsMode tls = TlsMode::from_flags;
};

// Reads a whole line without blanks around it. `line` is overwritten.
[[nodiscard]] Cause read_text(std::string_view text, Line& line);

// A domain name that can be looked up: labels of letters, digits, hyphens and underscores, the last
// one not all digits (else 999.1.1.1 would be a name). Octets of UTF-8 pass as letters, so that an
// internationalised name is kept as written. One dot at the end is allowed.
[[nodiscard]] bool is_host_name(std::string_view name);

// 1..65535, or 0 when `digits` is no such number.
[[nodiscard]] std::uint16_t read_port(std::string_view digits);

}  // namespace mxsweep::targets

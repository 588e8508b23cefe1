// SPDX-License-Identifier: MIT
// Parses one line of the list, before prefixes and default ports are expanded.
//
//   Shape     an endpoint (endpoint.h) alone, or fields with a comma between them: ENDPOINT,PORT
//             ENDPOINT,NAME  RANK,HOST  or, as zgrab2 has them, ADDRESS,NAME,TAG[,PORT] where
//             fields may be empty (the tag is ignored). Below a header row its columns apply
//             instead. "open tcp 25 192.0.2.1 1700000000" and "banner tcp ...", as masscan -oL has
//             them.
//   Lifetime  the views are of the text that was read.
//   Errors    a Cause of the group input; Cause::none if the line could be read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "mxsweep/core/outcome.h"
#include "mxsweep/targets/target.h"
#include "mxsweep/targets/usable_range.h"
#include "targets/csv.h"

namespace mxsweep::targets {

struct Line {
  AddressRange range;     // Family::none: the host is a name.
  std::string_view text;  // As written; below a header row, the host's field.
  std::string_view host;  // The host name, a part of text; empty if there is a range.
  std::string_view name;  // The name after the comma, or of the key "name"; may be empty.
  std::string_view meta;
  std::span<const std::uint16_t> ports;  // If the line gives several; else empty.
  std::uint16_t port = 0;                // 0: the scheme's port.
  std::uint16_t scheme_port = 0;         // 0: the default ports.
  TlsMode tls = TlsMode::from_flags;
  std::optional<Protocol> protocol{};
  bool has_unread = false;  // A part of the line was not parsed, so it may not be UTF-8.
};

// Reads a line, given without blanks around it. Overwrites `line`.
[[nodiscard]] Cause read_text(std::string_view text, bool mail_domains, const Columns& columns,
                              Line& line);

// Whether it is a domain name that can be resolved: labels of letters, digits, hyphens and
// underscores, the last label not of digits and hyphens only (otherwise 999.1.1.1 and 192.0.2.8-9
// would be names). Octets of UTF-8 count as letters, so that an internationalised name is kept as
// written. One trailing dot is allowed.
[[nodiscard]] bool is_host_name(std::string_view name);

// 1..65535, or 0 when `digits` is no such number.
[[nodiscard]] std::uint16_t read_port(std::string_view digits);

}  // namespace mxsweep::targets

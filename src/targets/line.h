// SPDX-License-Identifier: MIT
// What one line of the list says, before prefixes and default ports are spelt out.
//
//   Shape     an endpoint (endpoint.h) alone, or fields with a comma between them: ENDPOINT,PORT
//             ENDPOINT,NAME  RANK,HOST  or, as zgrab2 has them, ADDRESS,NAME,TAG[,PORT] where
//             fields may be empty (the tag is not used). Below a header row its columns count
//             instead. "open tcp 25 192.0.2.1 1700000000", as masscan -oL has it.
//   Lifetime  the views look into what was read.
//   Errors    a cause of the input kind; Cause::none when the line was understood.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "mxsweep/core/outcome.h"
#include "mxsweep/targets/cidr.h"
#include "mxsweep/targets/target.h"
#include "targets/csv.h"

namespace mxsweep::targets {

struct Line {
  AddressRange range;     // Family::none: the host is a name.
  std::string_view text;  // As written; below a header row the field of the host.
  std::string_view host;  // The name that is the host, a part of text.
  std::string_view name;  // The name behind the comma or of the key "name"; may be empty.
  std::string_view meta;
  std::span<const std::uint16_t> ports;  // Where a line says several; else empty.
  std::uint16_t port = 0;                // 0: the scheme's.
  std::uint16_t scheme_port = 0;         // 0: the default ports.
  TlsMode tls = TlsMode::from_flags;
  bool has_unread = false;  // Something of the text was taken as it is: it may be no text.
};

// Reads a whole line without blanks around it. `line` is overwritten.
[[nodiscard]] Cause read_text(std::string_view text, bool mail_domains, const Columns& columns,
                              Line& line);

// A domain name that can be looked up: labels of letters, digits, hyphens and underscores, the last
// one not of digits and hyphens only (else 999.1.1.1 and 192.0.2.8-9 would be names). Octets of
// UTF-8 pass as letters, so that an internationalised name is kept as written. One dot at the end
// is allowed.
[[nodiscard]] bool is_host_name(std::string_view name);

// 1..65535, or 0 when `digits` is no such number.
[[nodiscard]] std::uint16_t read_port(std::string_view digits);

}  // namespace mxsweep::targets

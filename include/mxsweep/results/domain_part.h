// SPDX-License-Identifier: MIT
// What one record of a mail domain adds to the domain's line; and as a text, so that a sweep that
// is resumed can still make the line of a domain of which some records are written.
//
//   Shape    "OUTCOME CAUSE FLAGS PREFERENCE FINDINGS HOST", for example
//            "ok none ary 10 mx_repeated,hosts_cut mx1.example.net". Flags: a: it has an address,
//            r: the server answered in SMTP, y or n: it offers STARTTLS or does not, v: validated
//            (AD), c or w: its certificate is trusted and valid for its name, or it is not. "-": no
//            flag, no finding. The host may be empty, and may be any octets.
//   Lifetime the host is a view, of the record or of the text.
//   Errors   read_domain_part() returns nothing for any other text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/finding.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/results/record.h"

namespace mxsweep::results {

struct DomainPart {
  Outcome outcome = Outcome::local;
  Cause cause = Cause::none;
  bool has_address = false;
  bool answered = false;
  bool over_ipv6 = false;  // It was visited, at an IPv6 address.
  bool authentic = false;
  Offered starttls = Offered::not_known;
  // Whether the server's certificate is trusted and valid for its name.
  Offered certificate = Offered::not_known;
  FindingSet findings;
  std::uint16_t preference = 0;
  std::string_view host;
};

[[nodiscard]] DomainPart domain_part_of(const Record& record);

[[nodiscard]] std::string to_text(const DomainPart& part);
[[nodiscard]] std::optional<DomainPart> read_domain_part(std::string_view text);

}  // namespace mxsweep::results

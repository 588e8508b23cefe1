// SPDX-License-Identifier: MIT
// Reads the name of a host or a domain, as a person or a zone file writes it, and brings it into
// the form to query. Pure.
//
//   Source   RFC 1123 section 2.1 (letters, digits, hyphens), RFC 2181 section 11 (lengths),
//            RFC 5890 to 5892 and UTS 46 (internationalised names, by libidn2).
//   Shape    the text is UTF-8. One trailing dot is allowed and ignored. Underscores are accepted,
//            because such hosts exist, and reported as Name::underscore.
//   Errors   Name::error is the NameFault of the text; the other members are then empty.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/address.h"

namespace mxsweep::dns {

enum class NameFault : std::uint8_t {
  none,
  empty,           // No text, or only a dot.
  empty_label,     // Two dots in a row, or a dot at the start.
  label_too_long,  // More than 63 octets between two dots.
  name_too_long,   // More than 253 octets.
  character,       // A character that no host name has.
  not_idna,        // Not ASCII, and not a valid internationalised name.
};
[[nodiscard]] std::string_view to_string(NameFault error);

struct Name {
  std::string ascii;    // The form to query: lower case, no trailing dot. Empty: see error.
  std::string unicode;  // The form to display, in U-labels, if it differs; else empty.
  NameFault error = NameFault::none;
  bool underscore = false;
  bool single_label = false;
};

[[nodiscard]] Name read_name(std::string_view text);

// Appends the address as labels in reverse order, each with its dot, as the names of lists by
// address begin (RFC 5782): "1.2.0.192.", or 32 nibbles. Requires: family is not none.
void append_reversed(const Address& address, std::string& name);

// The name whose PTR records name the host of an address (RFC 1035 section 3.5, RFC 3596 section
// 2.5): "1.2.0.192.in-addr.arpa". Requires: family is not none.
[[nodiscard]] std::string reverse_name(const Address& address);

// Whether a Name::ascii is "localhost" or below it (RFC 6761 section 6.3).
[[nodiscard]] bool is_localhost(std::string_view ascii);

}  // namespace mxsweep::dns

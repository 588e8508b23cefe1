// SPDX-License-Identifier: MIT
// A host's or a domain's name as a person or a zone writes it. Pure.
//
//   Source   RFC 1123 section 2.1 (letters, digits, hyphens), RFC 2181 section 11 (lengths),
//            RFC 5890 to 5892 and UTS 46 (internationalised names, by libidn2).
//   Shape    text is UTF-8. One dot at its end may stand there and changes nothing. An underscore
//            is put up with: such hosts exist, and the finding says so.
//   Errors   an error that names what is wrong with the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mxsweep::dns {

enum class NameFault : std::uint8_t {
  none,
  empty,           // Nothing, or only a dot.
  empty_label,     // Two dots in a row, or one at the start.
  label_too_long,  // More than 63 octets between two dots.
  name_too_long,   // More than 253 octets.
  character,       // Something that no host name has in it.
  not_idna,        // Beyond ASCII, and not an internationalised name.
};
[[nodiscard]] std::string_view to_string(NameFault error);

struct Name {
  std::string ascii;    // Lower case, no dot at its end: what is asked for. Empty: see error.
  std::string unicode;  // The same for people, where it differs (U-labels); else empty.
  NameFault error = NameFault::none;
  bool underscore = false;
  bool single_label = false;
};

[[nodiscard]] Name read_name(std::string_view text);

// Whether this, as Name::ascii, is this machine's own name for itself (RFC 6761 section 6.3).
[[nodiscard]] bool is_localhost(std::string_view ascii);

}  // namespace mxsweep::dns

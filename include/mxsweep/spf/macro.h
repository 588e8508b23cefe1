// SPDX-License-Identifier: MIT
// Macros of SPF: reads macro strings, and expands them. Pure.
//
//   Source   RFC 7208 section 7; RFC 3986 section 2.3 for the escapes of capital letters.
//   Shape    text in, text out. Which letters a text needs is known before it is expanded, because
//            `p` needs lookups.
//   Errors   check_macros() returns the first fault; expand() of a text with a fault is nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/address.h"
#include "mxsweep/spf/record.h"

namespace mxsweep::spf {

enum class MacroPlace : std::uint8_t { domain, explanation };  // c, r and t: only in the latter.

// The fault of a macro string, with its octet in `text`. In an explanation spaces are allowed.
[[nodiscard]] std::optional<SyntaxFault> check_macros(std::string_view text, MacroPlace place);

// Whether a macro of the text has this letter, in lower or upper case. Requires: no fault.
[[nodiscard]] bool uses_letter(std::string_view text, char letter);
// Where its last macro ends; 0: it has none. Requires: no fault.
[[nodiscard]] std::size_t end_of_last_macro(std::string_view text);
// Whether its expansion depends on more than the domain: its sender or its address.
[[nodiscard]] bool depends_on_sender(std::string_view text);

struct MacroValues {
  std::string_view local{};               // l
  std::string_view origin{};              // o: the sender's domain
  std::string_view domain{};              // d: the domain whose record it is
  std::string_view helo{};                // h
  std::string_view name = "unknown";      // p
  std::string_view receiver = "unknown";  // r
  std::int64_t second = 0;                // t
  Address address{};                      // i, v and c
};

// An explanation is shown to a person, and a name has 253 octets at most.
inline constexpr std::size_t kExpandedOctetsMax = 4096;

// Requires: check_macros() finds no fault. What is beyond kExpandedOctetsMax is left out.
[[nodiscard]] std::string expand(std::string_view text, const MacroValues& values);

// The same for a domain-spec: without a dot at the end, and without as many labels in front as are
// necessary for 253 octets (section 7.3). "": it is longer than kExpandedOctetsMax.
[[nodiscard]] std::string expand_domain(std::string_view text, const MacroValues& values);

}  // namespace mxsweep::spf

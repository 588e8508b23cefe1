// SPDX-License-Identifier: MIT
// Reads SPF records, and finds the one among the TXT records of a name. Pure.
//
//   Source    RFC 7208 sections 4.5 (selection), 4.6.1 and 12 (grammar), 5 and 6 (terms), 7
//             (macros).
//   Shape     the text of one TXT record: its strings, joined. Term::text, Term::domain and so on
//             are places in it, because a record is kept for long and its parts are shown.
//   Units     octets; SyntaxFault::octet counts from 0 at the "v" of the version.
//   Errors    a syntax error anywhere makes the whole record invalid (section 4.6): RecordRead
//             then has the first fault and its octet, and the terms before it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"

namespace mxsweep::spf {

// What a term stands for. Modifiers come last.
enum class TermKind : std::uint8_t {
  all,
  include,
  a,
  mx,
  ptr,
  ip4,
  ip6,
  exists,
  redirect,
  exp,
  unknown_modifier,
};
[[nodiscard]] constexpr bool is_modifier(TermKind kind) { return kind >= TermKind::redirect; }
// Whether it is one of the terms of which an evaluation may meet ten (section 4.6.4).
[[nodiscard]] constexpr bool is_counted(TermKind kind) {
  return (kind >= TermKind::include && kind <= TermKind::ptr) || kind == TermKind::exists ||
         kind == TermKind::redirect;
}

enum class Qualifier : char { pass = '+', fail = '-', softfail = '~', neutral = '?' };

struct Place {
  std::uint32_t begin = 0;
  std::uint32_t size = 0;

  [[nodiscard]] std::string_view in(std::string_view text) const {
    return text.substr(begin, size);
  }
};

struct Term {
  TermKind kind = TermKind::all;
  Qualifier qualifier = Qualifier::pass;
  std::uint8_t prefix4 = 32;  // Lengths behind "/" and "//".
  std::uint8_t prefix6 = 128;
  bool has_domain = false;
  bool has_macro = false;  // In the domain.
  Place text{};            // The whole term.
  Place domain{};          // The domain-spec as written; of a modifier, what follows "=".
  Address network{};       // Of ip4 and ip6.
  // The domain as a question has it, if it has no macro; "": no question can have it.
  std::string name{};
};

enum class Syntax : std::uint8_t {
  non_ascii,
  control,            // An octet below 32 or 127: only spaces separate terms.
  unknown_mechanism,  // Also a modifier with a qualifier.
  no_argument,        // include, exists, ip4 and ip6 need one.
  argument,           // "all" and the like have none, or none of this kind.
  empty_domain,       // Nothing behind ":" or "=".
  domain_end,         // A domain ends in a macro, or in a dot and a top-level label.
  macro,              // "%" without "{", "%", "_" or "-", or without its end.
  macro_letter,       // None of RFC 7208, or one that only an explanation may have.
  macro_digits,       // A number of labels that is 0 or too great.
  address,            // Of ip4 or ip6.
  prefix_length,      // Beyond the family's greatest, or with a zero in front.
  modifier_name,      // "=" without a name before it.
  modifier_repeated,  // redirect and exp occur once at most.
  too_long,           // Longer than kRecordOctetsMax.
};
// In a few words: "a domain must end in a macro or a top-level label".
[[nodiscard]] std::string_view to_string(Syntax fault);

struct SyntaxFault {
  Syntax fault = Syntax::non_ascii;
  std::size_t octet = 0;

  friend bool operator==(const SyntaxFault&, const SyntaxFault&) = default;
};

// A TXT record can have some 65,000 octets. No evaluation needs that many, and each costs time.
inline constexpr std::size_t kRecordOctetsMax = 16 * 1024;

struct RecordRead {
  std::vector<Term> terms{};  // In order.
  std::optional<SyntaxFault> fault{};
};

// Requires: begins_record(text).
[[nodiscard]] RecordRead read_record(std::string_view text);

// Whether it begins with "v=spf1" and is that version: nothing or a space follows.
[[nodiscard]] bool begins_record(std::string_view text);

enum class SelectionKind : std::uint8_t { none, one, multiple };

struct Selection {
  SelectionKind kind = SelectionKind::none;
  std::size_t index = 0;       // Of the record, or of the first of several.
  bool leading_space = false;  // One that would be a record but for space in front of it.
};
// Of the texts of all TXT records at one name.
[[nodiscard]] Selection select_record(const std::vector<std::string>& texts);

// The form in which a question has the name (dns/message.h). "": it cannot be asked for, because a
// label is empty or too long, or the name is. One dot at the end is ignored.
[[nodiscard]] std::string question_name(std::string_view domain);

}  // namespace mxsweep::spf

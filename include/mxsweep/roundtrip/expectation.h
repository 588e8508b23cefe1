// SPDX-License-Identifier: MIT
// What a step of a script expects of a server's reply. Pure.
//
//   Shape    codes and classes are alternatives, and so are enhanced codes, and patterns; of each
//            kind that there is, one must hold: 550 with 5.1.1 is [550, "5.1.1"], and either of two
//            codes is [250, 251]. A pattern is held against the whole text of the reply: its lines
//            without their codes, with LF between them.
//   Source   RFC 5321 section 4.2, RFC 3463 (enhanced codes).
//   Errors   a Status of add_word(): a pattern that is none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/status.h"
#include "mxsweep/smtp/reply.h"

namespace mxsweep::roundtrip {

struct Expectation {
  std::vector<std::uint16_t> codes{};   // 220
  std::vector<std::uint8_t> classes{};  // 2: "2xx"
  std::vector<smtp::EnhancedCode> enhanced{};
  std::vector<std::string> patterns{};  // Of roundtrip/pattern.h.

  [[nodiscard]] bool empty() const {
    return codes.empty() && classes.empty() && enhanced.empty() && patterns.empty();
  }
  friend bool operator==(const Expectation&, const Expectation&) = default;
};

// Adds what a word of a script means: "550", "5xx", "5.1.1"; any other is a pattern.
Status add_word(std::string_view word, Expectation& expectation);
// The words that add_word() reads, in the order of the members.
[[nodiscard]] std::vector<std::string> words_of(const Expectation& expectation);

// `reply`: the octets of a complete reply. Requires: its patterns were added by add_word().
[[nodiscard]] bool holds(const Expectation& expectation, int code, std::string_view reply);

// The text of a reply that patterns see.
[[nodiscard]] std::string text_of(std::string_view reply);

}  // namespace mxsweep::roundtrip

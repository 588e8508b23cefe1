// SPDX-License-Identifier: MIT
// A regular expression that a user writes, over a text that a server has sent. Pure.
//
//   Source   the syntax of RE2; "." also matches a line end. Octets are matched as they are.
//   Cost     RE2 takes a time that is linear in the text, whatever the expression: usually 0.05 ms
//            for 16 KiB; the worst expression found within the limits below took 9 ms.
//   Errors   a Status in which position and reason stand in RE2's words.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"

namespace re2 {
class RE2;
}

namespace mxsweep::roundtrip {

inline constexpr std::size_t kPatternOctetsMax = 256;
inline constexpr std::size_t kPatternMemory = 256 * 1024;
// Of the compiled expression; those that people write have less than 100.
inline constexpr int kPatternInstructionsMax = 200;
// What is behind it in a text is not looked at. The largest replies seen have 2 KiB; of a header as
// much is kept.
inline constexpr std::size_t kMatchedOctetsMax = 16 * 1024;
// Of what a group has matched.
inline constexpr std::size_t kCapturedOctetsMax = 256;

class Pattern {
 public:
  static Result<Pattern> compile(std::string_view text);
  ~Pattern();
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;

  [[nodiscard]] bool matches(std::string_view text) const;  // Anywhere in it.
  // What the first group has matched, or the whole expression if it has no group; cut at
  // kCapturedOctetsMax. Nothing: it does not match.
  [[nodiscard]] std::optional<std::string> capture(std::string_view text) const;

 private:
  explicit Pattern(std::unique_ptr<re2::RE2> compiled);

  std::unique_ptr<re2::RE2> compiled_;
};

}  // namespace mxsweep::roundtrip

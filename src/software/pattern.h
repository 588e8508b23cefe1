// SPDX-License-Identifier: MIT
// The patterns of a table: fixed text with a few placeholders, for one line of a reply.
//
//   Shape     Letters are compared without regard to case. A blank is one or more blanks. "*" is
//             any text, also none. "^" at the begin and "$" at the end tie the pattern to the ends
//             of the line, blanks not counted. Text that begins or ends with a letter or digit is
//             whole words: "Exim" is not in "Eximious", "exim.example.org" or "Exim-like".
//
//               {version}   a digit and what follows of letters, digits, ".", "_", "+" and "-"; a
//                           "v" before it is passed over
//               {host}      a host name or an address; {host:.example.net}: one that ends so
//               {word}      anything without a blank
//               {number}    digits
//               {hex}       at least 16 hexadecimal digits
//               {ip}        an address in brackets
//               {masked}    ten or more of "*", "2", "0" and blanks, with four "*" in a row
//
//   Cost      one pass for each "*": what stands between two of them is matched where it first can
//             be, and each placeholder takes as much as it can.
//   Lifetime  owns its text; a version views the line.
//   Errors    why it is no pattern, as a sentence; empty: it is one.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mxsweep::software {

// Four octets that every matching line contains, letters folded: what a line is searched for first.
using Gram = std::uint32_t;
inline constexpr std::size_t kGramOctets = 4;

// Folds pairs of other octets too, which costs a comparison at most.
[[nodiscard]] inline Gram fold(Gram gram) { return gram | 0x20202020U; }

// A gram, and the text of the pattern that it is part of.
struct Fixed {
  Gram gram = 0;
  std::size_t offset = 0;   // Of the gram in the text.
  std::string_view text{};  // In lower case; views the pattern.
  // The letters next to the text, with blanks between; a blank: only blanks; NUL: not known.
  char before = 0;
  char after = 0;

  // Whether the text is there too, if the gram is at `at`.
  [[nodiscard]] bool stands_in(std::string_view line, std::size_t at) const;
};

class Pattern {
 public:
  [[nodiscard]] static std::string read(std::string_view text, Pattern& pattern);

  // `version` is set only by a match with {version}.
  [[nodiscard]] bool matches(std::string_view line, std::string_view& version) const;

  [[nodiscard]] bool takes_version() const { return takes_version_; }
  // Empty: it has no four fixed octets in a row.
  [[nodiscard]] std::vector<Fixed> fixed() const;

 private:
  enum class Kind : std::uint8_t {
    text,
    blanks,
    any,
    version,
    host,
    word,
    number,
    hex,
    ip,
    masked,
  };
  struct Element {
    Kind kind;
    std::string text;  // Of text, and the end of a host; in lower case.
  };

  [[nodiscard]] std::string add_placeholder(std::string_view word);
  void add(Kind kind) { elements_.push_back({kind, {}}); }
  // Matches elements from `first` up to the next `any`. Returns where in the line they end; npos:
  // they do not match at `at`.
  [[nodiscard]] std::size_t match_run(std::size_t first, std::string_view line, std::size_t at,
                                      std::string_view& version) const;
  [[nodiscard]] std::size_t match_one(const Element& element, std::string_view line, std::size_t at,
                                      std::string_view& version) const;
  // Where that run may begin, at `at` or after it; npos: nowhere.
  [[nodiscard]] std::size_t next_place(std::size_t first, std::string_view line,
                                       std::size_t at) const;
  [[nodiscard]] std::size_t end_of_run(std::size_t first) const;
  // The octet at that end of the text beyond blanks, as in Fixed.
  [[nodiscard]] char beyond(std::size_t element, bool forward) const;

  std::vector<Element> elements_;
  bool from_begin_ = false;
  bool to_end_ = false;
  bool takes_version_ = false;
};

}  // namespace mxsweep::software

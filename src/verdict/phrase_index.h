// SPDX-License-Identifier: MIT
// Finds all phrases of all rows in one pass over a folded reply.
//
//   Shape     A phrase is plain octets, or two parts joined by '+': the second begins within
//             kNearOctets after the end of the first. An index by the first four octets of a part
//             leads from each position of the text to the few parts that may begin there.
//   Lifetime  views the phrases of the rows, which must outlive it.
//   Errors    none.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace mxsweep::verdict {

inline constexpr std::size_t kRowsMax = 256;
using RowSet = std::bitset<kRowsMax>;

// How far the second part of a phrase may be from the first: some six words.
inline constexpr std::size_t kNearOctets = 40;
// Of each part: the index looks at so many.
inline constexpr std::size_t kPartOctetsMin = 4;

class PhraseIndex {
 public:
  // The phrases of each row, separated by '|'. Requires: at most kRowsMax rows, and parts of at
  // least kPartOctetsMin octets.
  explicit PhraseIndex(std::span<const std::string_view> phrases_of_rows);

  // The rows of which a phrase occurs in `text`.
  [[nodiscard]] RowSet rows_in(std::string_view text) const;

 private:
  struct Part {
    std::string_view text;
    std::vector<std::uint16_t> rows;  // Of which it is a whole phrase.
    // Of the phrases that it ends: the part before it, and the row.
    std::vector<std::pair<std::uint16_t, std::uint16_t>> after;
  };
  static constexpr std::size_t kBuckets = 4096;
  static constexpr std::size_t kPartsMax = 1280;

  std::uint16_t part(std::string_view text);
  static std::size_t bucket_of(const char* octets);

  std::vector<Part> parts_;                         // By bucket.
  std::array<std::uint16_t, kBuckets + 1> begins_;  // Bucket n: parts_[begins_[n], begins_[n + 1]).
};

}  // namespace mxsweep::verdict

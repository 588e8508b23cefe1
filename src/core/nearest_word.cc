// SPDX-License-Identifier: MIT
#include "mxsweep/core/nearest_word.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace mxsweep {
namespace {

constexpr std::size_t kWordOctetsMax = 64;  // Far longer than any known word.
constexpr std::size_t kBeginningOctetsMin = 3;

// The only one of `known` that begins with `word`.
std::string_view completed(std::string_view word, std::span<const std::string> known) {
  std::string_view found;
  for (const std::string& candidate : known) {
    if (!candidate.starts_with(word)) continue;
    if (!found.empty()) return {};
    found = candidate;
  }
  return found;
}

}  // namespace

std::size_t mistakes_between(std::string_view a, std::string_view b) {
  // Rows of the table of distances between all prefixes: the last but one, the last, this one.
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      const bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (exchanged) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string_view nearest_word(std::string_view word, std::span<const std::string> known) {
  if (word.size() > kWordOctetsMax) return {};
  if (word.size() >= kBeginningOctetsMin) {
    const std::string_view whole = completed(word, known);
    if (!whole.empty()) return whole;
  }
  std::size_t fewest = word.size() / 3 + 1;
  std::string_view nearest;
  for (const std::string& candidate : known) {
    const std::size_t mistakes = mistakes_between(word, candidate);
    if (mistakes > fewest) continue;
    if (mistakes == fewest) {
      nearest = {};
      continue;
    }
    fewest = mistakes;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace mxsweep

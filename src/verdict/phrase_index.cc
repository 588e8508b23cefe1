// SPDX-License-Identifier: MIT
#include "verdict/phrase_index.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "mxsweep/core/invariant.h"

namespace mxsweep::verdict {
namespace {

std::string_view next_of(std::string_view& rest, char separator) {
  const std::string_view first = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(first.size() + 1, rest.size()));
  return first;
}

}  // namespace

PhraseIndex::PhraseIndex(std::span<const std::string_view> phrases_of_rows) : begins_{} {
  INVARIANT(phrases_of_rows.size() <= kRowsMax);
  std::vector<std::string_view> texts;
  for (const std::string_view phrases : phrases_of_rows) {
    for (std::string_view rest = phrases; !rest.empty();) {
      for (std::string_view phrase = next_of(rest, '|'); !phrase.empty();) {
        texts.push_back(next_of(phrase, '+'));
        INVARIANT(texts.back().size() >= kPartOctetsMin);
      }
    }
  }
  const auto order = [](std::string_view text) { return std::pair(bucket_of(text.data()), text); };
  std::sort(texts.begin(), texts.end(),
            [&](std::string_view a, std::string_view b) { return order(a) < order(b); });
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  INVARIANT(texts.size() <= kPartsMax);
  for (const std::string_view text : texts) {
    parts_.push_back({text, {}, {}});
    ++begins_[bucket_of(text.data()) + 1];
  }
  for (std::size_t i = 0; i < kBuckets; ++i) {
    begins_[i + 1] = static_cast<std::uint16_t>(begins_[i + 1] + begins_[i]);
  }
  for (std::size_t i = 0; i < phrases_of_rows.size(); ++i) {
    const auto row = static_cast<std::uint16_t>(i);
    for (std::string_view rest = phrases_of_rows[i]; !rest.empty();) {
      std::string_view phrase = next_of(rest, '|');
      const std::uint16_t first = part(next_of(phrase, '+'));
      if (phrase.empty()) {
        parts_[first].rows.push_back(row);
      } else {
        parts_[part(phrase)].after.emplace_back(first, row);
      }
    }
  }
}

// Of a text that the index has.
std::uint16_t PhraseIndex::part(std::string_view text) {
  const auto found = std::find_if(parts_.begin(), parts_.end(),
                                  [&](const Part& candidate) { return candidate.text == text; });
  INVARIANT(found != parts_.end());
  return static_cast<std::uint16_t>(found - parts_.begin());
}

std::size_t PhraseIndex::bucket_of(const char* octets) {
  std::uint32_t four;
  std::memcpy(&four, octets, sizeof four);
  return four * 2'654'435'761U >> 20U;
}

RowSet PhraseIndex::rows_in(std::string_view text) const {
  RowSet rows;
  // Where each part ended last; 0: it has not occurred.
  std::array<std::uint16_t, kPartsMax> ends{};
  for (std::size_t at = 0; at + kPartOctetsMin <= text.size(); ++at) {
    const std::size_t bucket = bucket_of(text.data() + at);
    for (std::size_t i = begins_[bucket]; i < begins_[bucket + 1]; ++i) {
      const Part& part = parts_[i];
      if (!text.substr(at).starts_with(part.text)) continue;
      ends[i] = static_cast<std::uint16_t>(at + part.text.size());
      for (const std::uint16_t row : part.rows) rows.set(row);
      for (const auto& [first, row] : part.after) {
        // A blank may end the first part and begin the second.
        const std::size_t end = ends[first];
        if (end != 0 && end <= at + 1 && at <= end + kNearOctets) rows.set(row);
      }
    }
  }
  return rows;
}

}  // namespace mxsweep::verdict

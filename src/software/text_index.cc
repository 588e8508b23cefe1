// SPDX-License-Identifier: MIT
#include "software/text_index.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace mxsweep::software {

void TextIndex::build() {
  std::stable_sort(rules_.begin(), rules_.end(),
                   [](const Rule& a, const Rule& b) { return a.confidence < b.confidence; });
  std::unordered_map<Gram, std::size_t> patterns_with;
  for (const Rule& rule : rules_) {
    for (const Gram gram : rule.pattern.grams()) ++patterns_with[gram];
  }
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const std::vector<Gram> grams = rules_[i].pattern.grams();
    const auto rarest = std::min_element(grams.begin(), grams.end(), [&](Gram a, Gram b) {
      return patterns_with[a] < patterns_with[b];
    });
    waiting_.push_back({*rarest, static_cast<std::uint16_t>(i)});
    map_.set(hash(*rarest));
  }
  std::sort(waiting_.begin(), waiting_.end(), [](const Waiting& a, const Waiting& b) {
    return a.gram != b.gram ? a.gram < b.gram : a.rule < b.rule;
  });
}

void TextIndex::search(std::string_view text, Candidates& candidates) const {
  for (std::size_t i = 0; i + kGramOctets <= text.size(); ++i) {
    Gram gram = 0;
    std::memcpy(&gram, text.data() + i, kGramOctets);
    gram = fold(gram);
    if (!map_.test(hash(gram))) continue;
    auto found = std::lower_bound(waiting_.begin(), waiting_.end(), gram,
                                  [](const Waiting& a, Gram b) { return a.gram < b; });
    for (; found != waiting_.end() && found->gram == gram; ++found) candidates.add(found->rule);
  }
}

}  // namespace mxsweep::software

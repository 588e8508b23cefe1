// SPDX-License-Identifier: MIT
#include "software/text_index.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace mxsweep::software {

void TextIndex::build() {
  const auto rank = [](const Rule& rule) {
    return rule.sign == Rule::kAgainst ? 0 : 1 + static_cast<int>(rule.confidence);
  };
  std::stable_sort(rules_.begin(), rules_.end(),
                   [&](const Rule& a, const Rule& b) { return rank(a) < rank(b); });
  std::unordered_map<Gram, std::size_t> patterns_with;
  for (const Rule& rule : rules_) {
    for (const Fixed& fixed : rule.pattern.fixed()) ++patterns_with[fixed.gram];
  }
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const std::vector<Fixed> all = rules_[i].pattern.fixed();
    const auto rarest =
        std::min_element(all.begin(), all.end(), [&](const Fixed& a, const Fixed& b) {
          return patterns_with[a.gram] < patterns_with[b.gram];
        });
    waiting_.push_back({*rarest, i});
    map_.set(hash(rarest->gram));
  }
  std::stable_sort(waiting_.begin(), waiting_.end(),
                   [](const Waiting& a, const Waiting& b) { return a.fixed.gram < b.fixed.gram; });
}

void TextIndex::search(std::string_view text, Candidates& candidates) const {
  for (std::size_t i = 0; i + kGramOctets <= text.size(); ++i) {
    Gram gram = 0;
    std::memcpy(&gram, text.data() + i, kGramOctets);
    gram = fold(gram);
    if (!map_.test(hash(gram))) continue;
    auto found = std::lower_bound(waiting_.begin(), waiting_.end(), gram,
                                  [](const Waiting& a, Gram b) { return a.fixed.gram < b; });
    for (; found != waiting_.end() && found->fixed.gram == gram; ++found) {
      if (found->fixed.stands_in(text, i)) candidates.add(found->rule);
    }
  }
}

}  // namespace mxsweep::software

// SPDX-License-Identifier: MIT
#include "watch/cover.h"

#include <algorithm>
#include <queue>
#include <tuple>

namespace mxsweep::watch {
namespace {

struct Candidate {
  ValueNumber value = kNoValue;
  std::size_t begin = 0;   // Its problems in Cover::pairs_.
  std::uint32_t left = 0;  // Problems that nothing has covered yet.
  std::uint32_t all = 0;
  std::uint32_t healthy = 0;

  [[nodiscard]] std::int64_t score() const {
    return std::int64_t{left} - std::int64_t{kHealthyWeight} * healthy;
  }
  [[nodiscard]] bool explains() const { return left >= kTogetherLeast && score() >= 0; }
};

class Cover {
 public:
  Cover(const Scopes& scopes, std::span<const MonitorId> problems)
      : scopes_(scopes), problems_(problems), covered_(problems.size(), false) {}

  std::vector<Covered> run(std::span<const MonitorId> known) {
    find_candidates();
    discount(known);
    std::erase_if(candidates_, [](const Candidate& candidate) { return !candidate.explains(); });
    std::vector<Covered> parts;
    take_largest(parts);
    for (std::size_t i = 0; i < problems_.size(); ++i) {
      if (!covered_[i]) parts.push_back({kNoValue, {problems_[i]}});
    }
    return parts;
  }

 private:
  struct Waiting {
    std::int64_t score = 0;
    std::size_t candidate = 0;
  };

  // Pairs of a value and the place of a problem, sorted: the problems of a value are a run.
  void find_candidates() {
    for (std::size_t i = 0; i < problems_.size(); ++i) {
      for (const ValueNumber value : scopes_.values_of(problems_[i])) {
        if (scopes_.watched(value) >= kTogetherLeast) pairs_.push_back(pair(value, i));
      }
    }
    std::ranges::sort(pairs_);
    for (std::size_t begin = 0, end = 0; begin < pairs_.size(); begin = end) {
      const ValueNumber value = value_at(begin);
      while (end < pairs_.size() && value_at(end) == value) ++end;
      const auto failing = static_cast<std::uint32_t>(end - begin);
      if (failing < kTogetherLeast) continue;
      candidates_.push_back({value, begin, failing, failing, scopes_.watched(value) - failing});
    }
  }

  void discount(std::span<const MonitorId> known) {
    if (candidates_.empty()) return;
    for (const MonitorId id : known) {
      for (const ValueNumber value : scopes_.values_of(id)) {
        if (Candidate* const candidate = find(value)) --candidate->healthy;
      }
    }
  }

  void take_largest(std::vector<Covered>& parts) {
    const auto later = [this](const Waiting& a, const Waiting& b) { return ranks_after(a, b); };
    std::priority_queue<Waiting, std::vector<Waiting>, decltype(later)> queue(later);
    for (std::size_t i = 0; i < candidates_.size(); ++i) queue.push({candidates_[i].score(), i});
    while (!queue.empty()) {
      const Waiting top = queue.top();
      queue.pop();
      const Candidate& candidate = candidates_[top.candidate];
      if (!candidate.explains()) continue;
      if (candidate.score() == top.score) {
        take(candidate, parts);
      } else {
        queue.push({candidate.score(), top.candidate});  // It has lost problems to others.
      }
    }
  }

  [[nodiscard]] bool ranks_after(const Waiting& a, const Waiting& b) const {
    if (a.score != b.score) return a.score < b.score;
    const Candidate& left = candidates_[a.candidate];
    const Candidate& right = candidates_[b.candidate];
    const ScopeKind left_kind = scopes_.kind(left.value);
    const ScopeKind right_kind = scopes_.kind(right.value);
    if (left_kind != right_kind) return left_kind > right_kind;
    const int fields = scopes_.name(left.value).field.compare(scopes_.name(right.value).field);
    if (fields != 0) return fields > 0;
    return place_at(left.begin) > place_at(right.begin);
  }

  void take(const Candidate& candidate, std::vector<Covered>& parts) {
    Covered part{candidate.value, {}};
    for (std::size_t at = candidate.begin; at < candidate.begin + candidate.all; ++at) {
      const std::size_t place = place_at(at);
      if (covered_[place]) continue;
      covered_[place] = true;
      part.monitors.push_back(problems_[place]);
    }
    for (const MonitorId id : part.monitors) {
      for (const ValueNumber value : scopes_.values_of(id)) {
        if (Candidate* const other = find(value)) --other->left;
      }
    }
    parts.push_back(std::move(part));
  }

  [[nodiscard]] Candidate* find(ValueNumber value) {
    const auto found = std::ranges::lower_bound(candidates_, value, {}, &Candidate::value);
    return found != candidates_.end() && found->value == value ? &*found : nullptr;
  }
  [[nodiscard]] static std::uint64_t pair(ValueNumber value, std::size_t place) {
    return std::uint64_t{value} << 32U | place;
  }
  [[nodiscard]] ValueNumber value_at(std::size_t at) const {
    return static_cast<ValueNumber>(pairs_[at] >> 32U);
  }
  [[nodiscard]] std::uint32_t place_at(std::size_t at) const {
    return static_cast<std::uint32_t>(pairs_[at]);
  }

  const Scopes& scopes_;
  std::span<const MonitorId> problems_;
  std::vector<bool> covered_;          // By the place of a problem.
  std::vector<std::uint64_t> pairs_;   // The value in the upper half, the place in the lower.
  std::vector<Candidate> candidates_;  // By value.
};

}  // namespace

std::vector<Covered> cover(const Scopes& scopes, std::span<const MonitorId> problems,
                           std::span<const MonitorId> known) {
  return Cover(scopes, problems).run(known);
}

}  // namespace mxsweep::watch

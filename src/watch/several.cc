// SPDX-License-Identifier: MIT
#include "watch/several.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "watch/plain_text.h"

namespace mxsweep::watch {
namespace {

constexpr std::size_t kFieldOctetsMax = 40;

}  // namespace

std::vector<std::vector<std::size_t>> put_together(std::span<const Opening> openings) {
  const auto way_of = [&](std::size_t i) {
    return std::pair(openings[i].phase, openings[i].cause);
  };
  std::vector<std::size_t> order(openings.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) {
    return std::tuple(openings[i].phase, openings[i].cause, openings[i].since, i);
  });
  std::vector<std::vector<std::size_t>> together;
  for (std::size_t begin = 0, end = 0; begin < order.size();) {
    const std::size_t first = order[begin];
    end = std::max(end, begin + 1);
    while (end < order.size() && way_of(order[end]) == way_of(first) &&
           openings[order[end]].since - openings[first].since <= kSeveralWithin) {
      ++end;
    }
    const std::size_t count = end - begin >= kSeveralLeast ? end - begin : 1;
    const auto from = order.begin() + static_cast<std::ptrdiff_t>(begin);
    together.emplace_back(from, from + static_cast<std::ptrdiff_t>(count));
    std::ranges::sort(together.back());
    begin += count;
  }
  std::ranges::sort(together);
  return together;
}

std::string several_noun(const Scopes& scopes, std::span<const ValueNumber> values) {
  const auto kind_of = [&](ValueNumber value) {
    return value == kNoValue ? ScopeKind::monitor : scopes.kind(value);
  };
  const auto field_of = [&](ValueNumber value) {
    return value == kNoValue ? std::string() : scopes.name(value).field;
  };
  const ScopeKind kind = kind_of(values.front());
  const std::string field = field_of(values.front());
  for (const ValueNumber value : values) {
    if (kind_of(value) != kind || field_of(value) != field) return "causes";
  }
  switch (kind) {
    case ScopeKind::monitor: return "servers";
    case ScopeKind::address: return "addresses";
    case ScopeKind::certificate: return "certificates";
    case ScopeKind::mx_set: return "MX sets";
    case ScopeKind::prefix: return "networks";
    case ScopeKind::meta: return shown(field, kFieldOctetsMax) + " values";
    case ScopeKind::mx_operator: return "operators";
    case ScopeKind::group: return "groups";
    case ScopeKind::everything:
    case ScopeKind::several: break;
  }
  return "causes";
}

}  // namespace mxsweep::watch

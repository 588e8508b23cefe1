// SPDX-License-Identifier: MIT
#include "mxsweep/targets/shuffle.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "mxsweep/core/invariant.h"

namespace mxsweep::targets {
namespace {

static_assert(std::has_single_bit(Shuffle::kEntriesMax));
static_assert(Shuffle::kEntriesMax * Shuffle::kWeightMax <= UINT32_MAX);

// Not the memory that they have, which depends on the standard library.
std::size_t text_octets(const Target& target) {
  return target.text().size() + target.name().size() + target.meta().size();
}

}  // namespace

Shuffle::Shuffle(std::uint64_t seed)
    : seed_(mix(seed)), chance_(seed_), tree_(kEntriesMax + 1, 0U) {}

std::uint32_t Shuffle::Entry::weight() const {
  if (rest == nullptr) return 1;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(rest->count - rest->next, kWeightMax));
}

void Shuffle::push(Target&& target, const Expansion& all) {
  INVARIANT(has_room());
  const std::uint64_t count = all.count();
  // The seed of its permutation: with the same one, equal prefixes would be in the same order.
  const std::uint64_t seed = mix(seed_ + ++pushed_);
  text_octets_ += text_octets(target);
  left_ += static_cast<double>(count);
  Entry& entry = entries_.emplace_back();
  entry.target = std::move(target);
  if (count > 1) {
    entry.rest =
        std::make_unique<Rest>(Rest{.all = all, .order = Permutation(count, seed), .count = count});
  }
  add_weight(entries_.size() - 1, entry.weight());
}

bool Shuffle::pop(Target& target) {
  while (!entries_.empty()) {
    if (!take(draw(), target)) continue;
    ++popped_;
    return true;
  }
  return false;
}

// The place of an entry, each as probable as its weight.
std::size_t Shuffle::draw() {
  std::uint32_t weight = chance_.below(weight_);
  std::size_t place = 0;  // The entries before it weigh less than what was drawn.
  for (std::size_t step = kEntriesMax; step > 0; step /= 2) {
    if (place + step > kEntriesMax || tree_[place + step] > weight) continue;
    place += step;
    weight -= tree_[place];
  }
  INVARIANT(place < entries_.size());
  return place;
}

// False: no remote host can have that address.
bool Shuffle::take(std::size_t place, Target& target) {
  left_ -= 1;
  Entry& entry = entries_[place];
  if (entry.rest == nullptr) {
    text_octets_ -= text_octets(entry.target);
    target = std::move(entry.target);
    add_weight(place, 0U - 1U);
    remove(place);
    return true;
  }
  Rest& rest = *entry.rest;
  const std::uint32_t weight = entry.weight();
  const bool usable = rest.all.at(rest.order.at(rest.next++), entry.target);
  add_weight(place, entry.weight() - weight);
  target = entry.target;
  if (rest.next < rest.count) return usable;
  text_octets_ -= text_octets(entry.target);
  remove(place);
  return usable;
}

// The last entry takes its place. Requires: its weight is no longer in the tree.
void Shuffle::remove(std::size_t place) {
  const std::size_t last = entries_.size() - 1;
  if (place != last) {
    const std::uint32_t weight = entries_[last].weight();
    add_weight(last, 0U - weight);
    add_weight(place, weight);
    entries_[place] = std::move(entries_[last]);
  }
  entries_.pop_back();
}

void Shuffle::add_weight(std::size_t place, std::uint32_t weight) {
  weight_ += weight;
  for (std::size_t node = place + 1; node <= kEntriesMax; node += node & (0 - node)) {
    tree_[node] += weight;
  }
}

}  // namespace mxsweep::targets

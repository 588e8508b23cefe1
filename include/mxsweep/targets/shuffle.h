// SPDX-License-Identifier: MIT
// Shuffles a stream of targets by a window of bounded memory, so that neighbours in the list, which
// are often neighbours in the network, are visited at different times. Pure.
//
//   Shape     An entry is a line: one target or a whole Expansion. pop() draws an entry at random
//             and takes one of its targets, of an expansion the next one of a Permutation; the
//             entry stays until it has no more. The more targets an entry has, the more often it is
//             drawn, up to kWeightMax: so /24s end together, and a huge prefix holds up nothing.
//             Fill it while it has_room(), pop() once, and so on.
//   Order     depends only on the seed, on what is pushed, and on when: the same calls give the
//             same order on every machine and in every version.
//   Cost      O(log kEntriesMax) for a push() or a pop().
//   Memory    kEntriesMax entries, of which the texts have kTextOctetsMax octets and one line more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "mxsweep/core/random.h"
#include "mxsweep/targets/expansion.h"
#include "mxsweep/targets/permutation.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::targets {

class Shuffle {
 public:
  static constexpr std::size_t kEntriesMax = 65'536;
  static constexpr std::size_t kTextOctetsMax = 8 * 1024 * 1024;
  static constexpr std::uint32_t kWeightMax = 256;  // The addresses of a /24.

  explicit Shuffle(std::uint64_t seed);

  [[nodiscard]] bool has_room() const {
    return entries_.size() < kEntriesMax && text_octets_ < kTextOctetsMax;
  }
  // `all`: the targets of the line. Requires: has_room().
  void push(Target&& target, const Expansion& all);
  // False: it is empty.
  [[nodiscard]] bool pop(Target& target);

  // How many targets pop() has returned, and about how many are left.
  [[nodiscard]] std::uint64_t popped() const { return popped_; }
  [[nodiscard]] double left() const { return left_; }

 private:
  // Of an entry with more than one target.
  struct Rest {
    Expansion all;
    Permutation order;
    std::uint64_t count;
    std::uint64_t next = 0;
  };
  struct Entry {
    Target target;
    std::unique_ptr<Rest> rest;

    [[nodiscard]] std::uint32_t weight() const;
  };

  [[nodiscard]] std::size_t draw();
  [[nodiscard]] bool take(std::size_t place, Target& target);
  void remove(std::size_t place);
  void add_weight(std::size_t place, std::uint32_t weight);  // Modulo 2^32: it may be negative.

  std::uint64_t seed_;
  Random chance_;
  std::uint64_t pushed_ = 0;
  std::uint64_t popped_ = 0;
  double left_ = 0;
  std::size_t text_octets_ = 0;
  std::vector<Entry> entries_;
  // A binary indexed tree (Fenwick 1994): node i has the weight of the entries i - (i & -i) to
  // i - 1, so that a sum of weights is the sum of a few nodes.
  std::vector<std::uint32_t> tree_;
  std::uint32_t weight_ = 0;  // Of all entries.
};

}  // namespace mxsweep::targets

// SPDX-License-Identifier: MIT
// A set of domains, each with everything below it: built once, then only read. Pure.
//
//   Shape     "example.org" contains example.org and mx1.example.org, not myexample.org. Case and a
//             trailing dot make no difference. Names are in A-labels.
//   Cost      one hash look-up for each label of the name; no allocation.
//   Memory    for each domain its text, one octet, and 20 to 36 octets.
//   Lifetime  after the last add() it does not change: threads may share it without locks.
//   Errors    none. A text that is no name is not contained.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/flat_index.h"

namespace mxsweep::scope {

class SuffixSet {
 public:
  // Requires: 1 to kHostNameOctetsMax octets without a trailing dot.
  void add(std::string_view domain);
  [[nodiscard]] bool contains(std::string_view name) const;

  [[nodiscard]] bool empty() const { return starts_.empty(); }
  [[nodiscard]] std::size_t size() const { return starts_.size(); }

 private:
  [[nodiscard]] std::string_view text_of(std::uint32_t number) const;
  [[nodiscard]] bool has(std::string_view folded) const;

  std::string texts_;                  // One behind the other, each with its length before it.
  std::vector<std::uint64_t> starts_;  // Of domain i in texts_.
  FlatIndex index_;
};

}  // namespace mxsweep::scope

// SPDX-License-Identifier: MIT
// An intrusive list of things that may be evicted, least recently used first.
//
//   Shape     links(Thing&) returns the EvictionLinks<Thing> that the thing contains.
//   Lifetime  a thing does not move while it is linked.
#pragma once

namespace mxsweep::visits {

template <typename Thing>
struct EvictionLinks {
  Thing* older = nullptr;
  Thing* newer = nullptr;
};

template <typename Thing, EvictionLinks<Thing>& (*links)(Thing&)>
class EvictionOrder {
 public:
  [[nodiscard]] Thing* oldest() const { return oldest_; }  // Null: the list is empty.

  // Requires: it is not linked.
  void add(Thing& thing) {
    links(thing) = {.older = newest_, .newer = nullptr};
    (newest_ == nullptr ? oldest_ : links(*newest_).newer) = &thing;
    newest_ = &thing;
  }
  // Requires: it is linked.
  void remove(Thing& thing) {
    EvictionLinks<Thing>& its = links(thing);
    (its.older == nullptr ? oldest_ : links(*its.older).newer) = its.newer;
    (its.newer == nullptr ? newest_ : links(*its.newer).older) = its.older;
    its = {};
  }

 private:
  Thing* oldest_ = nullptr;
  Thing* newest_ = nullptr;
};

}  // namespace mxsweep::visits

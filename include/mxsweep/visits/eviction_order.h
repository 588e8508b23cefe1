// SPDX-License-Identifier: MIT
// A list of things that may be dropped, in the order in which they were last of use: the links are
// in the things themselves.
//
//   Shape     links(Thing&) answers the thing's EvictionLinks<Thing>.
//   Lifetime  a linked thing stays where it is.
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

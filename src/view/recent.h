// SPDX-License-Identifier: MIT
// The latest results of each monitor.
//
//   Memory   of a monitor: as many entries as it has had results, up to its share of `octets_max`,
//            at least kEntriesLeast and at most kProbesMost. With more monitors than were expected
//            those that come late have kEntriesLeast once `octets_max` is used up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "mxsweep/watch/monitor.h"
#include "view/entry.h"

namespace mxsweep::view {

inline constexpr std::size_t kEntriesLeast = 12;

class Recent {
 public:
  Recent(std::uint32_t monitors_expected, std::size_t octets_max);

  void add(watch::MonitorId monitor, const Entry& entry);
  void forget(watch::MonitorId monitor);

  [[nodiscard]] std::size_t size(watch::MonitorId monitor) const;
  // Requires: index < size(). The oldest is number 0.
  [[nodiscard]] const Entry& entry(watch::MonitorId monitor, std::size_t index) const;
  [[nodiscard]] const Entry* latest(watch::MonitorId monitor) const;  // Null: there is none.
  [[nodiscard]] std::size_t each_most() const { return each_most_; }
  [[nodiscard]] std::size_t octets_held() const;

 private:
  struct Ring {
    std::unique_ptr<Entry[]> entries;
    std::uint16_t capacity = 0;
    std::uint16_t size = 0;
    std::uint16_t next = 0;  // Where the next result goes, once it is full.
  };
  [[nodiscard]] bool may_grow(const Ring& ring) const;
  void grow(Ring& ring);

  std::size_t each_most_;
  std::size_t octets_most_;
  std::deque<Ring> rings_;  // By monitor.
  std::size_t octets_ = 0;
};

}  // namespace mxsweep::view

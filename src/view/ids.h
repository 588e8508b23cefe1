// SPDX-License-Identifier: MIT
// What is known of each monitor beside its results: its id in URLs, its group, its state; and the
// ways to find it.
//
//   Memory   16 octets a monitor, and two places in flat indexes.
//   Errors   two monitors whose keys have the same hash have the same id; it leads to the first.
//            The other one is found by its key.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/flat_index.h"
#include "mxsweep/watch/watch.h"

namespace mxsweep::view {

[[nodiscard]] std::uint64_t hash_of(std::string_view key);  // Stable over versions.
[[nodiscard]] std::string hexadecimal(std::uint64_t hash);  // 16 digits.
[[nodiscard]] std::optional<std::uint64_t> hash_from(std::string_view hexadecimal);

struct Look {
  std::uint64_t hash = 0;    // Of its key.
  std::uint32_t target = 0;  // Hash of its target and port.
  watch::GroupNumber group = 0;
  watch::State state = watch::State::unknown;
  bool known : 1 = false;
  bool by_hash : 1 = false;       // It is in the index of keys,
  bool by_target : 1 = false;     // and in that of targets.
  bool says_nothing : 1 = false;  // Its latest result does.
  bool in_archive : 1 = false;    // It is a member of an incident there.
};
static_assert(sizeof(Look) == 16);

class Ids {
 public:
  // Monitors that were added since the last call: `added` is called with each; before it `gone`, if
  // it has the number of one that was not forgotten.
  template <typename Added, typename Gone>
  void follow(const watch::Watch& watch, const Added& added, const Gone& gone) {
    if (followed_ == watch.added()) return;
    followed_ = watch.added();
    for (watch::MonitorId id = 0; id < watch.end(); ++id) {
      if (!watch.used(id)) continue;
      if (knows(id)) {
        if (looks_[id].hash == hash_of(watch.monitor(id).key)) continue;
        gone(id);
      }
      add(watch, id);
      added(id);
    }
  }
  void forget(watch::MonitorId id);
  void regroup(const watch::Watch& watch);  // Groups have other numbers.

  [[nodiscard]] bool knows(watch::MonitorId id) const {
    return id < looks_.size() && looks_[id].known;
  }
  [[nodiscard]] Look& look(watch::MonitorId id) { return looks_[id]; }  // Requires: knows(id).
  [[nodiscard]] const Look& look(watch::MonitorId id) const { return looks_[id]; }
  [[nodiscard]] watch::MonitorId end() const {
    return static_cast<watch::MonitorId>(looks_.size());
  }

  [[nodiscard]] std::optional<watch::MonitorId> find(std::uint64_t hash) const;
  [[nodiscard]] std::optional<watch::MonitorId> find_target(const watch::Watch& watch,
                                                            std::string_view target) const;
  // The monitors of a group by target; of all groups if there are no more than one.
  [[nodiscard]] std::vector<watch::MonitorId> const& order(const watch::Watch& watch);
  [[nodiscard]] std::size_t octets_held() const;

 private:
  void add(const watch::Watch& watch, watch::MonitorId id);
  [[nodiscard]] std::optional<watch::MonitorId> at(const watch::Watch& watch,
                                                   std::string_view target,
                                                   std::uint16_t port) const;

  std::deque<Look> looks_;  // By monitor.
  std::uint64_t followed_ = 0;
  FlatIndex keys_;
  FlatIndex targets_;
  std::vector<watch::MonitorId> order_;  // By group, then by target.
  bool ordered_ = false;
};

}  // namespace mxsweep::view

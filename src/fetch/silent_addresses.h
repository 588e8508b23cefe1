// SPDX-License-Identifier: MIT
// Addresses at which requests time out one after the other, and to which no more are sent for a
// while: a provider that is down would else cost a time-out for each of its thousands of domains.
// Pure.
//
//   Memory   at most kSilentAddressesMax entries; when there are more, all are forgotten.
//   Errors   none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "mxsweep/core/address.h"
#include "mxsweep/core/time.h"

namespace mxsweep::fetch {

inline constexpr std::uint32_t kTimeoutsToSilence = 3;
inline constexpr Duration kSilence = std::chrono::minutes{1};
inline constexpr std::size_t kSilentAddressesMax = 4096;

class SilentAddresses {
 public:
  void on_ended(const Address& address, bool timed_out, Instant now) {
    if (!timed_out) {
      entries_.erase(address);
      return;
    }
    if (entries_.size() == kSilentAddressesMax && !entries_.contains(address)) entries_.clear();
    Entry& entry = entries_[address];
    ++entry.timeouts;
    entry.until = now + kSilence;
  }
  // After the pause requests are sent again, and the first time-out begins another one.
  [[nodiscard]] bool contains(const Address& address, Instant now) const {
    const auto found = entries_.find(address);
    return found != entries_.end() && found->second.timeouts >= kTimeoutsToSilence &&
           now < found->second.until;
  }

 private:
  struct Entry {
    std::uint32_t timeouts = 0;  // In a row.
    Instant until{};
  };

  std::map<Address, Entry> entries_;
};

}  // namespace mxsweep::fetch

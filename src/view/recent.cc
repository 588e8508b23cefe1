// SPDX-License-Identifier: MIT
#include "view/recent.h"

#include <algorithm>

#include "mxsweep/core/memory.h"
#include "mxsweep/view/board.h"

namespace mxsweep::view {
namespace {

std::size_t entries_in(std::size_t octets) {
  std::size_t entries = octets / sizeof(Entry);
  while (entries > 0 && allocated(entries * sizeof(Entry)) > octets) --entries;
  return std::clamp(entries, kEntriesLeast, kProbesMost);
}

}  // namespace

Recent::Recent(std::uint32_t monitors_most, std::size_t octets_max)
    : each_most_(entries_in(octets_max / std::max(monitors_most, 1U))) {}

void Recent::grow(Ring& ring) const {
  constexpr std::size_t kFirst = 4;
  const std::size_t capacity =
      std::min(each_most_, std::max(kFirst, 2 * std::size_t{ring.capacity}));
  auto entries = std::make_unique<Entry[]>(capacity);
  std::copy_n(ring.entries.get(), ring.size, entries.get());
  ring.entries = std::move(entries);
  ring.capacity = static_cast<std::uint16_t>(capacity);
}

void Recent::add(watch::MonitorId monitor, const Entry& entry) {
  if (monitor >= rings_.size()) rings_.resize(monitor + std::size_t{1});
  Ring& ring = rings_[monitor];
  if (ring.size == ring.capacity && ring.capacity < each_most_) {
    if (ring.capacity > 0) octets_ -= allocated(ring.capacity * sizeof(Entry));
    grow(ring);
    octets_ += allocated(ring.capacity * sizeof(Entry));
  }
  if (ring.size < ring.capacity) {
    ring.entries[ring.size++] = entry;
    return;
  }
  ring.entries[ring.next] = entry;
  ring.next = static_cast<std::uint16_t>((ring.next + 1) % ring.capacity);
}

void Recent::forget(watch::MonitorId monitor) {
  if (monitor >= rings_.size()) return;
  Ring& ring = rings_[monitor];
  if (ring.capacity > 0) octets_ -= allocated(ring.capacity * sizeof(Entry));
  ring = {};
}

std::size_t Recent::size(watch::MonitorId monitor) const {
  return monitor < rings_.size() ? rings_[monitor].size : 0;
}

const Entry& Recent::entry(watch::MonitorId monitor, std::size_t index) const {
  const Ring& ring = rings_[monitor];
  const std::size_t oldest = ring.size == ring.capacity ? ring.next : 0;
  return ring.entries[(oldest + index) % ring.capacity];
}

const Entry* Recent::latest(watch::MonitorId monitor) const {
  const std::size_t held = size(monitor);
  return held == 0 ? nullptr : &entry(monitor, held - 1);
}

std::size_t Recent::octets_held() const { return octets_ + rings_.size() * sizeof(Ring); }

}  // namespace mxsweep::view

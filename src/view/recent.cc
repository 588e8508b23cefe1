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

Recent::Recent(std::uint32_t monitors_expected, std::size_t octets_max)
    : each_most_(entries_in(octets_max / std::max(monitors_expected, 1U))),
      octets_most_(octets_max) {}

bool Recent::may_grow(const Ring& ring) const {
  if (ring.capacity < kEntriesLeast) return true;
  return ring.capacity < each_most_ && octets_ < octets_most_;
}

void Recent::grow(Ring& ring) {
  constexpr std::size_t kFirst = 4;
  const std::size_t capacity = std::min(octets_ < octets_most_ ? each_most_ : kEntriesLeast,
                                        std::max(kFirst, 2 * std::size_t{ring.capacity}));
  if (ring.capacity > 0) octets_ -= allocated(ring.capacity * sizeof(Entry));
  octets_ += allocated(capacity * sizeof(Entry));
  auto entries = std::make_unique<Entry[]>(capacity);
  const Entry* const old = ring.entries.get();
  std::rotate_copy(old, old + ring.next, old + ring.size, entries.get());
  ring.next = 0;
  ring.entries = std::move(entries);
  ring.capacity = static_cast<std::uint16_t>(capacity);
}

void Recent::add(watch::MonitorId monitor, const Entry& entry) {
  if (monitor >= rings_.size()) rings_.resize(monitor + std::size_t{1});
  Ring& ring = rings_[monitor];
  if (ring.size == ring.capacity && may_grow(ring)) grow(ring);
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

// SPDX-License-Identifier: MIT
#include "fetch/lanes.h"

#include "mxsweep/core/invariant.h"

namespace mxsweep::fetch {

void Lanes::queue(const Address& address, Lane& lane) {
  if (lane.queued || lane.waiting.empty() || lane.running >= per_address_) return;
  lane.queued = true;
  ready_.push_back(address);
}

void Lanes::add(std::uint64_t number, const Address& address) {
  Lane& lane = lanes_[address];
  lane.waiting.push_back(number);
  queue(address, lane);
}

std::optional<std::uint64_t> Lanes::take() {
  if (running_ >= at_once_ || ready_.empty()) return std::nullopt;
  const Address address = ready_.front();
  ready_.pop_front();
  Lane& lane = lanes_[address];
  const std::uint64_t number = lane.waiting.front();
  lane.waiting.pop_front();
  lane.queued = false;
  ++lane.running;
  ++running_;
  queue(address, lane);
  return number;
}

void Lanes::end(const Address& address) {
  const auto found = lanes_.find(address);
  INVARIANT(found != lanes_.end() && found->second.running > 0);
  Lane& lane = found->second;
  --lane.running;
  --running_;
  queue(address, lane);
  if (lane.running == 0 && lane.waiting.empty()) lanes_.erase(found);
}

}  // namespace mxsweep::fetch

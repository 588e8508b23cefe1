// SPDX-License-Identifier: MIT
#include "serve/connections.h"

#include <algorithm>

namespace mxsweep::serve {

Address network_of(const Address& peer) {
  Address network = without_mapping(peer);
  if (network.family == Family::ipv6)
    std::fill(network.octets.begin() + 8, network.octets.end(), 0);
  return network;
}

std::optional<int> Connections::slowest(const std::optional<Address>& network) const {
  std::optional<int> found;
  Instant since = kNever;
  for (const auto& [descriptor, open] : open_) {
    const bool for_peer = open.waits == Waits::request || open.waits == Waits::taker;
    if (!for_peer || open.since >= since || (network && open.network != *network)) continue;
    found = descriptor;
    since = open.since;
  }
  return found;
}

Connections::Room Connections::room_for(const Address& peer) const {
  const Address network = network_of(peer);
  const auto count = of_network_.find(network);
  std::optional<Address> among;
  if (count != of_network_.end() && count->second >= limits_.connections_of_address) {
    among = network;
  } else if (open_.size() < limits_.connections) {
    return {};
  }
  const std::optional<int> descriptor = slowest(among);
  return {.there_is = descriptor.has_value(), .instead_of = descriptor};
}

void Connections::begin(int descriptor, const Address& peer, Instant now) {
  const Address network = network_of(peer);
  const bool is_new = open_.try_emplace(descriptor, Open{network, Waits::request, now}).second;
  if (is_new) ++of_network_[network];
}

void Connections::wait(int descriptor, Waits what, Instant now) {
  const auto open = open_.find(descriptor);
  if (open == open_.end() || open->second.waits == Waits::end) return;
  open->second.waits = what;
  open->second.since = now;
  if (what == Waits::request) open->second.until = kNever;
}

void Connections::stream(int descriptor, Instant now) {
  const auto open = open_.find(descriptor);
  if (open != open_.end()) open->second.until = now + limits_.stream;
}

void Connections::end(int descriptor) {
  const auto open = open_.find(descriptor);
  if (open == open_.end()) return;
  const auto count = of_network_.find(open->second.network);
  if (--count->second == 0) of_network_.erase(count);
  open_.erase(open);
}

Duration Connections::patience_for(Waits what) const {
  switch (what) {
    case Waits::request: return limits_.request;
    case Waits::handler: return limits_.handler;
    case Waits::taker:
    case Waits::end: break;
  }
  return limits_.taker;
}

Instant Connections::deadline_of(const Open& open) const {
  if (open.waits == Waits::end) return kNever;
  return std::min(open.since + patience_for(open.waits), open.until);
}

std::vector<int> Connections::late(Instant now) const {
  std::vector<int> descriptors;
  for (const auto& [descriptor, open] : open_) {
    if (deadline_of(open) <= now) descriptors.push_back(descriptor);
  }
  return descriptors;
}

Instant Connections::next_deadline() const {
  Instant next = kNever;
  for (const auto& [descriptor, open] : open_) next = std::min(next, deadline_of(open));
  return next;
}

Waits Connections::what(int descriptor) const {
  const auto open = open_.find(descriptor);
  return open == open_.end() ? Waits::end : open->second.waits;
}

}  // namespace mxsweep::serve

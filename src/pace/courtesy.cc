// SPDX-License-Identifier: MIT
#include "mxsweep/pace/courtesy.h"

#include <algorithm>

#include "mxsweep/core/invariant.h"

namespace mxsweep::pace {
namespace {

constexpr std::size_t kPrefixOctetsIpv4 = 3;
constexpr std::size_t kPrefixOctetsIpv6 = 6;

}  // namespace

Address network_of(const Address& address) {
  Address network = without_mapping(address);
  const std::size_t kept = network.family == Family::ipv4 ? kPrefixOctetsIpv4 : kPrefixOctetsIpv6;
  std::fill(network.octets.begin() + static_cast<std::ptrdiff_t>(kept), network.octets.end(),
            std::uint8_t{0});
  return network;
}

Courtesy::Courtesy(const CourtesyLimits& limits, std::uint32_t workers)
    : limits_(limits), lanes_(limits.per_prefix, limits.per_operator), workers_(workers) {}

Ticket Courtesy::take_ticket() {
  if (free_tickets_.empty()) {
    requests_.emplace_back();
    return static_cast<Ticket>(requests_.size() - 1);
  }
  const Ticket ticket = free_tickets_.back();
  free_tickets_.pop_back();
  return ticket;
}

void Courtesy::request(std::uint32_t worker, std::uint32_t place, const Address& address,
                       std::uint64_t operator_key, Instant now) {
  const auto [found, is_new] = addresses_.try_emplace(address);
  Site& site = found->second;
  if (is_new) {
    site.address = found->first;
    site.worker = worker;
  }
  INVARIANT(site.worker == worker);
  const Ticket ticket = take_ticket();
  requests_[ticket] = {.site = &site, .place = place, .operator_key = operator_key};
  site.queue.push_back(ticket);
  ++workers_[worker].queued;
  ++waiting_;
  serve(site, now);
}

// Lets as many requests as the address may have wait for network and operator.
void Courtesy::serve(Site& site, Instant now) {
  if (now < site.rests_until) return;
  while (!site.queue.empty()) {
    const std::size_t begun = site.open + site.in_lanes.size();
    if (limits_.per_address != 0 && begun >= limits_.per_address) return;
    const Ticket ticket = site.queue.front();
    site.queue.pop_front();
    --workers_[site.worker].queued;
    site.in_lanes.push_back(ticket);
    lanes_.wait(ticket, network_of(site.address), requests_[ticket].operator_key);
    hand_out();  // It may have been granted.
  }
}

// Moves the requests of an address that begins to rest from the lanes back to its queue.
void Courtesy::call_back(Site& site) {
  for (auto it = site.in_lanes.rbegin(); it != site.in_lanes.rend(); ++it) {
    site.queue.push_front(*it);
    ++workers_[site.worker].queued;
  }
  lanes_.withdraw(std::exchange(site.in_lanes, {}));
}

void Courtesy::hand_out() {
  for (const Ticket ticket : std::exchange(lanes_.granted(), {})) {
    const Request& request = requests_[ticket];
    Site& site = *request.site;
    std::erase(site.in_lanes, ticket);
    ++site.open;
    --waiting_;
    workers_[site.worker].granted.push_back({ticket, request.place});
    if (std::ranges::find(to_wake_, site.worker) == to_wake_.end()) {
      to_wake_.push_back(site.worker);
    }
  }
}

void Courtesy::give_back(Ticket ticket, Instant now, Duration back_off) {
  INVARIANT(ticket < requests_.size() && requests_[ticket].site != nullptr);
  Site& site = *requests_[ticket].site;
  INVARIANT(site.open > 0);
  --site.open;
  const Duration rest = std::max(limits_.rest, back_off);
  if (rest > Duration::zero()) {
    site.rests_until = std::max(site.rests_until, now + rest);
    call_back(site);
    if (!std::exchange(site.timed, true)) workers_[site.worker].rests.push({now + rest, &site});
  }
  lanes_.release(ticket);
  hand_out();
  requests_[ticket] = {};
  free_tickets_.push_back(ticket);
  serve(site, now);
  drop_if_idle(site);
}

void Courtesy::advance(std::uint32_t worker, Instant now) {
  auto& rests = workers_[worker].rests;
  while (!rests.empty() && rests.top().until <= now) {
    Site& site = *rests.top().site;
    rests.pop();
    if (now < site.rests_until) {  // It was visited again, or backed off for longer.
      rests.push({site.rests_until, &site});
      continue;
    }
    site.timed = false;
    serve(site, now);
    drop_if_idle(site);
  }
}

Instant Courtesy::next(std::uint32_t worker) const {
  const Worker& it = workers_[worker];
  return it.queued == 0 || it.rests.empty() ? kNever : it.rests.top().until;
}

std::optional<Granted> Courtesy::take_granted(std::uint32_t worker) {
  std::deque<Granted>& granted = workers_[worker].granted;
  if (granted.empty()) return std::nullopt;
  const Granted first = granted.front();
  granted.pop_front();
  return first;
}

void Courtesy::drop_if_idle(Site& site) {
  if (site.open != 0 || site.timed || !site.queue.empty() || !site.in_lanes.empty()) return;
  addresses_.erase(Address(site.address));
}

}  // namespace mxsweep::pace

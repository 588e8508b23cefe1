// SPDX-License-Identifier: MIT
#include "view/ids.h"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/random.h"
#include "mxsweep/view/board.h"

namespace mxsweep::view {
namespace {

constexpr std::size_t kDigits = 16;

struct HostAndPort {
  std::string_view host;
  std::optional<std::uint16_t> port;
};

// "mx.example.org", "192.0.2.1:25", "2001:db8::1", "[2001:db8::1]:25".
HostAndPort split(std::string_view text) {
  HostAndPort found{text, std::nullopt};
  std::size_t colon = text.rfind(':');
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return found;
    found.host = text.substr(1, end - 1);
    if (end + 1 == text.size()) return found;
    colon = end + 1;
    if (text[colon] != ':') return {text, std::nullopt};
  } else if (colon == text.npos || text.find(':') != colon) {
    return found;  // Several colons: an address without a port.
  }
  std::uint16_t port = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data() + colon + 1, last, port);
  if (error != std::errc{} || end != last) return {text, std::nullopt};
  if (!text.starts_with('[')) found.host = text.substr(0, colon);
  found.port = port;
  return found;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::uint32_t target_hash(std::string_view target, std::uint16_t port) {
  std::string folded(target);
  std::ranges::transform(folded, folded.begin(), lower);
  return static_cast<std::uint32_t>(mix(hash_of(folded) ^ port));
}

bool has_target(const watch::Monitor& monitor, std::string_view target, std::uint16_t port) {
  return monitor.port == port && same_name(monitor.target, target);
}

// The eight octets behind `from`, so that they compare as the text does.
std::uint64_t octets_behind(std::string_view text, std::size_t from) {
  std::uint64_t value = 0;
  for (std::size_t i = from; i < from + 8; ++i) {
    value = value << 8U | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U);
  }
  return value;
}

}  // namespace

std::uint64_t hash_of(std::string_view key) {
  std::uint64_t hash = mix(key.size());
  for (std::size_t at = 0; at < key.size(); at += 8) hash = mix(hash ^ octets_behind(key, at));
  return hash;
}

std::string hexadecimal(std::uint64_t hash) {
  std::string text(kDigits, '0');
  for (std::size_t i = kDigits; i-- > 0; hash >>= 4U) text[i] = "0123456789abcdef"[hash & 0xfU];
  return text;
}

std::optional<std::uint64_t> hash_from(std::string_view hexadecimal) {
  std::uint64_t hash = 0;
  const char* const last = hexadecimal.data() + hexadecimal.size();
  const auto [end, error] = std::from_chars(hexadecimal.data(), last, hash, 16);
  if (hexadecimal.size() != kDigits || error != std::errc{} || end != last) return std::nullopt;
  return hash;
}

std::string id_of(std::string_view key) { return hexadecimal(hash_of(key)); }

void Ids::add(const watch::Watch& watch, watch::MonitorId id) {
  if (id >= looks_.size()) looks_.resize(id + std::size_t{1});
  const watch::Monitor& monitor = watch.monitor(id);
  Look& look = looks_[id];
  look = {};
  look.known = true;
  look.hash = hash_of(monitor.key);
  look.target = target_hash(monitor.target, monitor.port);
  look.group = monitor.group;
  look.state = watch.health(id).state;
  if (!find(look.hash)) {
    keys_.insert(look.hash, id);
    look.by_hash = true;
  }
  if (!at(watch, monitor.target, monitor.port)) {
    targets_.insert(look.target, id);
    look.by_target = true;
  }
  ordered_ = false;
}

void Ids::forget(watch::MonitorId id) {
  if (!knows(id)) return;
  Look& look = looks_[id];
  if (look.by_hash) keys_.erase(look.hash, id);
  if (look.by_target) targets_.erase(look.target, id);
  look = {};
  ordered_ = false;
}

void Ids::regroup(const watch::Watch& watch) {
  for (watch::MonitorId id = 0; id < looks_.size(); ++id) {
    if (looks_[id].known && watch.used(id)) looks_[id].group = watch.monitor(id).group;
  }
  ordered_ = false;
}

std::optional<watch::MonitorId> Ids::find(std::uint64_t hash) const {
  const std::uint32_t id =
      keys_.find(hash, [&](std::uint32_t number) { return looks_[number].hash == hash; });
  if (id == FlatIndex::kNone) return std::nullopt;
  return id;
}

std::optional<watch::MonitorId> Ids::at(const watch::Watch& watch, std::string_view target,
                                        std::uint16_t port) const {
  const std::uint32_t id = targets_.find(target_hash(target, port), [&](std::uint32_t number) {
    return has_target(watch.monitor(number), target, port);
  });
  if (id == FlatIndex::kNone) return std::nullopt;
  return id;
}

std::optional<watch::MonitorId> Ids::find_target(const watch::Watch& watch,
                                                 std::string_view target) const {
  if (const watch::MonitorId id = watch.find(target); id != watch::kNoMonitor) return id;
  const HostAndPort wanted = split(target);
  if (wanted.host.empty()) return std::nullopt;
  // Most are written as in the list; other forms need a look at all.
  constexpr std::uint16_t kUsualPort = 25;
  if (const auto found = at(watch, wanted.host, wanted.port.value_or(kUsualPort))) return found;
  const std::optional<Address> address = parse_address(wanted.host);
  for (watch::MonitorId id = 0; id < looks_.size(); ++id) {
    if (!looks_[id].known) continue;
    const watch::Monitor& monitor = watch.monitor(id);
    if (wanted.port && monitor.port != *wanted.port) continue;
    if (address ? monitor.address == *address
                : same_name(monitor.target, wanted.host) || same_name(monitor.host, wanted.host)) {
      return id;
    }
  }
  return std::nullopt;
}

const std::vector<watch::MonitorId>& Ids::order(const watch::Watch& watch) {
  if (ordered_) return order_;
  ordered_ = true;
  // Names often begin alike: what follows that is compared as a number, which rarely leaves a tie.
  std::string_view common;
  bool first = true;
  struct Place {
    std::uint64_t next = 0;
    watch::MonitorId id = 0;
    watch::GroupNumber group = 0;
  };
  std::vector<Place> places;
  for (watch::MonitorId id = 0; id < looks_.size(); ++id) {
    if (!looks_[id].known) continue;
    const std::string_view target = watch.monitor(id).target;
    if (std::exchange(first, false)) common = target;
    const auto differs = std::ranges::mismatch(common, target);
    common = common.substr(0, static_cast<std::size_t>(differs.in1 - common.begin()));
    places.push_back({0, id, looks_[id].group});
  }
  for (Place& place : places) {
    place.next = octets_behind(watch.monitor(place.id).target, common.size());
  }
  std::ranges::sort(places, [&](const Place& a, const Place& b) {
    if (a.group != b.group) return a.group < b.group;
    if (a.next != b.next) return a.next < b.next;
    const watch::Monitor& one = watch.monitor(a.id);
    const watch::Monitor& other = watch.monitor(b.id);
    return std::tie(one.target, one.key) < std::tie(other.target, other.key);
  });
  order_.clear();
  for (const Place& place : places) order_.push_back(place.id);
  order_.shrink_to_fit();
  return order_;
}

std::size_t Ids::octets_held() const {
  return looks_.size() * sizeof(Look) + keys_.octets_held() + targets_.octets_held() +
         order_.capacity() * sizeof(order_[0]);
}

}  // namespace mxsweep::view

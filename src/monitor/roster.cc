// SPDX-License-Identifier: MIT
#include "monitor/roster.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/ascii.h"
#include "mxsweep/visits/server_key.h"

namespace mxsweep::monitor {
namespace {

std::string with_port(const Address& address, std::uint16_t port, std::string_view name) {
  const std::string text = to_string(address);
  std::string key = address.family == Family::ipv6 ? '[' + text + ']' : text;
  if (!name.empty()) key.append(",").append(name);
  return key + ':' + std::to_string(port);
}

std::string address_key(const std::string& name_key, const Address& address) {
  return name_key + ' ' + to_string(address);
}

}  // namespace

std::string key_of(std::string_view group, const Listed& listed) {
  const targets::Target& target = listed.target;
  std::string key(group);
  key += ' ';
  if (listed.run) return key.append(target.text());
  if (target.address.family != Family::none) {
    return key + with_port(target.address, target.port, target.name());
  }
  std::string host(target.host());
  if (host.ends_with('.')) host.pop_back();
  for (char& c : host) c = lower(c);
  return key + host + ':' + std::to_string(target.port);
}

Roster::Applied Roster::apply(std::vector<Listed>&& targets, const std::vector<std::string>& known,
                              const watch::Moment& now) {
  Applied applied;
  ++sweep_;
  for (WatchedName& name : names_) name.wanted = false;
  for (Listed& listed : targets) {
    if (listed.target.address.family == Family::none && !listed.run) {
      apply_name(listed, now, applied);
    } else if (!apply_server(listed, now, applied)) {
      ++applied.repeated;
    }
  }
  targets = {};
  for (std::uint32_t number = 0; number < names_.size(); ++number) {
    if (names_[number].wanted || names_[number].key.empty()) continue;
    remove_name(number, now);
    ++applied.removed;
  }
  for (watch::MonitorId monitor = 0; monitor < places_.size(); ++monitor) {
    const Place& place = places_[monitor];
    if (!place.used || place.name != kNoName || place.sweep == sweep_) continue;
    remove(monitor, now);
    ++applied.removed;
  }
  add_known(known, now);
  for (std::uint32_t number = 0; number < names_.size(); ++number) {
    WatchedName& name = names_[number];
    if (name.key.empty() || !name.servers.empty() || name.own != watch::kNoMonitor) continue;
    name.own = add(monitor_of(name), name.target, number, now);
  }
  return applied;
}

// False: it is listed twice.
bool Roster::apply_server(Listed& listed, const watch::Moment& now, Applied& applied) {
  const targets::Target& target = listed.target;
  watch::Monitor monitor;
  monitor.key = key_of(watch_.settings().groups[listed.group].name, listed);
  monitor.group = listed.group;
  monitor.target = target.text();
  monitor.address = target.address;
  monitor.port = target.port;
  monitor.host = target.name();
  monitor.meta = target.meta();
  watch::MonitorId id = watch_.find(monitor.key);
  if (id != watch::kNoMonitor && places_[id].sweep == sweep_) return false;
  if (id != watch::kNoMonitor) {
    // Its state is worth more than what the list says beside the address.
    const watch::Monitor& present = watch_.monitor(id);
    const bool same = present.meta == monitor.meta && present.target == monitor.target;
    if (!same && watch_.health(id).state != watch::State::down) {
      remove(id, now);
      id = watch::kNoMonitor;
    }
  }
  if (id == watch::kNoMonitor) {
    id = add(std::move(monitor), target, kNoName, now);
    if (id == watch::kNoMonitor) return true;
    ++applied.added;
  }
  places_[id].sweep = sweep_;
  note_how(id, target);
  return true;
}

// What the list says of its visits.
void Roster::note_how(watch::MonitorId monitor, const targets::Target& target) {
  Place& place = places_[monitor];
  place.line = static_cast<std::uint32_t>(target.line);
  place.tls = target.tls;
  place.protocol = target.protocol.value_or(protocol_of_port(target.port));
}

void Roster::apply_name(Listed& listed, const watch::Moment& now, Applied& applied) {
  std::string key = key_of(watch_.settings().groups[listed.group].name, listed);
  if (const auto found = numbers_.find(key); found != numbers_.end()) {
    WatchedName& name = names_[found->second];
    if (name.wanted) {
      ++applied.repeated;
      return;
    }
    if (name.domain == listed.domain) {
      name.wanted = true;
      name.group = listed.group;
      name.target = std::move(listed.target);
      for (const NameServer& server : name.servers) {
        if (server.monitor != watch::kNoMonitor) note_how(server.monitor, name.target);
      }
      if (name.own != watch::kNoMonitor) note_how(name.own, name.target);
      return;
    }
    remove_name(found->second, now);
  }
  std::uint32_t number = static_cast<std::uint32_t>(names_.size());
  if (free_names_.empty()) {
    names_.emplace_back();
  } else {
    number = free_names_.back();
    free_names_.pop_back();
  }
  WatchedName& name = names_[number];
  name.key = key;
  name.group = listed.group;
  name.domain = listed.domain;
  name.wanted = true;
  name.target = std::move(listed.target);
  numbers_.emplace(std::move(key), number);
  ++applied.added;
}

// "GROUP NAME:PORT ADDRESS": what follows the last blank is an address of that name.
void Roster::add_known(const std::vector<std::string>& known, const watch::Moment& now) {
  for (const std::string& key : known) {
    const std::size_t blank = key.rfind(' ');
    if (blank == std::string::npos) continue;
    const auto found = numbers_.find(key.substr(0, blank));
    const std::optional<Address> address = parse_address(std::string_view(key).substr(blank + 1));
    if (found == numbers_.end() || !address || names_[found->second].domain) continue;
    const std::vector<NameServer>& servers = names_[found->second].servers;
    const bool has_it = std::ranges::any_of(
        servers, [&](const NameServer& server) { return server.address == *address; });
    if (!has_it && servers.size() < kAddressesMost) add_address(found->second, *address, now);
  }
}

watch::Monitor Roster::monitor_of(const WatchedName& name) const {
  watch::Monitor monitor;
  monitor.key = name.key;
  monitor.group = name.group;
  monitor.target = name.target.text();
  monitor.port = name.target.port;
  monitor.meta = name.target.meta();
  const std::size_t blank = watch_.settings().groups[name.group].name.size();
  std::string host = name.key.substr(blank + 1);
  host.resize(host.rfind(':'));
  if (name.domain) {
    monitor.domain = std::move(host);
  } else {
    monitor.host = name.target.name().empty() ? std::move(host) : std::string(name.target.name());
  }
  return monitor;
}

void Roster::add_address(std::uint32_t number, const Address& address, const watch::Moment& now) {
  WatchedName& name = names_[number];
  watch::Monitor monitor = monitor_of(name);
  monitor.key = address_key(name.key, address);
  monitor.address = address;
  targets::Target target = name.target;
  target.address = address;
  const watch::MonitorId id = add(std::move(monitor), target, number, now);
  if (id == watch::kNoMonitor) return;
  names_[number].servers.push_back(
      {.address = address, .host = {}, .cause = Cause::none, .monitor = id});
}

std::uint64_t Roster::hash_of(const targets::Target& target) {
  if (target.address.family != Family::none) {
    return visits::ServerKey::Hash{}({target.address, target.port, target.tls});
  }
  return std::hash<std::string_view>{}(target.host()) + target.port;
}

watch::MonitorId Roster::add(watch::Monitor&& monitor, const targets::Target& target,
                             std::uint32_t name, const watch::Moment& now) {
  if (size_ == most_) {
    ++refused_;
    return watch::kNoMonitor;
  }
  ++size_;
  const watch::MonitorId id = watch_.add(std::move(monitor), hash_of(target), now);
  if (id >= places_.size()) places_.resize(std::size_t{id} + 1);
  places_[id] = {.name = name, .sweep = sweep_, .used = true};
  note_how(id, target);
  return id;
}

void Roster::remove(watch::MonitorId monitor, const watch::Moment& now) {
  places_[monitor] = {};
  --size_;
  on_removed_(monitor);
  watch_.remove(monitor, now);
}

void Roster::remove_name(std::uint32_t number, const watch::Moment& now) {
  WatchedName& name = names_[number];
  for (const NameServer& server : name.servers) {
    if (server.monitor != watch::kNoMonitor) remove(server.monitor, now);
  }
  if (name.own != watch::kNoMonitor) remove(name.own, now);
  numbers_.erase(name.key);
  const std::uint32_t generation = name.generation + 1;
  name = {};
  name.generation = generation;
  free_names_.push_back(number);
}

WatchedName* Roster::name_of(watch::MonitorId monitor) {
  const std::uint32_t number = places_[monitor].name;
  return number == kNoName ? nullptr : &names_[number];
}

Roster::Asks Roster::asks(const WatchedName& name, bool fresh, Instant now) {
  const bool knows = !name.servers.empty() && name.cause == Cause::none;
  if (!knows || fresh) return Asks::before;
  return now - kNameAge < name.answered ? Asks::no : Asks::beside;
}

targets::Target Roster::question(WatchedName& name) {
  const auto number = static_cast<std::uint64_t>(&name - names_.data());
  name.asking = true;
  targets::Target target = name.target;
  target.number = std::uint64_t{name.generation} << 32 | number;
  return target;
}

WatchedName* Roster::on_answer(const std::vector<names::Resolved>& servers,
                               const watch::Moment& now) {
  const std::uint64_t ticket = servers.front().task.target.number;
  const auto number = static_cast<std::uint32_t>(ticket);
  if (number >= names_.size() || names_[number].generation != ticket >> 32) return nullptr;
  WatchedName& name = names_[number];
  name.asking = false;
  name.resolver_failed = std::ranges::any_of(servers, [](const names::Resolved& server) {
    return server.cause == Cause::local_resolver_unreachable;
  });
  if (name.resolver_failed) return &name;
  name.answered = now.at;
  name.domain ? on_domain(name, servers, now) : on_host(number, servers, now);
  return &names_[number];
}

void Roster::on_host(std::uint32_t number, const std::vector<names::Resolved>& servers,
                     const watch::Moment& now) {
  std::vector<Address> addresses;
  names_[number].cause = servers.front().cause;
  names_[number].phase = servers.front().phase;
  for (const names::Resolved& server : servers) {
    if (server.cause != Cause::none) continue;
    addresses.push_back(server.task.target.address);
    names_[number].cause = Cause::none;
  }
  if (addresses.empty()) return;
  for (const Address& address : addresses) {
    std::vector<NameServer>& present = names_[number].servers;
    const auto found = std::ranges::find(present, address, &NameServer::address);
    if (found != present.end()) {
      found->absent = 0;
    } else if (present.size() < kAddressesMost) {
      add_address(number, address, now);
    }
  }
  WatchedName& name = names_[number];
  for (NameServer& server : name.servers) {
    if (std::ranges::find(addresses, server.address) == addresses.end()) ++server.absent;
  }
  std::erase_if(name.servers, [&](const NameServer& server) {
    if (server.absent < kAbsencesMost) return false;
    remove(server.monitor, now);
    return true;
  });
  if (name.own != watch::kNoMonitor) remove(std::exchange(name.own, watch::kNoMonitor), now);
  std::ranges::sort(addresses);
  std::string text;
  for (const Address& address : addresses) {
    text += (text.empty() ? "" : " ") + to_string(address);
  }
  if (!name.servers.empty()) watch_.on_names(name.servers.front().monitor, text, {}, now);
}

// A domain is its most preferred hosts: what they do not take would go to the others, but that is
// for the sender to find out.
void Roster::on_domain(WatchedName& name, const std::vector<names::Resolved>& servers,
                       const watch::Moment& now) {
  name.servers.clear();
  name.cause = Cause::none;
  std::uint16_t best = UINT16_MAX;
  for (const names::Resolved& server : servers) {
    const names::Path* const path = server.task.path.get();
    if (path != nullptr) best = std::min(best, path->mx_preference);
  }
  std::vector<std::string> hosts;
  for (const names::Resolved& server : servers) {
    const names::Path* const path = server.task.path.get();
    const bool has_host =
        path != nullptr && (!path->mx_host.empty() || server.cause == Cause::none);
    if (!has_host) {
      name.cause = server.cause;
      name.phase = server.phase;
      continue;
    }
    const std::string& host = path->mx_host.empty() ? path->domain : path->mx_host;
    if (std::ranges::find(hosts, host) == hosts.end()) hosts.push_back(host);
    if (path->mx_preference != best || name.servers.size() == kAddressesMost) continue;
    name.servers.push_back({.address = server.task.target.address,
                            .host = host,
                            .cause = server.cause,
                            .preference = path->mx_preference});
  }
  if (hosts.empty() || name.own == watch::kNoMonitor) return;
  name.cause = Cause::none;
  std::ranges::sort(hosts);
  std::string mx_set;
  for (const std::string& host : hosts) mx_set += (mx_set.empty() ? "" : " ") + host;
  watch_.on_names(name.own, {}, mx_set, now);
}

void Roster::settle_groups(watch::Settings& next, const watch::Moment& now) {
  const std::vector<watch::Group>& present = watch_.settings().groups;
  std::vector<bool> kept(present.size());
  for (std::size_t i = 0; i < present.size() && i < next.groups.size(); ++i) {
    const auto same = std::ranges::find(next.groups, present[i].name, &watch::Group::name);
    if (same == next.groups.end()) continue;
    std::iter_swap(next.groups.begin() + static_cast<std::ptrdiff_t>(i), same);
  }
  for (std::size_t i = 0; i < present.size(); ++i) {
    kept[i] =
        std::ranges::find(next.groups, present[i].name, &watch::Group::name) != next.groups.end();
  }
  for (std::uint32_t number = 0; number < names_.size(); ++number) {
    if (!names_[number].key.empty() && !kept[names_[number].group]) remove_name(number, now);
  }
  for (watch::MonitorId monitor = 0; monitor < places_.size(); ++monitor) {
    if (places_[monitor].used && !kept[watch_.monitor(monitor).group]) remove(monitor, now);
  }
}

}  // namespace mxsweep::monitor

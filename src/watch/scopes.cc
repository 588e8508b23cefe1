// SPDX-License-Identifier: MIT
#include "watch/scopes.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "mxsweep/core/address.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/random.h"
#include "mxsweep/pace/operator.h"

namespace mxsweep::watch {
namespace {

// The network of 24 or 48 bits, as an operator of it would announce it at the least.
std::string prefix_text(Address address) {
  const bool four = address.family == Family::ipv4;
  std::fill(address.octets.begin() + (four ? 3 : 6), address.octets.end(), std::uint8_t{0});
  return to_string(address) + (four ? "/24" : "/48");
}

// The host that names the operator: of a mail domain it is one of its MX hosts.
std::string_view operated_host(const Monitor& monitor) {
  if (!monitor.host.empty()) return monitor.host;
  const std::string_view hosts = monitor.mx_set;
  return hosts.substr(0, hosts.find(' '));
}

std::string_view without_blanks(std::string_view token) {
  const std::size_t end = token.find_last_not_of(" \t\r\n");
  return end == std::string_view::npos ? std::string_view() : token.substr(0, end + 1);
}

// A text, a number or a truth value as it is written; empty for all else.
std::string_view plain_value(simdjson::ondemand::value value) {
  simdjson::ondemand::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return {};
  if (type == simdjson::ondemand::json_type::string) {
    std::string_view text;
    return value.get_string().get(text) == simdjson::SUCCESS ? text : std::string_view();
  }
  const bool plain = type == simdjson::ondemand::json_type::number ||
                     type == simdjson::ondemand::json_type::boolean;
  return plain ? without_blanks(value.raw_json_token()) : std::string_view();
}

}  // namespace

// FNV-1a, mixed. Two values with one hash would be counted as one: of a million values that happens
// once in 40 million installations.
std::uint64_t scope_hash(ScopeKind kind, std::string_view text) {
  std::uint64_t hash = mix(static_cast<std::uint64_t>(kind));
  for (const char octet : text) {
    hash = (hash ^ static_cast<unsigned char>(octet)) * 0x100000001b3U;
  }
  return mix(hash);
}

void Scopes::add(MonitorId id, const Monitor& monitor, const Group& group) {
  Values values;
  if (group.run) {
    // What it runs says nothing of the servers that are watched, nor do they of it.
    values.push_back(take(ScopeKind::group, group.name));
    remove(id);
    return put(id, values);
  }
  if (monitor.address.family != Family::none) {
    values.push_back(take(ScopeKind::address, to_string(monitor.address)));
  }
  // The same value, counted once more below its end: add() of a known monitor is a change of it.
  const ValueNumber certificate = value_of(id, ScopeKind::certificate);
  if (certificate != kNoValue) {
    ++values_[certificate].watched;
    values.push_back(certificate);
  }
  if (!monitor.mx_set.empty()) values.push_back(take(ScopeKind::mx_set, monitor.mx_set));
  if (monitor.address.family != Family::none) {
    values.push_back(take(ScopeKind::prefix, prefix_text(monitor.address)));
  }
  take_meta(monitor, group, values);
  const std::string_view host = operated_host(monitor);
  if (!host.empty()) {
    values.push_back(take(ScopeKind::mx_operator, pace::registered_domain(host)));
  }
  values.push_back(take(ScopeKind::group, group.name));
  values.push_back(take(ScopeKind::everything, to_string(ScopeKind::everything)));
  remove(id);
  put(id, values);
}

void Scopes::put(MonitorId id, const Values& values) {
  ids_ = std::max(ids_, id + std::size_t{1});
  const std::size_t length = std::max(row_length_, values.size());
  if (length > row_length_) {
    std::vector<ValueNumber> wider(ids_ * length, kNoValue);
    for (std::size_t at = 0; at < rows_.size(); ++at) {
      wider[at / row_length_ * length + at % row_length_] = rows_[at];
    }
    rows_ = std::move(wider);
    row_length_ = length;
  }
  rows_.resize(ids_ * length, kNoValue);
  const auto row = rows_.begin() + static_cast<std::ptrdiff_t>(id * length);
  std::fill(std::ranges::copy(values, row).out, row + static_cast<std::ptrdiff_t>(length),
            kNoValue);
}

void Scopes::take_meta(const Monitor& monitor, const Group& group, Values& values) {
  if (group.group_by.empty() || monitor.meta.empty()) return;
  const simdjson::padded_string json(monitor.meta);
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  if (parser_.iterate(json).get(document) != simdjson::SUCCESS) return;
  if (document.get_object().get(object) != simdjson::SUCCESS) return;
  for (const std::string& field : group.group_by) {
    simdjson::ondemand::value found;
    if (object.find_field_unordered(field).get(found) != simdjson::SUCCESS) continue;
    const std::string_view text = plain_value(found);
    if (text.empty() || text.size() > kMetaValueOctetsMax) continue;
    values.push_back(take(ScopeKind::meta, field + '=' + std::string(text), field));
  }
}

void Scopes::remove(MonitorId id) {
  for (const ValueNumber value : values_of(id)) give_back(value);
  if (id < ids_) put(id, {});
}

void Scopes::set_certificate(MonitorId id, std::string_view spki_sha256) {
  Values values(values_of(id).begin(), values_of(id).end());
  if (values.empty()) return;
  const ValueNumber before = value_of(id, ScopeKind::certificate);
  const std::uint64_t hash = scope_hash(ScopeKind::certificate, spki_sha256);
  if (before != kNoValue && values_[before].hash == hash) return;
  if (before != kNoValue) {
    std::erase(values, before);
    give_back(before);
  }
  if (!spki_sha256.empty()) {
    const auto wider = std::ranges::find_if(
        values, [this](ValueNumber value) { return kind(value) > ScopeKind::certificate; });
    values.insert(wider, take(ScopeKind::certificate, spki_sha256));
  }
  put(id, values);
}

ValueNumber Scopes::take(ScopeKind kind, std::string_view text, std::string_view field) {
  const std::uint64_t hash = scope_hash(kind, text);
  ValueNumber value = find(hash);
  if (value == kNoValue) {
    if (free_.empty()) {
      value = static_cast<ValueNumber>(values_.size());
      values_.push_back({});
    } else {
      value = free_.back();
      free_.pop_back();
    }
    values_[value] = {.hash = hash, .watched = 0, .kind = kind};
    index_.insert(hash, value);
  }
  if (++values_[value].watched == kTogetherLeast) {
    names_.try_emplace(value, Name{std::string(field), std::string(text)});
  }
  return value;
}

void Scopes::give_back(ValueNumber value) {
  if (--values_[value].watched > 0) return;
  index_.erase(values_[value].hash, value);
  names_.erase(value);
  free_.push_back(value);
}

std::span<const ValueNumber> Scopes::values_of(MonitorId id) const {
  if (id >= ids_) return {};
  const std::span<const ValueNumber> row(rows_.data() + id * row_length_, row_length_);
  return row.first(static_cast<std::size_t>(std::ranges::find(row, kNoValue) - row.begin()));
}

ValueNumber Scopes::value_of(MonitorId id, ScopeKind kind) const {
  for (const ValueNumber value : values_of(id)) {
    if (values_[value].kind == kind) return value;
  }
  return kNoValue;
}

ValueNumber Scopes::find(std::uint64_t hash) const {
  return index_.find(hash, [&](ValueNumber value) { return values_[value].hash == hash; });
}

const Scopes::Name& Scopes::name(ValueNumber value) const {
  const auto found = names_.find(value);
  INVARIANT(found != names_.end());
  return found->second;
}

std::size_t Scopes::octets_held() const {
  constexpr std::size_t kNodeOctets = 2 * sizeof(void*) + 16;  // Of a hash table, and malloc's own.
  std::size_t octets = values_.capacity() * sizeof(Value) + index_.octets_held() +
                       (rows_.capacity() + free_.capacity()) * sizeof(ValueNumber);
  for (const auto& [value, name] : names_) {
    octets += kNodeOctets + sizeof(value) + sizeof(name) + name.text.size() + name.field.size();
  }
  return octets;
}

}  // namespace mxsweep::watch

// SPDX-License-Identifier: MIT
// What monitors have in common: for each value (an address, a prefix, an operator, …) how many
// monitors are watched that have it.
//
//   Shape    A value is known by a hash of 64 bits of its kind and text. Its text is kept only from
//            kTogetherLeast monitors on, because fewer are never grouped.
//   Memory   For each monitor 4 octets for each value that the richest one has; for each value 16,
//            and 16 to 32 in the index.
//   Errors   none. A field of meta that is absent or has no plain value is not a value.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mxsweep/core/flat_index.h"
#include "mxsweep/watch/incident.h"
#include "mxsweep/watch/monitor.h"

namespace mxsweep::watch {

// An incident of several monitors has at least so many: two may be a coincidence.
inline constexpr std::uint32_t kTogetherLeast = 3;
inline constexpr std::size_t kMetaValueOctetsMax = 256;  // A longer one is a text, not a key.

using ValueNumber = std::uint32_t;
inline constexpr ValueNumber kNoValue = FlatIndex::kNone;

[[nodiscard]] std::uint64_t scope_hash(ScopeKind kind, std::string_view text);

class Scopes {
 public:
  struct Name {
    std::string field;  // Of meta.
    std::string text;
  };

  // Adds one, or finds its values again because it has changed. The certificate is kept.
  void add(MonitorId id, const Monitor& monitor, const Group& group);
  void remove(MonitorId id);
  void set_certificate(MonitorId id, std::string_view spki_sha256);  // Empty: it shows none.

  [[nodiscard]] std::size_t ids() const { return ids_; }                     // All are below.
  [[nodiscard]] std::size_t values() const { return values_.size(); }        // The same.
  [[nodiscard]] std::span<const ValueNumber> values_of(MonitorId id) const;  // Narrow to wide.
  [[nodiscard]] ValueNumber value_of(MonitorId id, ScopeKind kind) const;    // The first such.
  [[nodiscard]] ValueNumber find(std::uint64_t hash) const;

  [[nodiscard]] ScopeKind kind(ValueNumber value) const { return values_[value].kind; }
  [[nodiscard]] std::uint64_t hash(ValueNumber value) const { return values_[value].hash; }
  [[nodiscard]] std::uint32_t watched(ValueNumber value) const { return values_[value].watched; }
  // Requires: kTogetherLeast monitors of the value have been watched at once.
  [[nodiscard]] const Name& name(ValueNumber value) const;
  [[nodiscard]] std::size_t octets_held() const;

 private:
  struct Value {
    std::uint64_t hash = 0;
    std::uint32_t watched = 0;
    ScopeKind kind = ScopeKind::monitor;
  };
  using Values = std::vector<ValueNumber>;

  [[nodiscard]] ValueNumber take(ScopeKind kind, std::string_view text,
                                 std::string_view field = {});
  void give_back(ValueNumber value);
  void put(MonitorId id, const Values& values);
  void take_meta(const Monitor& monitor, const Group& group, Values& values);

  std::vector<Value> values_;
  std::vector<ValueNumber> free_;
  FlatIndex index_;
  std::unordered_map<ValueNumber, Name> names_;
  // A row for each id: its values, and kNoValue up to the row's end.
  std::vector<ValueNumber> rows_;
  std::size_t row_length_ = 0;
  std::size_t ids_ = 0;
  simdjson::ondemand::parser parser_;
};

}  // namespace mxsweep::watch

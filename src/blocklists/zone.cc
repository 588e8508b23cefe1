// SPDX-License-Identifier: MIT
#include "mxsweep/blocklists/zone.h"

#include "mxsweep/core/enum_words.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/dns/name.h"

namespace mxsweep::blocklists {
namespace {

constexpr EnumWord<Kind> kKindWords[] = {
    {Kind::ip4, "ip4"}, {Kind::ip6, "ip6"}, {Kind::domain, "domain"}};
static_assert(has_each_value(kKindWords, Kind::domain) && words_differ(kKindWords));

constexpr EnumWord<QueryError> kErrorWords[] = {
    {QueryError::none, "none"},
    {QueryError::rewritten, "rewritten"},
    {QueryError::typing_error, "typing_error"},
    {QueryError::open_resolver, "open_resolver"},
    {QueryError::excess_volume, "excess_volume"},
    {QueryError::wrong_kind, "wrong_kind"},
    {QueryError::blocked, "blocked"},
};
static_assert(has_each_value(kErrorWords, QueryError::blocked) && words_differ(kErrorWords));

void append_zone(const Zone& zone, std::string_view key, std::string& out) {
  const std::size_t at = zone.zone.find(kKeyPlace);
  if (at == std::string::npos) {
    out += zone.zone;
    return;
  }
  out.append(zone.zone, 0, at).append(key).append(zone.zone, at + kKeyPlace.size());
}

std::string begin_of(const Address& address) {
  std::string name;
  dns::append_reversed(address, name);
  return name;
}

std::string begin_of(std::string_view domain) { return std::string(domain) + '.'; }

template <typename Subject>
std::string name_to_query(const Zone& zone, const Subject& subject) {
  std::string name = begin_of(subject);
  append_zone(zone, zone.key.reveal(), name);
  if (!dns::is_name(name)) name.clear();
  return name;
}

template <typename Subject>
std::string name_to_show(const Zone& zone, const Subject& subject) {
  std::string name = begin_of(subject);
  append_zone(zone, kKeyShown, name);
  return name;
}

}  // namespace

std::string_view to_string(Kind kind) { return word_of(kKindWords, kind); }

Kind kind_of(const Address& address) {
  return without_mapping(address).family == Family::ipv4 ? Kind::ip4 : Kind::ip6;
}

std::string_view to_string(QueryError error) { return word_of(kErrorWords, error); }

std::string query_name(const Zone& zone, const Address& address) {
  return name_to_query(zone, address);
}
std::string query_name(const Zone& zone, std::string_view domain) {
  return name_to_query(zone, domain);
}
std::string shown_name(const Zone& zone, const Address& address) {
  return name_to_show(zone, address);
}
std::string shown_name(const Zone& zone, std::string_view domain) {
  return name_to_show(zone, domain);
}

std::string shown_zone(const Zone& zone) {
  std::string text;
  append_zone(zone, kKeyShown, text);
  return text;
}

std::string line_of(const Zone& zone) {
  std::string kinds;
  for (const EnumWord<Kind>& row : kKindWords) {
    if (!zone.kinds.has(row.value)) continue;
    kinds += (kinds.empty() ? "" : ", ") + std::string(row.word);
  }
  return zone.name + ": " + shown_zone(zone) + " for " + kinds + "; at most " +
         std::to_string(zone.per_day) + " questions a day, " + std::to_string(zone.per_second) +
         " a second";
}

}  // namespace mxsweep::blocklists

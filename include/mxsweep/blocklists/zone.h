// SPDX-License-Identifier: MIT
// A blocklist that is asked by DNS, as the user has configured it, and the names of its questions.
// Pure.
//
//   Source   RFC 5782 sections 2.1 (IPv4), 2.4 (IPv6) and 2.5 (domains).
//   Shape    query_name() is the subject before the zone: the octets of an IPv4 address or the 32
//            nibbles of an IPv6 address in reverse order, or the domain itself.
//   Secrets  a zone may contain a key. query_name() has it and is for the resolver alone; whatever
//            a person sees has shown_name() or shown_zone(), where "<key>" stands for it. Texts of
//            a resolver about such a question (extended errors) may have it, too.
//   Errors   an empty name: it would be too long for DNS.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/check_finding.h"
#include "mxsweep/core/enum_set.h"
#include "mxsweep/core/secret.h"

namespace mxsweep::blocklists {

// What a list has entries of.
enum class Kind : std::uint8_t { ip4, ip6, domain };
inline constexpr std::size_t kKindCount = 3;
using Kinds = EnumSet<Kind, kKindCount, std::uint8_t>;
[[nodiscard]] std::string_view to_string(Kind kind);
// An IPv4 address in an IPv6 one is the former. Requires: there is an address.
[[nodiscard]] Kind kind_of(const Address& address);

// Why an answer is none of the list's about the subject.
enum class QueryError : std::uint8_t {
  none,
  rewritten,      // By the resolver or a parked domain: not of 127.0.0.0/8, or 127.0.0.1.
  typing_error,   // The zone is misspelt, or the key is wrong.
  open_resolver,  // The list refuses resolvers that serve anybody, or that it cannot attribute.
  excess_volume,  // More questions than the list's terms allow.
  wrong_kind,     // An address asked of a list of domains.
  blocked,        // The list refuses us, or the resolver filters the list.
};
[[nodiscard]] std::string_view to_string(QueryError error);

// What an address in an answer means. Severity: of a listing, for what sends mail.
struct Code {
  std::uint32_t address = 0;  // 127.0.0.2 is 0x7f000002.
  std::string word{};         // "SBL"
  Severity severity = Severity::error;

  friend bool operator==(const Code&, const Code&) = default;
};

struct ErrorCode {
  std::uint32_t address = 0;
  QueryError error = QueryError::blocked;

  friend bool operator==(const ErrorCode&, const ErrorCode&) = default;
};

inline constexpr std::size_t kZonesMax = 64;
inline constexpr std::size_t kNameOctets = 32;  // Of Zone::name.
inline constexpr std::string_view kKeyPlace = "${key}";
inline constexpr std::string_view kKeyShown = "<key>";

struct Zone {
  std::string name;  // For people and records: "zen". Differs from that of every other zone.
  std::string zone;  // "zen.example.org", or "${key}.zen.example.org"; a name but for the key.
  Kinds kinds{};
  Secret key{};  // Letters in lower case; empty, if the zone has no place for it.
  std::uint32_t per_day = 50'000;
  std::uint32_t per_second = 50;
  std::vector<Code> codes{};         // Others are listings, too, without a meaning.
  bool bits = false;                 // Each code is one bit of the last octet; they are added up.
  std::vector<ErrorCode> errors{};   // Besides those that hold for all lists.
  std::string listed = "test";       // For the self-test of a list of domains: a domain that is
  std::string unlisted = "invalid";  // always listed, and one that never is (RFC 5782 section 5).

  friend bool operator==(const Zone&, const Zone&) = default;
};

[[nodiscard]] std::string query_name(const Zone& zone, const Address& address);
[[nodiscard]] std::string query_name(const Zone& zone, std::string_view domain);
[[nodiscard]] std::string shown_name(const Zone& zone, const Address& address);
[[nodiscard]] std::string shown_name(const Zone& zone, std::string_view domain);
[[nodiscard]] std::string shown_zone(const Zone& zone);

// "zen: <key>.zen.example.org for ip4, ip6; at most 50000 questions a day, 50 a second"
[[nodiscard]] std::string line_of(const Zone& zone);

}  // namespace mxsweep::blocklists

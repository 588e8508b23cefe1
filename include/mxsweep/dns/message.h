// SPDX-License-Identifier: MIT
// DNS messages: writes one query, and reads one response into plain values. Pure: no I/O, no clock.
//
//   Source   RFC 1035 section 4 (messages), RFC 2181 (section 8, TTL; 11, names), RFC 2308 (the TTL
//            of a negative answer), RFC 4035 section 3.2.2 (CD), RFC 6840 section 5.7 (AD in a
//            query), RFC 6891 (EDNS), RFC 8914 (extended errors).
//   Shape    A name is text in lower case without a trailing dot; the root is "". An octet that no
//            host name contains, or a dot inside a label, is written \DDD. Apart from case, each
//            wire name has exactly one text form and each text form one wire name.
//   Units    octets on the wire; Duration for a TTL.
//   Errors   the outcome of every response, valid or not, is a LookupStatus. malformed: not a
//            response, not a response to this question, or its lengths contradict its data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/host_name.h"
#include "mxsweep/core/time.h"

namespace mxsweep::dns {

// Record types, by their IANA numbers. Any other number may be queried too; its data stays raw.
enum class Type : std::uint16_t {
  a = 1,
  ns = 2,
  cname = 5,
  soa = 6,
  ptr = 12,
  mx = 15,
  txt = 16,
  aaaa = 28,
  opt = 41,
  ds = 43,
  dnskey = 48,
  tlsa = 52,
  caa = 257,
};

// Whether the resolver is to validate the answer (DNSSEC). Disabled (CD): it passes on what it has
// received, even if the signatures are wrong; such an answer never counts as validated.
enum class Checking : std::uint8_t { enabled, disabled };

// A question of a machine without I/O; `number` is the machine's own, for its on_answer().
struct Question {
  std::uint32_t number = 0;
  std::string name{};
  Type type = Type::a;
  Checking checking = Checking::enabled;
};

// How a lookup ended: one word for each different next action.
enum class LookupStatus : std::uint8_t {
  found,
  no_data,      // The name exists, but has no record of this type.
  nxdomain,     // The name does not exist.
  alias_loop,   // Its CNAME chain is a loop, or longer than kAliasesMax.
  servfail,     // The resolver could not find out.
  refused,      // The resolver refuses our queries, or does not offer recursion.
  malformed,    // The response could not be read.
  timeout,      // No answer for this name, although the resolver answered for others.
  unreachable,  // Our own resolver answers nothing at all: never the name's fault.
};
[[nodiscard]] std::string_view to_string(LookupStatus status);

struct MxRecord {
  std::uint16_t preference = 0;
  std::string host;

  friend bool operator==(const MxRecord&, const MxRecord&) = default;
};

// Values kept of one answer. Real record sets have at most some dozens, and 256 names of the
// greatest length take 256 KiB.
inline constexpr std::size_t kValuesMax = 256;
inline constexpr std::size_t kAliasesMax = 16;  // As many as resolvers follow; more are a loop.

// The first extended error of a response: why the resolver failed, or what it did instead.
struct ExtendedError {
  std::uint16_t code = 0;  // IANA's number: 6 is "DNSSEC Bogus".
  std::string text{};      // Of the resolver's own, UTF-8 by the RFC; at most kExtendedTextMax.

  friend bool operator==(const ExtendedError&, const ExtendedError&) = default;
};
inline constexpr std::size_t kExtendedTextMax = 255;

struct Answer {
  LookupStatus status = LookupStatus::malformed;
  std::uint8_t code = 0;   // RCODE, its low four bits.
  bool authentic = false;  // AD: the resolver reports that it has validated this answer.
  bool truncated = false;  // The response had more than kValuesMax values; the rest were dropped.
  // The least TTL of the records used, CNAMEs included. Of a negative answer: as its SOA has it, or
  // 0 without an SOA.
  Duration ttl = Duration::zero();

  // The targets of the CNAME chain, in order, without the queried name. The last one is the owner
  // of the records found.
  std::vector<std::string> aliases{};

  // One of these is filled, depending on the type queried.
  std::vector<Address> addresses{};   // a, aaaa
  std::vector<MxRecord> exchanges{};  // mx, in the order of the response
  // cname, ns, ptr: names. soa: as in a zone file: two names and five numbers, with single spaces.
  // Else: the record's octets (dns/rdata.h reads some of them).
  std::vector<std::string> data{};

  std::optional<ExtendedError> extended_error{};
};

// What DNSSEC says of an answer. unknown: the resolver does not validate, or it failed otherwise.
enum class Validation : std::uint8_t { unknown, secure, insecure, bogus };
[[nodiscard]] std::string_view to_string(Validation validation);

// `validates`: whether the resolver has proved that it does (it answers ". DNSKEY" with AD).
// Without that, AD is any server's claim, and its absence says nothing.
[[nodiscard]] Validation validation_of(const Answer& answer, bool validates);

// Whether the answer decides that there is no such record: a failure to find out does not.
[[nodiscard]] bool is_absent(const Answer& answer);

// The greatest length of a name on the wire; a label has at most 63 octets.
inline constexpr std::size_t kNameOctetsMax = 255;

// The UDP payload size that we advertise by EDNS: fits every path of today (DNS flag day 2020).
inline constexpr std::uint16_t kUdpOctetsMax = 1232;

// Whether the text has the shape above, so that it can be put in a query.
[[nodiscard]] bool is_name(std::string_view name);

// A query with RD and AD set: it asks for recursion and for the result of DNSSEC validation.
// Requires: is_name(name).
[[nodiscard]] std::string write_query(std::string_view name, Type type, std::uint16_t id,
                                      Checking checking = Checking::enabled);

// Reads the response to the query for `name` and `type`. The message id is not checked here: that
// is the transport's task. Requires: is_name(name).
[[nodiscard]] Answer read_response(std::string_view message, std::string_view name, Type type,
                                   Checking checking = Checking::enabled);

}  // namespace mxsweep::dns

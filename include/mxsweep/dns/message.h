// SPDX-License-Identifier: MIT
// One question to octets, and the octets of one response to plain values. Pure: no I/O, no clock.
//
//   Source   RFC 1035 section 4 (messages), RFC 2181 (section 8, TTL; 11, names), RFC 2308 (what
//            a negative answer's TTL), RFC 6840 section 5.7 (AD in a question), RFC 6891 (EDNS).
//   Shape    A name is text: lower case, no dot at its end, the root is "". Octets that no host
//            name has, and a dot within a label, are written \DDD. Text and octets of a name stand
//            for each other, one to one but for case.
//   Units    octets on the wire; Duration for a TTL.
//   Errors   whatever lies in a response is a LookupStatus. malformed: not a response, not to this
//            question, or it contradicts its own lengths.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/core/host_name.h"
#include "mxsweep/core/time.h"

namespace mxsweep::dns {

// The IANA's numbers; any other number may be asked for too, its data is then raw.
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
  tlsa = 52,
};

// How a lookup ended: one word per different next action.
enum class LookupStatus : std::uint8_t {
  found,
  no_data,      // The name is there, and nothing of this type.
  nxdomain,     // There is no such name.
  alias_loop,   // Its aliases go round in circles.
  servfail,     // The resolver could not find out.
  refused,      // The resolver does not want to answer us, or does not resolve.
  malformed,    // What was answered is not an answer.
  timeout,      // No answer about this name; others were answered.
  unreachable,  // Our own resolver answers nothing at all: never the name's fault.
};
[[nodiscard]] std::string_view to_string(LookupStatus status);

struct MxRecord {
  std::uint16_t preference = 0;
  std::string host;

  friend bool operator==(const MxRecord&, const MxRecord&) = default;
};

// Values kept of one answer: the largest sets of honest names have some dozens, and 256 names at
// their longest take 256 KiB.
inline constexpr std::size_t kValuesMax = 256;
inline constexpr std::size_t kAliasesMax = 16;  // What resolvers follow; more are a loop.

struct Answer {
  LookupStatus status = LookupStatus::malformed;
  std::uint8_t code = 0;   // RCODE, its low four bits.
  bool authentic = false;  // AD: the resolver says that it has validated this.
  bool truncated = false;  // There were more than kValuesMax values.
  // The least TTL of the records that led here. A negative answer: its SOA's word, or 0.
  Duration ttl = Duration::zero();

  // The names that the name asked for stands for, in the order of the chain. The last is the owner
  // of what was found.
  std::vector<std::string> aliases;

  // One of these is filled, by the type asked for.
  std::vector<Address> addresses;   // a, aaaa
  std::vector<MxRecord> exchanges;  // mx, in the order of the response
  std::vector<std::string> data;    // cname, ns, ptr: names. Else: the record's octets.
};

// Names end up in queries: 255 octets on the wire, 63 a label.
inline constexpr std::size_t kNameOctetsMax = 255;

// What we say we can take over UDP: fits every path of today (DNS flag day 2020).
inline constexpr std::uint16_t kUdpOctetsMax = 1232;

// Whether text has the shape above, so that it can be asked for.
[[nodiscard]] bool is_name(std::string_view name);

// A query that wants recursion and to know about validation. Requires: is_name(name).
[[nodiscard]] std::string write_query(std::string_view name, Type type, std::uint16_t id);

// The id of the message is its carrier's matter and not looked at. Requires: is_name(name).
[[nodiscard]] Answer read_response(std::string_view message, std::string_view name, Type type);

}  // namespace mxsweep::dns

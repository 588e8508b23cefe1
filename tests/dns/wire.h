// SPDX-License-Identifier: MIT
// Writes DNS responses, valid or not, octet by octet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/dns/message.h"

namespace mxsweep::dns::wire {

inline std::string number16(unsigned value) {
  return {static_cast<char>(value >> 8U & 0xffU), static_cast<char>(value & 0xffU)};
}
inline std::string number32(std::uint32_t value) {
  return number16(value >> 16U) + number16(value & 0xffffU);
}
inline std::string pointer(unsigned to) { return number16(0xc000U | to); }

// Writes a name without escapes and without compression.
inline std::string name(std::string_view text) {
  std::string octets;
  while (!text.empty()) {
    const std::string_view label = text.substr(0, text.find('.'));
    octets += static_cast<char>(label.size());
    octets += label;
    text.remove_prefix(label.size() == text.size() ? label.size() : label.size() + 1);
  }
  return octets + '\0';
}

inline std::string record(std::string_view owner_octets, Type type, std::uint32_t ttl,
                          std::string_view data) {
  return std::string(owner_octets) + number16(static_cast<unsigned>(type)) + number16(1) +
         number32(ttl) + number16(static_cast<unsigned>(data.size())) + std::string(data);
}
inline std::string mx(std::string_view owner, std::uint32_t ttl, unsigned preference,
                      std::string_view host) {
  return record(name(owner), Type::mx, ttl, number16(preference) + name(host));
}
inline std::string cname(std::string_view owner, std::uint32_t ttl, std::string_view target) {
  return record(name(owner), Type::cname, ttl, name(target));
}
inline std::string a(std::string_view owner, std::uint32_t ttl, std::string_view octets) {
  return record(name(owner), Type::a, ttl, octets);
}
inline std::string soa(std::string_view owner, std::uint32_t ttl, std::uint32_t minimum) {
  return record(name(owner), Type::soa, ttl,
                name("ns." + std::string(owner)) + name("admin." + std::string(owner)) +
                    number32(1) + number32(2) + number32(3) + number32(4) + number32(minimum));
}

inline constexpr unsigned kResponse = 0x8180;  // And: recursion desired, recursion available.
inline constexpr unsigned kAuthentic = 0x0020;
inline constexpr unsigned kTruncated = 0x0200;

struct Response {
  std::string_view name;
  Type type = Type::a;
  unsigned flags = kResponse;  // With the response code in the low bits.
  unsigned answers = 0;
  unsigned authorities = 0;
  unsigned additionals = 0;
  std::string records = {};
  unsigned id = 0;
};

inline constexpr unsigned kQuestionAt = 12;

inline std::string write(const Response& response) {
  return number16(response.id) + number16(response.flags) + number16(1) +
         number16(response.answers) + number16(response.authorities) +
         number16(response.additionals) + name(response.name) +
         number16(static_cast<unsigned>(response.type)) + number16(1) + response.records;
}

}  // namespace mxsweep::dns::wire

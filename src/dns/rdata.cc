// SPDX-License-Identifier: MIT
#include "mxsweep/dns/rdata.h"

#include "mxsweep/core/ascii.h"

namespace mxsweep::dns {
namespace {

std::uint8_t octet_at(std::string_view octets, std::size_t at) {
  return static_cast<std::uint8_t>(octets[at]);
}

}  // namespace

std::optional<std::string> joined_strings(std::string_view rdata) {
  if (rdata.empty()) return std::nullopt;
  std::string text;
  text.reserve(rdata.size());
  while (!rdata.empty()) {
    const std::size_t length = octet_at(rdata, 0);
    rdata.remove_prefix(1);
    if (length > rdata.size()) return std::nullopt;
    text += rdata.substr(0, length);
    rdata.remove_prefix(length);
  }
  return text;
}

std::optional<Tlsa> read_tlsa(std::string_view rdata) {
  if (rdata.size() < 4) return std::nullopt;
  return Tlsa{octet_at(rdata, 0), octet_at(rdata, 1), octet_at(rdata, 2),
              std::string(rdata.substr(3))};
}

std::optional<Caa> read_caa(std::string_view rdata) {
  constexpr std::uint8_t kCritical = 0x80;
  if (rdata.size() < 2) return std::nullopt;
  const std::size_t length = octet_at(rdata, 1);
  if (length == 0 || length > rdata.size() - 2) return std::nullopt;
  Caa caa{(octet_at(rdata, 0) & kCritical) != 0, {}, std::string(rdata.substr(2 + length))};
  for (const char octet : rdata.substr(2, length)) caa.tag += lower(octet);
  return caa;
}

}  // namespace mxsweep::dns

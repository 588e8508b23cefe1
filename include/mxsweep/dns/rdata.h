// SPDX-License-Identifier: MIT
// Reads the data of records that an Answer keeps as octets. Pure.
//
//   Source   RFC 1035 section 3.3.14 (TXT), RFC 6698 section 2.1 (TLSA), RFC 8659 section 4.1
//            (CAA).
//   Errors   an empty optional: the octets contradict their lengths, or a field is missing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mxsweep::dns {

// The text of a TXT record: its character-strings, joined without anything between them, as SPF
// (RFC 7208, 3.3), DKIM and DMARC read it. Any octets may occur.
[[nodiscard]] std::optional<std::string> joined_strings(std::string_view rdata);

struct Tlsa {
  std::uint8_t usage = 0;
  std::uint8_t selector = 0;
  std::uint8_t matching = 0;
  std::string data{};  // Octets: of a certificate, of a key, or of a digest.

  friend bool operator==(const Tlsa&, const Tlsa&) = default;
};
[[nodiscard]] std::optional<Tlsa> read_tlsa(std::string_view rdata);

struct Caa {
  bool critical = false;
  std::string tag{};  // In lower case.
  std::string value{};
};
[[nodiscard]] std::optional<Caa> read_caa(std::string_view rdata);

}  // namespace mxsweep::dns

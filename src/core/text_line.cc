// SPDX-License-Identifier: MIT
#include "mxsweep/core/text_line.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace mxsweep {
namespace {

// The top bit of each octet that is not printable ASCII. Every sum stays within its octet.
std::uint64_t unprintable(std::uint64_t octets) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  const std::uint64_t low = octets & kEach * 0x7f;
  const std::uint64_t from_space = low + kEach * (0x80 - 0x20);
  const std::uint64_t from_delete = low + kEach * (0x80 - 0x7f);
  return (octets | ~from_space | from_delete) & kEach * 0x80;
}

// Fast path for nearly all lines: eight octets at a time. The last eight may overlap those before.
bool is_printable(std::string_view text) {
  if (text.size() < sizeof(std::uint64_t)) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  }
  const std::size_t last = text.size() - sizeof(std::uint64_t);
  std::uint64_t word;
  std::memcpy(&word, text.data() + last, sizeof word);
  std::uint64_t found = unprintable(word);
  for (std::size_t i = 0; i < last; i += sizeof word) {
    std::memcpy(&word, text.data() + i, sizeof word);
    found |= unprintable(word);
  }
  return found == 0;
}

}  // namespace

AnomalySet anomalies_of_octets(std::string_view text) {
  AnomalySet found;
  if (is_printable(text)) return found;
  for (const char octet : text) {
    const auto value = static_cast<unsigned char>(octet);
    if (value > 0x7f) {
      found.add(Anomaly::eight_bit);
    } else if (octet == '\r') {
      found.add(Anomaly::bare_cr);
    } else if ((value < 0x20 && octet != '\t') || value == 0x7f) {
      found.add(Anomaly::control_octets);
    }
  }
  return found;
}

bool next_line(std::string_view& rest, std::string_view& line) {
  if (rest.empty()) return false;
  const std::size_t line_feed = rest.find('\n');
  const std::size_t size = line_feed == rest.npos ? rest.size() : line_feed + 1;
  line = without_line_end(rest.substr(0, size));
  rest.remove_prefix(size);
  return true;
}

}  // namespace mxsweep

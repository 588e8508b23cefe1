// SPDX-License-Identifier: MIT
#include "targets/csv.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "mxsweep/core/ascii.h"

namespace mxsweep::targets {
namespace {

constexpr std::array<std::string_view, 9> kAddressWords = {
    "saddr", "ip", "ip_addr", "ip_address", "ip address", "ipaddr", "ipaddress", "address", "addr",
};
constexpr std::array<std::string_view, 8> kNameWords = {
    "domain", "domains", "domain_name", "host", "hosts", "hostname", "host_name", "fqdn",
};
// zmap's "sport" is the server's port; its "dport" is the scanner's own.
constexpr std::array<std::string_view, 3> kPortWords = {"port", "sport", "tcp_port"};

// CR is a blank, which is how CRLF is tolerated.
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == y; });
}

template <std::size_t N>
bool is_among(const std::array<std::string_view, N>& words, std::string_view field) {
  return std::ranges::any_of(words, [&](std::string_view word) { return same_word(field, word); });
}

// A name with dots, an address or a port, none of which is in a header row.
bool is_data(std::string_view field) {
  return field.find_first_of(".:@") != std::string_view::npos || all_digits(field);
}

void note(std::uint16_t& column, std::uint16_t at) {
  if (column == Columns::kNone) column = at;
}

}  // namespace

std::string_view without_blanks_around(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

bool Fields::next(std::string_view& field) {
  if (!more_ || broken_) return false;
  rest_ = without_blanks_around(rest_);
  std::size_t behind = 0;
  const bool quoted = rest_.starts_with('"');
  if (quoted) {
    std::size_t close = rest_.find('"', 1);
    while (close != std::string_view::npos && rest_.substr(close + 1).starts_with('"')) {
      close = rest_.find('"', close + 2);
    }
    if (close == std::string_view::npos) return !(broken_ = true);
    field = rest_.substr(1, close - 1);
    behind = close + 1;
  }
  const std::size_t comma = rest_.find(',', behind);
  const std::string_view text = rest_.substr(behind, comma - behind);
  if (!quoted) {
    field = without_blanks_around(text);
  } else if (!without_blanks_around(text).empty()) {
    return !(broken_ = true);
  }
  more_ = comma != std::string_view::npos;
  rest_.remove_prefix(more_ ? comma + 1 : rest_.size());
  return true;
}

bool read_header(std::string_view line, Columns& columns) {
  Columns found;
  Fields fields(line);
  for (std::string_view field; fields.next(field); ++found.count) {
    if (is_data(field) || found.count == Columns::kNone) return false;
    if (is_among(kAddressWords, field)) note(found.address, found.count);
    if (is_among(kNameWords, field)) note(found.name, found.count);
    if (is_among(kPortWords, field)) note(found.port, found.count);
  }
  if (fields.broken()) return false;
  if (found.address == Columns::kNone && found.name == Columns::kNone) return false;
  columns = found.count > 1 ? found : Columns{};
  return true;
}

}  // namespace mxsweep::targets

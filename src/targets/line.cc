// SPDX-License-Identifier: MIT
#include "targets/line.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace mxsweep::targets {
namespace {

// RFC 1035 section 2.3.4, less the length octets of a name in text. For ASCII a character is an
// octet. A character beyond ASCII becomes at least one octet of the A-label that is looked up
// later.
constexpr std::size_t kNameCharactersMax = 253;
constexpr std::size_t kLabelCharactersMax = 63;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }
constexpr bool is_utf8_continuation(char c) { return (static_cast<unsigned char>(c) >> 6U) == 2; }

constexpr bool is_label_octet(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '_' ||
         is_beyond_ascii(c);
}

bool all_digits(std::string_view text) { return std::ranges::all_of(text, is_digit); }

std::size_t count_characters(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, is_utf8_continuation));
}

bool is_label(std::string_view label) {
  return !label.empty() && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, is_label_octet) &&
         count_characters(label) <= kLabelCharactersMax;
}

// Cuts `text` at the first `mark` and returns what stood behind it.
std::optional<std::string_view> cut_behind(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view behind = text.substr(at + 1);
  text = text.substr(0, at);
  return behind;
}

struct Endpoint {
  std::string_view host;
  std::optional<std::string_view> length;  // Of the prefix.
  std::optional<std::string_view> port;
  bool bracketed = false;
};

std::optional<Endpoint> split_endpoint(std::string_view text) {
  Endpoint parts;
  if (!text.starts_with('[')) {
    // With two colons it is a bare IPv6 address, whose last group must not be taken for a port.
    if (text.find(':') == text.rfind(':')) parts.port = cut_behind(text, ':');
    parts.length = cut_behind(text, '/');
    parts.host = text;
    return parts;
  }
  text.remove_prefix(1);
  std::optional<std::string_view> tail = cut_behind(text, ']');
  if (!tail) return std::nullopt;
  parts.bracketed = true;
  parts.port = cut_behind(*tail, ':');
  parts.length = cut_behind(*tail, '/');
  if (!tail->empty()) return std::nullopt;
  if (!parts.length) parts.length = cut_behind(text, '/');  // [2001:db8::/126]:587
  parts.host = text;
  return parts;
}

std::optional<AddressRange> read_prefix(const Address& address, std::string_view length) {
  unsigned bits = 0;
  const char* const end = length.data() + length.size();
  const auto [reached, error] = std::from_chars(length.data(), end, bits);
  if (error != std::errc{} || reached != end) return std::nullopt;
  return prefix_range(address, bits);
}

Cause read_host(const Endpoint& parts, AddressRange& range) {
  const std::optional<Address> address = parse_address(parts.host);
  if (!address) {
    const bool is_name = !parts.bracketed && !parts.length && is_host_name(parts.host);
    return is_name ? Cause::none : Cause::input_syntax;
  }
  range = {*address, *address};
  if (!parts.length) return Cause::none;
  const std::optional<AddressRange> prefix = read_prefix(*address, *parts.length);
  if (!prefix) return Cause::input_prefix;
  range = *prefix;
  return Cause::none;
}

// A port may be said twice, if it is the same.
Cause add_port(std::string_view digits, Line& line) {
  const std::uint16_t port = read_port(digits);
  if (port == 0 || (line.port != 0 && line.port != port)) return Cause::input_port;
  line.port = port;
  return Cause::none;
}

}  // namespace

std::uint16_t read_port(std::string_view digits) {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto [reached, error] = std::from_chars(digits.data(), end, port);
  return error == std::errc{} && reached == end ? port : std::uint16_t{0};
}

bool is_host_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (count_characters(name) > kNameCharactersMax) return false;
  if (std::ranges::any_of(name, is_beyond_ascii) &&
      !simdjson::validate_utf8(name.data(), name.size())) {
    return false;
  }
  std::string_view label = name;
  for (std::string_view rest = name; true;) {
    const std::optional<std::string_view> behind = cut_behind(rest, '.');
    label = rest;
    if (!is_label(label)) return false;
    if (!behind) break;
    rest = *behind;
  }
  return !all_digits(label);
}

Cause read_text(std::string_view text, Line& line) {
  line = {};
  line.text = text;
  const std::optional<std::string_view> behind_comma = cut_behind(text, ',');
  const std::optional<Endpoint> parts = split_endpoint(text);
  if (!parts) return Cause::input_syntax;
  Cause cause = read_host(*parts, line.range);
  if (cause == Cause::none && parts->port) cause = add_port(*parts->port, line);
  if (cause != Cause::none || !behind_comma) return cause;
  if (!behind_comma->empty() && all_digits(*behind_comma)) return add_port(*behind_comma, line);
  if (!is_host_name(*behind_comma)) return Cause::input_syntax;
  line.name = *behind_comma;
  return Cause::none;
}

}  // namespace mxsweep::targets

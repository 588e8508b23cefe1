// SPDX-License-Identifier: MIT
#include "targets/line.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "mxsweep/core/host_name.h"
#include "mxsweep/core/utf8.h"
#include "targets/endpoint.h"

namespace mxsweep::targets {
namespace {

constexpr HostNameRule kNameRule{.underscore = true, .dot_at_end = true, .beyond_ascii = true};

// masscan -oL. A banner, which may contain anything, follows the line of its open port.
constexpr std::string_view kOpenPort = "open tcp ";
constexpr std::string_view kBanner = "banner tcp ";

Cause apply_name(std::string_view name, Line& line) {
  if (!is_host_name(name)) return Cause::input_syntax;
  line.name = name;
  return Cause::none;
}

// If there is no address, the name is the host.
Cause read_host_and_name(std::string_view address, std::string_view name, bool mail_domains,
                         Line& line) {
  const Cause cause = read_endpoint(address.empty() ? name : address, mail_domains, line);
  if (cause != Cause::none || address.empty() || name.empty()) return cause;
  return apply_name(name, line);
}

Cause read_two(std::string_view first, std::string_view second, bool mail_domains, Line& line) {
  if (all_digits(first)) {  // The rank in a list of popular domains.
    if (!is_host_name(second)) return Cause::input_syntax;
    return read_endpoint(second, mail_domains, line);
  }
  if (second.empty()) return Cause::input_syntax;
  if (first.empty() || !all_digits(second)) {
    return read_host_and_name(first, second, mail_domains, line);
  }
  const Cause cause = read_endpoint(first, mail_domains, line);
  return cause == Cause::none ? add_port(second, line) : cause;
}

Cause read_fields(std::string_view text, bool mail_domains, Line& line) {
  line.has_unread = true;
  std::array<std::string_view, 4> field;
  std::size_t count = 0;
  Fields fields(text);
  for (std::string_view next; fields.next(next); ++count) {
    if (count == field.size()) return Cause::input_syntax;
    field[count] = next;
  }
  if (fields.broken()) return Cause::input_syntax;
  if (count == 1) return read_endpoint(field[0], mail_domains, line);
  if (count == 2) return read_two(field[0], field[1], mail_domains, line);
  const Cause cause = read_host_and_name(field[0], field[1], mail_domains, line);
  return cause == Cause::none && !field[3].empty() ? add_port(field[3], line) : cause;
}

Cause read_row(std::string_view text, bool mail_domains, const Columns& columns, Line& line) {
  std::string_view address;
  std::string_view name;
  std::string_view port;
  Fields fields(text);
  std::uint16_t at = 0;
  for (std::string_view field; fields.next(field); ++at) {
    if (at == columns.count) return Cause::input_syntax;  // More fields than the header row has.
    if (at == columns.address) address = field;
    if (at == columns.name) name = field;
    if (at == columns.port) port = field;
  }
  if (fields.broken()) return Cause::input_syntax;
  line.text = address.empty() ? name : address;
  const Cause cause = read_host_and_name(address, name, mail_domains, line);
  return cause == Cause::none && !port.empty() ? add_port(port, line) : cause;
}

std::string_view take_word(std::string_view& text) {
  const std::size_t blank = text.find(' ');
  const std::string_view word = text.substr(0, blank);
  text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
  return word;
}

Cause read_open_port(std::string_view text, Line& line) {
  line.has_unread = true;
  const Cause cause = add_port(take_word(text), line);
  line.text = take_word(text);
  return cause == Cause::none ? read_address(line.text, line) : cause;
}

}  // namespace

std::uint16_t read_port(std::string_view digits) {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto [reached, error] = std::from_chars(digits.data(), end, port);
  return error == std::errc{} && reached == end ? port : std::uint16_t{0};
}

bool is_host_name(std::string_view name) {
  if (!scan_host_name(name, kNameRule).faults.empty()) return false;
  return std::ranges::none_of(name, is_beyond_ascii) ||
         simdjson::validate_utf8(name.data(), name.size());
}

Cause read_text(std::string_view text, bool mail_domains, const Columns& columns, Line& line) {
  line = {};
  line.text = text;
  if (text.starts_with(kOpenPort)) return read_open_port(text.substr(kOpenPort.size()), line);
  if (text.starts_with(kBanner)) return read_open_port(text.substr(kBanner.size()), line);
  if (text.find(',') == std::string_view::npos && !text.starts_with('"')) {
    return read_endpoint(text, mail_domains, line);
  }
  if (columns.count == 0) return read_fields(text, mail_domains, line);
  return read_row(text, mail_domains, columns, line);
}

}  // namespace mxsweep::targets

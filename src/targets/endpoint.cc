// SPDX-License-Identifier: MIT
#include "targets/endpoint.h"

#include <algorithm>
#include <optional>

#include "mxsweep/core/ascii.h"
#include "targets/csv.h"

namespace mxsweep::targets {
namespace {

struct Scheme {
  std::string_view name;
  std::uint16_t port;
  TlsMode tls;
  Protocol protocol;
};
constexpr Scheme kSchemes[] = {
    {"smtp", 0, TlsMode::from_flags, Protocol::smtp},
    {"smtps", 465, TlsMode::implicit, Protocol::smtp},
    {"submission", 587, TlsMode::from_flags, Protocol::smtp},
    {"submissions", 465, TlsMode::implicit, Protocol::smtp},
    {"imap", 143, TlsMode::from_flags, Protocol::imap},
    {"imaps", 993, TlsMode::implicit, Protocol::imap},
    {"pop3", 110, TlsMode::from_flags, Protocol::pop3},
    {"pop3s", 995, TlsMode::implicit, Protocol::pop3},
};

// Cuts `text` off at the first `mark` and returns the part after it.
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
    // Two colons: a bare IPv6 address, whose last group must not be read as a port.
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

// "192.0.2.8-192.0.2.20": both ends are whole addresses of one family, in order.
std::optional<AddressRange> read_range(std::string_view text) {
  const std::optional<std::string_view> behind = cut_behind(text, '-');
  if (!behind) return std::nullopt;
  const std::optional<Address> first = parse_address(without_blanks_around(text));
  const std::optional<Address> last = parse_address(without_blanks_around(*behind));
  if (!first || !last) return std::nullopt;
  const AddressRange range{without_mapping(*first), without_mapping(*last)};
  if (range.first.family != range.last.family || range.last < range.first) return std::nullopt;
  return range;
}

Cause apply_range(const AddressRange& range, Line& line) {
  const std::optional<AddressRange> usable = usable_part(range);
  if (!usable) return Cause::input_address;
  line.range = *usable;
  return Cause::none;
}

Cause read_host(const Endpoint& parts, Line& line) {
  if (const std::optional<Address> address = parse_address(parts.host)) {
    if (!parts.length) return apply_range({*address, *address}, line);
    const std::optional<AddressRange> prefix = read_prefix(*address, *parts.length);
    return prefix ? apply_range(*prefix, line) : Cause::input_prefix;
  }
  if (parts.length) return Cause::input_syntax;
  if (const std::optional<AddressRange> range = read_range(parts.host)) {
    return apply_range(*range, line);
  }
  if (parts.bracketed || !is_host_name(parts.host)) return Cause::input_syntax;
  line.host = parts.host;
  return Cause::none;
}

bool take_scheme(std::string_view& text, Line& line) {
  const std::size_t at = text.find("://");
  if (at == std::string_view::npos) return true;
  const std::string_view word = text.substr(0, at);
  const auto named = [word](const Scheme& scheme) {
    return std::ranges::equal(word, scheme.name, [](char a, char b) { return lower(a) == b; });
  };
  const auto* const scheme = std::ranges::find_if(kSchemes, named);
  if (scheme == std::end(kSchemes)) return false;
  line.scheme_port = scheme->port;
  line.tls = scheme->tls;
  line.protocol = scheme->protocol;
  text.remove_prefix(at + 3);
  if (text.ends_with('/')) text.remove_suffix(1);
  return true;
}

// A mail address stands for its domain, but only where names are mail domains: elsewhere the domain
// would be read as a host name.
bool take_local_part(std::string_view& text, bool mail_domains, Line& line) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return true;
  const std::string_view local = text.substr(0, at);
  if (!mail_domains || local.empty()) return false;
  line.has_unread = true;
  const bool has_blank =
      std::ranges::any_of(local, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
  text.remove_prefix(at + 1);
  return !has_blank;
}

}  // namespace

Cause read_address(std::string_view text, Line& line) {
  const std::optional<Address> address = parse_address(text);
  return address ? apply_range({*address, *address}, line) : Cause::input_syntax;
}

Cause read_endpoint(std::string_view text, bool mail_domains, Line& line) {
  // The fast path: most lines of most lists are a bare address.
  if (const std::optional<Address> address = parse_address(text)) {
    return apply_range({*address, *address}, line);
  }
  if (!take_scheme(text, line) || !take_local_part(text, mail_domains, line))
    return Cause::input_syntax;
  const std::optional<Endpoint> parts = split_endpoint(text);
  if (!parts) return Cause::input_syntax;
  const Cause cause = read_host(*parts, line);
  return cause == Cause::none && parts->port ? add_port(*parts->port, line) : cause;
}

Cause add_port(std::string_view digits, Line& line) {
  const std::uint16_t port = read_port(digits);
  if (port == 0 || (line.port != 0 && line.port != port)) return Cause::input_port;
  line.port = port;
  return Cause::none;
}

}  // namespace mxsweep::targets

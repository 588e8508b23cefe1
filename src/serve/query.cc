// SPDX-License-Identifier: MIT
#include "mxsweep/serve/query.h"

#include <algorithm>

#include "mxsweep/core/address.h"
#include "mxsweep/core/ascii.h"
#include "mxsweep/core/percent.h"
#include "mxsweep/core/utf8.h"

namespace mxsweep::serve {
namespace {

constexpr std::size_t kHostOctetsMax = 255;  // RFC 1035 section 2.3.4.

using Members = std::vector<std::pair<std::string, std::string>>;

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t octets = octets_of_character(text);
    if (octets == 0) return false;
    text.remove_prefix(octets);
  }
  return true;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// Printable ASCII without a space: anything else of a target has to be written as %XX.
bool is_visible(char c) { return c > 0x20 && c < 0x7f; }

bool is_in_segment(char c) {
  return is_alphanumeric(c) ||
         std::string_view("-._~%!$&'()*+,;=:@").find(c) != std::string_view::npos;
}

bool is_segment(std::string_view segment) {
  if (segment.empty() || segment == "." || segment == "..") return false;
  const bool odd =
      std::ranges::any_of(segment, [](char c) { return c == '/' || c == '\\' || is_control(c); });
  return !odd && is_utf8(segment);
}

// Of a form: a "+" is a space.
std::optional<std::string> read_form_text(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  std::optional<std::string> decoded = percent_decoded(spaced);
  if (!decoded || decoded->find('\0') != std::string::npos || !is_utf8(*decoded)) {
    return std::nullopt;
  }
  return decoded;
}

bool is_port(std::string_view text) {
  return text.size() <= 5 && std::ranges::all_of(text, is_digit);
}

}  // namespace

std::optional<std::vector<std::string>> read_path(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  path.remove_prefix(1);
  std::vector<std::string> segments;
  if (path.empty()) return segments;
  for (;;) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view raw = path.substr(0, end);
    if (segments.size() == kSegmentsMax || !std::ranges::all_of(raw, is_in_segment)) {
      return std::nullopt;
    }
    std::optional<std::string> segment = percent_decoded(raw);
    if (!segment || !is_segment(*segment)) return std::nullopt;
    segments.push_back(*std::move(segment));
    if (end == path.size()) return segments;
    path.remove_prefix(end + 1);
  }
}

std::optional<Members> read_members(std::string_view text) {
  Members members;
  if (!std::ranges::all_of(text, is_visible)) return std::nullopt;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view member = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (member.empty()) continue;
    if (members.size() == kMembersMax) return std::nullopt;
    const std::size_t equals = std::min(member.find('='), member.size());
    std::optional<std::string> name = read_form_text(member.substr(0, equals));
    std::optional<std::string> value =
        read_form_text(member.substr(std::min(equals + 1, member.size())));
    if (!name || !value) return std::nullopt;
    members.emplace_back(*std::move(name), *std::move(value));
  }
  return members;
}

std::optional<std::string> read_host(std::string_view value) {
  std::string_view host = value;
  std::string_view port;
  const bool bracketed = value.starts_with('[');
  const std::size_t end = bracketed ? value.find(']') : std::min(value.find(':'), value.size());
  if (end == std::string_view::npos) return std::nullopt;
  host = bracketed ? value.substr(1, end - 1) : value.substr(0, end);
  const std::string_view rest = value.substr(bracketed ? end + 1 : end);
  if (!rest.empty()) {
    if (rest.front() != ':') return std::nullopt;
    port = rest.substr(1);
  }
  if (host.empty() || host.size() > kHostOctetsMax || !is_port(port)) return std::nullopt;
  if (bracketed) {
    const std::optional<Address> address = parse_address(host);
    if (!address || address->family != Family::ipv6) return std::nullopt;
  } else if (!std::ranges::all_of(host, [](char c) {
               return is_alphanumeric(c) || c == '-' || c == '.' || c == '_';
             })) {
    return std::nullopt;
  }
  std::string lowered(host);
  std::ranges::transform(lowered, lowered.begin(), lower);
  return lowered;
}

}  // namespace mxsweep::serve

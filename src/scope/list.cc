// SPDX-License-Identifier: MIT
#include "mxsweep/scope/list.h"

#include <algorithm>
#include <optional>

#include "mxsweep/core/address_range.h"
#include "mxsweep/core/ascii.h"
#include "mxsweep/core/host_name.h"
#include "mxsweep/core/utf8.h"

namespace mxsweep::scope {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kBlanks = " \t\r";
constexpr std::size_t kShownOctetsMax = 80;  // Of a bad line, in its message.
constexpr HostNameRule kRule{.underscore = true, .hyphen_outside = true};

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// Control characters would otherwise reach a terminal, and half a character is no text.
std::string shown(std::string_view text) {
  std::string shown(text.substr(0, kShownOctetsMax));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  }
  while (text.size() > kShownOctetsMax && !shown.empty() && is_beyond_ascii(shown.back())) {
    shown.pop_back();
  }
  return "'" + shown + (text.size() > kShownOctetsMax ? "...'" : "'");
}

Status read_slashed(std::string_view text, std::size_t slash, Named& named) {
  const std::optional<Address> address = parse_address(text.substr(0, slash));
  if (!address) return Status::unusable("no address is before the '/'");
  const std::optional<AddressRange> range = read_prefix(*address, text.substr(slash + 1));
  if (!range) return Status::unusable("the prefix length does not fit the address");
  named.prefixes.add(*range);
  return {};
}

// Whether the text is a range, which a name with a hyphen is not.
bool read_ends(std::string_view text, std::optional<Address>& first, std::optional<Address>& last) {
  const std::size_t hyphen = text.find('-');
  if (hyphen == text.npos) return false;
  first = parse_address(without_blanks(text.substr(0, hyphen)));
  last = parse_address(without_blanks(text.substr(hyphen + 1)));
  return first && last;
}

Status read_domain(std::string_view text, const ToAscii& to_ascii, Named& named) {
  if (text.starts_with("*.")) text.remove_prefix(2);
  if (text.starts_with('.')) text.remove_prefix(1);
  std::string ascii(text);
  if (std::ranges::any_of(text, is_beyond_ascii)) {
    Result<std::string> converted = to_ascii(text);
    if (!converted.ok()) return converted.status();
    ascii = *std::move(converted);
  }
  if (ascii.ends_with('.')) ascii.pop_back();
  if (!scan_host_name(ascii, kRule).faults.empty()) {
    return Status::unusable("is not an address, a prefix, a range of addresses or a domain");
  }
  named.suffixes.add(ascii);
  return {};
}

}  // namespace

Status read_entry(std::string_view text, const ToAscii& to_ascii, Named& named) {
  if (const std::optional<Address> address = parse_address(text)) {
    named.prefixes.add({*address, *address});
    return {};
  }
  if (const std::size_t slash = text.find('/'); slash != text.npos) {
    return read_slashed(text, slash, named);
  }
  std::optional<Address> first;
  std::optional<Address> last;
  if (!read_ends(text, first, last)) return read_domain(text, to_ascii, named);
  if (first->family != last->family || *last < *first) {
    return Status::unusable("the range ends before it begins");
  }
  named.prefixes.add({*first, *last});
  return {};
}

Status read_list(std::string_view octets, std::string_view file, const ToAscii& to_ascii,
                 Named& named) {
  if (octets.starts_with(kByteOrderMark)) octets.remove_prefix(kByteOrderMark.size());
  for (std::size_t number = 1; !octets.empty(); ++number) {
    const std::size_t end = std::min(octets.find('\n'), octets.size());
    const std::string_view line = octets.substr(0, end);
    octets.remove_prefix(std::min(end + 1, octets.size()));
    const std::string_view text = without_blanks(line.substr(0, line.find('#')));
    if (text.empty()) continue;
    if (const Status read = read_entry(text, to_ascii, named); !read.ok()) {
      return read.behind(shown(text)).behind(std::string(file) + ":" + std::to_string(number));
    }
  }
  return {};
}

}  // namespace mxsweep::scope

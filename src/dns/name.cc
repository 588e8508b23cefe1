// SPDX-License-Identifier: MIT
#include "mxsweep/dns/name.h"

#include <idn2.h>

#include <algorithm>
#include <cstddef>
#include <memory>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/host_name.h"
#include "mxsweep/core/utf8.h"

namespace mxsweep::dns {
namespace {

// Host names with a hyphen at the start or end of a label exist in DNS. Whether a name is in fact
// an address is for the caller to check.
constexpr HostNameRule kRule{.underscore = true, .hyphen_outside = true, .digits_at_end = true};
// No name needs more, in any script; longer text is not passed to libidn2.
constexpr std::size_t kUnicodeOctetsMax = 4 * kHostNameOctetsMax;
constexpr std::string_view kALabel = "xn--";

using Text = std::unique_ptr<char, decltype(&idn2_free)>;

NameFault fault_of(int idn2_result) {
  switch (idn2_result) {
    case IDN2_TOO_BIG_DOMAIN: return NameFault::name_too_long;
    case IDN2_PUNYCODE_BIG_OUTPUT:
    case IDN2_TOO_BIG_LABEL: return NameFault::label_too_long;
    default: return NameFault::not_idna;
  }
}

// Converts text that is not ASCII to A-labels, after the mapping of UTS 46: capitals, fullwidth
// forms, the other dots.
NameFault to_ascii(std::string_view text, std::string& ascii) {
  if (text.size() > kUnicodeOctetsMax) return NameFault::name_too_long;
  if (text.find('\0') != text.npos) return NameFault::character;
  char* converted = nullptr;
  const int result = ::idn2_to_ascii_8z(std::string(text).c_str(), &converted,
                                        IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const Text owner(converted, &idn2_free);
  if (result != IDN2_OK) return fault_of(result);
  ascii = converted;
  return NameFault::none;
}

std::string to_unicode(const std::string& ascii) {
  char* converted = nullptr;
  const int result = ::idn2_to_unicode_8z8z(ascii.c_str(), &converted, 0);
  const Text owner(converted, &idn2_free);
  if (result != IDN2_OK) return {};  // "xn--" without valid Punycode has no U-label form.
  return converted == ascii ? std::string() : converted;
}

NameFault check(std::string_view name) {
  const HostNameFaults faults = scan_host_name(name, kRule).faults;
  if (faults.has(HostNameFault::empty)) return NameFault::empty;
  if (faults.has(HostNameFault::name_too_long)) return NameFault::name_too_long;
  if (faults.has(HostNameFault::empty_label)) return NameFault::empty_label;
  if (faults.has(HostNameFault::character)) return NameFault::character;
  if (faults.has(HostNameFault::label_too_long)) return NameFault::label_too_long;
  return NameFault::none;
}

}  // namespace

std::string_view to_string(NameFault error) {
  switch (error) {
    case NameFault::none: return "none";
    case NameFault::empty: return "empty";
    case NameFault::empty_label: return "empty_label";
    case NameFault::label_too_long: return "label_too_long";
    case NameFault::name_too_long: return "name_too_long";
    case NameFault::character: return "character";
    case NameFault::not_idna: return "not_idna";
  }
  return {};
}

Name read_name(std::string_view text) {
  Name name;
  std::string ascii(text);
  if (std::ranges::any_of(text, is_beyond_ascii)) {
    name.error = to_ascii(text, ascii);
    if (name.error != NameFault::none) return name;
  }
  if (ascii.ends_with('.')) ascii.pop_back();
  std::transform(ascii.begin(), ascii.end(), ascii.begin(), lower);
  name.error = check(ascii);
  if (name.error != NameFault::none) return name;
  name.underscore = ascii.find('_') != ascii.npos;
  name.single_label = ascii.find('.') == ascii.npos;
  if (ascii.find(kALabel) != ascii.npos) name.unicode = to_unicode(ascii);
  name.ascii = std::move(ascii);
  return name;
}

void append_reversed(const Address& address, std::string& name) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (address.family == Family::ipv4) {
    for (std::size_t i = 4; i > 0; --i) name += std::to_string(address.octets[i - 1]) + '.';
    return;
  }
  for (std::size_t i = address.octets.size(); i > 0; --i) {
    const unsigned octet = address.octets[i - 1];
    name += {kDigits[octet & 0xfU], '.', kDigits[octet >> 4U], '.'};
  }
}

std::string reverse_name(const Address& address) {
  std::string name;
  append_reversed(address, name);
  return name + (address.family == Family::ipv4 ? "in-addr.arpa" : "ip6.arpa");
}

bool is_localhost(std::string_view ascii) {
  return ascii == "localhost" || ascii.ends_with(".localhost");
}

}  // namespace mxsweep::dns

// SPDX-License-Identifier: MIT
#include "mxsweep/spf/macro.h"

#include <algorithm>
#include <vector>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/host_name.h"

namespace mxsweep::spf {
namespace {

constexpr std::string_view kDelimiters = ".-+,/_=";
constexpr std::string_view kDomainLetters = "slodipvh";
constexpr std::string_view kExplanationLetters = "slodipvhcrt";
constexpr std::string_view kSenderLetters = "slipvhcrt";
// A name has 127 labels at most; three digits are more than enough for those of a local part.
constexpr unsigned kMacroPartsMax = 999;

struct Macro {
  char letter = 0;     // As written; one of "%_-" for those without braces.
  unsigned parts = 0;  // How many to keep from the right; 0: all.
  bool reversed = false;
  std::string_view delimiters = ".";
};

// Takes the macro that `text` begins with, which is "%". Returns its fault; `octet` is then the
// place in `text`.
struct MacroTaken {
  Macro macro{};
  std::size_t size = 0;
  std::optional<SyntaxFault> fault{};
};

MacroTaken fault_at(Syntax fault, std::size_t octet) {
  return {.fault = SyntaxFault{fault, octet}};
}

MacroTaken take_macro(std::string_view text, MacroPlace place) {
  if (text.size() < 2) return fault_at(Syntax::macro, 0);
  const char second = text[1];
  if (second == '%' || second == '_' || second == '-')
    return {.macro = {.letter = second}, .size = 2};
  if (second != '{') return fault_at(Syntax::macro, 0);
  std::size_t at = 2;
  const auto here = [&] { return at < text.size() ? text[at] : '\0'; };
  Macro macro;
  macro.letter = here();
  const std::string_view letters =
      place == MacroPlace::explanation ? kExplanationLetters : kDomainLetters;
  if (macro.letter == '\0' || letters.find(lower(macro.letter)) == letters.npos) {
    return fault_at(Syntax::macro_letter, at);
  }
  const std::size_t digits = ++at;
  for (; is_digit(here()); ++at) {
    macro.parts = std::min(macro.parts * 10 + static_cast<unsigned>(here() - '0'), kMacroPartsMax);
  }
  if (at != digits && macro.parts == 0) return fault_at(Syntax::macro_digits, digits);
  if (lower(here()) == 'r') {
    macro.reversed = true;
    ++at;
  }
  const std::size_t delimiters = at;
  while (here() != '\0' && kDelimiters.find(here()) != kDelimiters.npos) ++at;
  if (at != delimiters) macro.delimiters = text.substr(delimiters, at - delimiters);
  if (here() != '}') return fault_at(Syntax::macro, at);
  return {.macro = macro, .size = at + 1};
}

// RFC 3986, unreserved.
bool is_unreserved(char c) {
  return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += {'%', kDigits[octet >> 4U], kDigits[octet & 15U]};
    }
  }
}

// IPv4: as usual. IPv6: 32 nibbles with dots between them.
std::string dotted(const Address& address) {
  if (address.family != Family::ipv6) return to_string(address);
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  text.reserve(63);
  for (const std::uint8_t octet : address.octets) {
    if (!text.empty()) text += '.';
    text += {kDigits[octet >> 4U], '.', kDigits[octet & 15U]};
  }
  return text;
}

std::string value_of(char letter, const MacroValues& values) {
  switch (letter) {
    case 's': return std::string(values.local) + '@' + std::string(values.origin);
    case 'l': return std::string(values.local);
    case 'o': return std::string(values.origin);
    case 'd': return std::string(values.domain);
    case 'i': return dotted(values.address);
    case 'p': return std::string(values.name);
    case 'v': return values.address.family == Family::ipv6 ? "ip6" : "in-addr";
    case 'h': return std::string(values.helo);
    case 'c': return to_string(values.address);
    case 'r': return std::string(values.receiver);
    case 't': return std::to_string(values.second);
    default: return {};
  }
}

// Splits at the delimiters, reverses, keeps parts from the right, and joins with dots.
std::string transformed(const std::string& value, const Macro& macro) {
  if (macro.parts == 0 && !macro.reversed && macro.delimiters == ".") return value;
  std::vector<std::string_view> parts;
  std::string_view rest = value;
  for (std::size_t end; (end = rest.find_first_of(macro.delimiters)) != rest.npos;) {
    parts.push_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  parts.push_back(rest);
  if (macro.reversed) std::reverse(parts.begin(), parts.end());
  const std::size_t kept = macro.parts == 0 ? parts.size() : macro.parts;
  const std::size_t first = parts.size() - std::min(kept, parts.size());
  std::string joined;
  joined.reserve(value.size());
  for (std::size_t i = first; i < parts.size(); ++i) {
    if (i != first) joined += '.';
    joined += parts[i];
  }
  return joined;
}

void append_macro(std::string& out, const Macro& macro, const MacroValues& values) {
  switch (macro.letter) {
    case '%': out += '%'; return;
    case '_': out += ' '; return;
    case '-': out += "%20"; return;
    default: break;
  }
  const std::string value = transformed(value_of(lower(macro.letter), values), macro);
  if (is_upper(macro.letter)) {
    append_escaped(out, value);
  } else {
    out += value;
  }
}

// Calls visit(macro, its end) for each macro of a text without fault until it returns false.
template <typename Visit>
void for_each_macro(std::string_view text, Visit visit) {
  for (std::size_t at = 0; (at = text.find('%', at)) != text.npos;) {
    const MacroTaken taken = take_macro(text.substr(at), MacroPlace::explanation);
    if (taken.fault) return;
    at += taken.size;
    if (!visit(taken.macro, at)) return;
  }
}

}  // namespace

std::optional<SyntaxFault> check_macros(std::string_view text, MacroPlace place) {
  for (std::size_t at = 0; at < text.size();) {
    const auto octet = static_cast<unsigned char>(text[at]);
    if (octet > 0x7e || octet < ' ') {
      return SyntaxFault{octet > 0x7f ? Syntax::non_ascii : Syntax::control, at};
    }
    if (octet == ' ' && place == MacroPlace::domain) return SyntaxFault{Syntax::control, at};
    if (octet != '%') {
      ++at;
      continue;
    }
    const MacroTaken taken = take_macro(text.substr(at), place);
    if (taken.fault) return SyntaxFault{taken.fault->fault, at + taken.fault->octet};
    at += taken.size;
  }
  return std::nullopt;
}

bool uses_letter(std::string_view text, char letter) {
  bool uses = false;
  for_each_macro(text, [&](const Macro& macro, std::size_t) {
    uses = lower(macro.letter) == letter;
    return !uses;
  });
  return uses;
}

std::size_t end_of_last_macro(std::string_view text) {
  std::size_t end = 0;
  for_each_macro(text, [&](const Macro&, std::size_t its_end) {
    end = its_end;
    return true;
  });
  return end;
}

bool depends_on_sender(std::string_view text) {
  bool depends = false;
  for_each_macro(text, [&](const Macro& macro, std::size_t) {
    depends = kSenderLetters.find(lower(macro.letter)) != kSenderLetters.npos;
    return !depends;
  });
  return depends;
}

std::string expand(std::string_view text, const MacroValues& values) {
  std::string out;
  std::size_t literal = 0;  // Where the text begins that has not been appended.
  for (std::size_t at = 0; (at = text.find('%', at)) != text.npos;) {
    const MacroTaken taken = take_macro(text.substr(at), MacroPlace::explanation);
    if (taken.fault) return {};
    out += text.substr(literal, at - literal);
    append_macro(out, taken.macro, values);
    at += taken.size;
    literal = at;
    if (out.size() > kExpandedOctetsMax) break;
  }
  out += text.substr(literal);
  if (out.size() > kExpandedOctetsMax) out.resize(kExpandedOctetsMax);
  return out;
}

std::string expand_domain(std::string_view text, const MacroValues& values) {
  std::string domain = expand(text, values);
  if (domain.size() == kExpandedOctetsMax) return {};  // Its right end, which counts, is lost.
  if (domain.ends_with('.')) domain.pop_back();
  if (domain.size() <= kHostNameOctetsMax) return domain;
  const std::size_t dot = domain.find('.', domain.size() - kHostNameOctetsMax - 1);
  if (dot != domain.npos) domain.erase(0, dot + 1);
  return domain;
}

}  // namespace mxsweep::spf

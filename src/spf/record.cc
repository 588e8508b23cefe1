// SPDX-License-Identifier: MIT
#include "mxsweep/spf/record.h"

#include <algorithm>
#include <array>

#include "mxsweep/core/address_range.h"
#include "mxsweep/core/ascii.h"
#include "mxsweep/core/enum_words.h"
#include "mxsweep/core/host_name.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/spf/macro.h"

namespace mxsweep::spf {
namespace {

constexpr std::string_view kVersion = "v=spf1";

constexpr EnumWord<Syntax> kSyntaxWords[] = {
    {Syntax::non_ascii, "an octet beyond ASCII"},
    {Syntax::control, "a control character or space in a term"},
    {Syntax::unknown_mechanism, "no mechanism of SPF"},
    {Syntax::no_argument, "the mechanism needs an argument"},
    {Syntax::argument, "an argument that the mechanism does not have"},
    {Syntax::empty_domain, "the domain is empty"},
    {Syntax::domain_end, "a domain must end in a macro or in a dot and a top-level label"},
    {Syntax::macro, "a % that does not begin a macro"},
    {Syntax::macro_letter, "no letter of a macro"},
    {Syntax::macro_digits, "a macro cannot keep 0 labels"},
    {Syntax::address, "not an address"},
    {Syntax::prefix_length, "not a prefix length"},
    {Syntax::modifier_name, "not the name of a modifier"},
    {Syntax::modifier_repeated, "the modifier occurs twice"},
    {Syntax::too_long, "the record is too long"},
};
static_assert(has_each_value(kSyntaxWords, Syntax::too_long) && words_differ(kSyntaxWords));

struct Named {
  std::string_view name;
  TermKind kind;
};
constexpr Named kMechanisms[] = {{"all", TermKind::all}, {"include", TermKind::include},
                                 {"a", TermKind::a},     {"mx", TermKind::mx},
                                 {"ptr", TermKind::ptr}, {"ip4", TermKind::ip4},
                                 {"ip6", TermKind::ip6}, {"exists", TermKind::exists}};

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool is_alpha(char c) { return is_lower(c) || is_upper(c); }
bool is_name_octet(char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; }

bool is_top_label(std::string_view label) {
  if (label.empty() || label.front() == '-' || label.back() == '-') return false;
  bool named = false;  // Not of digits only.
  for (const char c : label) {
    if (!is_alphanumeric(c) && c != '-') return false;
    named = named || !is_digit(c);
  }
  return named;
}

// Reads one term. `base`: where it stands in the record.
class TermReader {
 public:
  TermReader(std::string_view text, std::size_t base) : text_(text), base_(base) {
    term_.text = place(0, text.size());
  }

  bool read() {
    const bool qualified = std::string_view("+-~?").find(text_.front()) != std::string_view::npos;
    std::size_t at = qualified ? 1 : 0;
    if (qualified) term_.qualifier = static_cast<Qualifier>(text_.front());
    const std::size_t name = at;
    while (at < text_.size() && is_name_octet(text_[at])) ++at;
    if (!qualified && at < text_.size() && text_[at] == '=') return read_modifier(at);
    return read_mechanism(name);
  }

  [[nodiscard]] Term& term() { return term_; }
  [[nodiscard]] const SyntaxFault& fault() const { return fault_; }

 private:
  [[nodiscard]] Place place(std::size_t begin, std::size_t size) const {
    return {static_cast<std::uint32_t>(base_ + begin), static_cast<std::uint32_t>(size)};
  }
  bool fail(Syntax fault, std::size_t at) {
    fault_ = {fault, base_ + at};
    return false;
  }

  bool read_modifier(std::size_t equals) {
    if (equals == 0 || !is_alpha(text_.front())) return fail(Syntax::modifier_name, 0);
    const std::string_view name = text_.substr(0, equals);
    term_.kind = same_word(name, "redirect") ? TermKind::redirect
                 : same_word(name, "exp")    ? TermKind::exp
                                             : TermKind::unknown_modifier;
    const std::size_t begin = equals + 1;
    if (term_.kind != TermKind::unknown_modifier) return read_domain(begin, text_.size());
    term_.domain = place(begin, text_.size() - begin);
    return read_macros(begin, text_.size());
  }

  bool read_mechanism(std::size_t begin) {
    const std::size_t end = std::min(text_.find_first_of(":/", begin), text_.size());
    const std::string_view name = text_.substr(begin, end - begin);
    const auto* const found =
        std::find_if(std::begin(kMechanisms), std::end(kMechanisms),
                     [&](const Named& named) { return same_word(named.name, name); });
    if (found == std::end(kMechanisms)) return fail(Syntax::unknown_mechanism, begin);
    term_.kind = found->kind;
    const bool has_argument = end < text_.size() && text_[end] == ':';
    switch (term_.kind) {
      case TermKind::all: return end == text_.size() || fail(Syntax::argument, end);
      case TermKind::include:
      case TermKind::exists:
        if (!has_argument) return fail(Syntax::no_argument, end);
        return read_domain(end + 1, text_.size());
      case TermKind::ptr:
        if (has_argument) return read_domain(end + 1, text_.size());
        return end == text_.size() || fail(Syntax::argument, end);
      case TermKind::a:
      case TermKind::mx: return read_target(end, has_argument);
      case TermKind::ip4:
      case TermKind::ip6:
        if (!has_argument) return fail(Syntax::no_argument, end);
        return read_network(end + 1);
      case TermKind::redirect:
      case TermKind::exp:
      case TermKind::unknown_modifier: break;
    }
    return false;
  }

  // [":" domain] ["/" length] ["//" length]. A domain may contain slashes, so lengths are looked
  // for from the end.
  bool read_target(std::size_t at, bool has_argument) {
    const std::size_t least = has_argument ? at + 1 : at;
    std::size_t end = text_.size();
    const auto slash_before_digits = [&]() -> std::size_t {
      std::size_t digits = end;
      while (digits > least && is_digit(text_[digits - 1])) --digits;
      return digits > least && text_[digits - 1] == '/' ? digits - 1 : text_.npos;
    };
    std::size_t slash = slash_before_digits();
    if (slash != text_.npos && slash > least && text_[slash - 1] == '/') {
      if (!read_length(slash + 1, end, 128, term_.prefix6)) return false;
      end = slash - 1;
      slash = slash_before_digits();
    }
    if (slash != text_.npos) {
      if (!read_length(slash + 1, end, 32, term_.prefix4)) return false;
      end = slash;
    }
    if (has_argument) return read_domain(least, end);
    return end == at || fail(Syntax::argument, at);
  }

  bool read_network(std::size_t begin) {
    const bool six = term_.kind == TermKind::ip6;
    const std::size_t slash = std::min(text_.find('/', begin), text_.size());
    const auto address = parse_address(text_.substr(begin, slash - begin));
    const Family family = six ? Family::ipv6 : Family::ipv4;
    if (!address || address->family != family) return fail(Syntax::address, begin);
    std::uint8_t& prefix = six ? term_.prefix6 : term_.prefix4;
    if (slash < text_.size() && !read_length(slash + 1, text_.size(), six ? 128 : 32, prefix)) {
      return false;
    }
    term_.network = *address;
    return true;
  }

  bool read_length(std::size_t begin, std::size_t end, unsigned most, std::uint8_t& length) {
    const std::string_view digits = text_.substr(begin, end - begin);
    unsigned value = 0;
    for (const char c : digits) {
      if (!is_digit(c) || value > most) return fail(Syntax::prefix_length, begin);
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    const bool zero_in_front = digits.size() > 1 && digits.front() == '0';
    if (digits.empty() || zero_in_front || value > most) return fail(Syntax::prefix_length, begin);
    length = static_cast<std::uint8_t>(value);
    return true;
  }

  bool read_macros(std::size_t begin, std::size_t end) {
    const std::string_view text = text_.substr(begin, end - begin);
    term_.has_macro = text.find('%') != text.npos;
    const auto fault = check_macros(text, MacroPlace::domain);
    return !fault || fail(fault->fault, begin + fault->octet);
  }

  bool read_domain(std::size_t begin, std::size_t end) {
    const std::string_view text = text_.substr(begin, end - begin);
    term_.has_domain = true;
    term_.domain = place(begin, text.size());
    if (text.empty()) return fail(Syntax::empty_domain, begin);
    if (!read_macros(begin, end)) return false;
    const std::size_t macro_end = end_of_last_macro(text);
    if (macro_end != text.size()) {
      std::string_view tail = text.substr(macro_end);
      if (tail.ends_with('.')) tail.remove_suffix(1);
      const std::size_t dot = tail.rfind('.');
      const std::size_t label = dot == tail.npos ? 0 : dot + 1;
      if (dot == tail.npos || !is_top_label(tail.substr(label))) {
        return fail(Syntax::domain_end, begin + macro_end + label);
      }
    }
    if (!term_.has_macro) term_.name = question_name(text);
    return true;
  }

  std::string_view text_;
  std::size_t base_;
  Term term_;
  SyntaxFault fault_;
};

// The first octet that no record may have.
std::optional<SyntaxFault> foreign_octet(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto octet = static_cast<unsigned char>(text[at]);
    if (octet >= ' ' && octet < 0x7f) continue;
    return SyntaxFault{octet > 0x7f ? Syntax::non_ascii : Syntax::control, at};
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Syntax fault) { return word_of(kSyntaxWords, fault); }

RecordRead read_record(std::string_view text) {
  INVARIANT(begins_record(text));
  RecordRead record;
  if (text.size() > kRecordOctetsMax) {
    record.fault = SyntaxFault{Syntax::too_long, kRecordOctetsMax};
    return record;
  }
  record.fault = foreign_octet(text);
  if (record.fault) return record;
  bool redirected = false;
  bool explained = false;
  record.terms.reserve(
      static_cast<std::size_t>(std::count(text.begin() + kVersion.size(), text.end(), ' ')));
  for (std::size_t at = kVersion.size(); at < text.size();) {
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    const std::size_t end = std::min(text.find(' ', at), text.size());
    TermReader reader(text.substr(at, end - at), at);
    if (!reader.read()) {
      record.fault = reader.fault();
      return record;
    }
    const TermKind kind = reader.term().kind;
    if ((kind == TermKind::redirect && redirected) || (kind == TermKind::exp && explained)) {
      record.fault = SyntaxFault{Syntax::modifier_repeated, at};
      return record;
    }
    redirected = redirected || kind == TermKind::redirect;
    explained = explained || kind == TermKind::exp;
    record.terms.push_back(std::move(reader.term()));
    at = end;
  }
  return record;
}

bool begins_record(std::string_view text) {
  return text.size() >= kVersion.size() && same_word(text.substr(0, kVersion.size()), kVersion) &&
         (text.size() == kVersion.size() || text[kVersion.size()] == ' ');
}

Selection select_record(const std::vector<std::string>& texts) {
  Selection selection;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::string_view text = texts[i];
    if (begins_record(text)) {
      if (selection.kind == SelectionKind::none) selection.index = i;
      selection.kind =
          selection.kind == SelectionKind::none ? SelectionKind::one : SelectionKind::multiple;
      continue;
    }
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\""), text.size()));
    selection.leading_space = selection.leading_space || begins_record(text);
  }
  return selection;
}

std::string question_name(std::string_view domain) {
  if (domain.ends_with('.')) domain.remove_suffix(1);
  if (domain.empty() || domain.size() > kHostNameOctetsMax) return {};
  std::string name;
  name.reserve(domain.size());
  std::size_t label = 0;
  for (const char c : domain) {
    if (c == '.') {
      if (label == 0) return {};
      label = 0;
      name += '.';
      continue;
    }
    if (++label > kLabelOctetsMax) return {};
    const auto octet = static_cast<unsigned char>(c);
    if (octet > ' ' && octet < 0x7f && c != '\\') {
      name += lower(c);
    } else {
      name += {'\\', static_cast<char>('0' + octet / 100), static_cast<char>('0' + octet / 10 % 10),
               static_cast<char>('0' + octet % 10)};
    }
  }
  return label == 0 ? std::string() : name;
}

}  // namespace mxsweep::spf

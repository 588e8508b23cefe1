// SPDX-License-Identifier: MIT
#include "software/pattern.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "mxsweep/core/ascii.h"
#include "mxsweep/software/software.h"

namespace mxsweep::software {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kVersionOctetsMax = 40;
constexpr std::size_t kMaskedOctetsLeast = 10;
constexpr std::size_t kHexOctetsLeast = 16;
constexpr std::size_t kAnyMost = 4;

constexpr bool is_blank(char octet) { return octet == ' ' || octet == '\t'; }
constexpr bool is_letter(char octet) { return is_lower(octet) || is_upper(octet); }
constexpr bool is_hex(char octet) {
  return is_digit(octet) || (lower(octet) >= 'a' && lower(octet) <= 'f');
}
constexpr bool is_of_host(char octet) {
  return is_alphanumeric(octet) || octet == '.' || octet == '-' || octet == '_' || octet == ':' ||
         octet == '[' || octet == ']';
}
constexpr bool is_of_version(char octet) {
  return is_alphanumeric(octet) || octet == '.' || octet == '_' || octet == '+' || octet == '-';
}
constexpr bool is_of_address(char octet) {
  return is_hex(octet) || octet == ':' || octet == '.' || lower(octet) == 'i' ||
         lower(octet) == 'p' || lower(octet) == 'v';
}
constexpr bool is_masked(char octet) {
  return octet == '*' || octet == '2' || octet == '0' || octet == ' ';
}

template <typename Predicate>
std::size_t skip(std::string_view line, std::size_t at, Predicate belongs) {
  while (at < line.size() && belongs(line[at])) ++at;
  return at;
}

// Whether the octets before `at` belong to the same word as what begins there. Names with dots,
// hyphens and at signs are one word.
bool joined_before(std::string_view line, std::size_t at) {
  if (at == 0) return false;
  const char before = line[at - 1];
  if (is_alphanumeric(before) || before == '_' || before == '@') return true;
  return (before == '.' || before == '-') && at >= 2 && is_alphanumeric(line[at - 2]);
}

// The same for what ends at `at`. Digits may follow a name: "Exim-4.97", "Smail3.2" ask for more.
bool joined_after(std::string_view line, std::size_t at) {
  if (at == line.size()) return false;
  const char after = line[at];
  if (is_alphanumeric(after) || after == '_' || after == '@') return true;
  return (after == '.' || after == '-') && at + 1 < line.size() && is_letter(line[at + 1]);
}

bool begins_with(std::string_view line, std::size_t at, std::string_view text) {
  if (line.size() - at < text.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(line[at + i]) != text[i]) return false;
  }
  return true;
}

std::size_t match_version(std::string_view line, std::size_t at, std::string_view& version) {
  if (at + 1 < line.size() && lower(line[at]) == 'v' && is_digit(line[at + 1])) ++at;
  if (at == line.size() || !is_digit(line[at])) return kNone;
  std::size_t end =
      skip(line.substr(0, std::min(line.size(), at + kVersionOctetsMax)), at, is_of_version);
  while (!is_alphanumeric(line[end - 1])) --end;
  version = line.substr(at, end - at);
  return end;
}

std::size_t match_address(std::string_view line, std::size_t at) {
  if (at == line.size() || line[at] != '[') return kNone;
  const std::size_t end = skip(line, at + 1, is_of_address);
  return end > at + 1 && end < line.size() && line[end] == ']' ? end + 1 : kNone;
}

std::size_t at_least(std::size_t begin, std::size_t end, std::size_t octets) {
  return end - begin >= octets ? end : kNone;
}

}  // namespace

std::string Pattern::read(std::string_view text, Pattern& pattern) {
  if (text.size() > kPatternOctetsMax) return "is longer than 256 octets";
  pattern = Pattern();
  if (text.starts_with('^')) {
    pattern.from_begin_ = true;
    text.remove_prefix(1);
  }
  if (text.ends_with('$')) {
    pattern.to_end_ = true;
    text.remove_suffix(1);
  }
  std::size_t any = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const char octet = text[at];
    if (octet == '{') {
      const std::size_t end = text.find('}', at);
      if (end == kNone) return "has a \"{\" without its \"}\"";
      const std::string why = pattern.add_placeholder(text.substr(at + 1, end - at - 1));
      if (!why.empty()) return why;
      at = end + 1;
      continue;
    }
    if (octet == '*') {
      if (++any > kAnyMost) return "has more than four \"*\"";
      pattern.add(Kind::any);
    } else if (is_blank(octet)) {
      if (pattern.elements_.empty() || pattern.elements_.back().kind != Kind::blanks) {
        pattern.add(Kind::blanks);
      }
    } else {
      if (pattern.elements_.empty() || pattern.elements_.back().kind != Kind::text) {
        pattern.add(Kind::text);
      }
      pattern.elements_.back().text += lower(octet);
    }
    ++at;
  }
  if (pattern.elements_.empty()) return "is empty";
  return {};
}

std::string Pattern::add_placeholder(std::string_view word) {
  constexpr std::pair<std::string_view, Kind> kPlaceholders[] = {
      {"version", Kind::version}, {"host", Kind::host}, {"word", Kind::word},
      {"number", Kind::number},   {"hex", Kind::hex},   {"ip", Kind::ip},
      {"masked", Kind::masked},
  };
  if (word.starts_with("host:") && word.size() > 5) {
    add(Kind::host);
    for (const char octet : word.substr(5)) elements_.back().text += lower(octet);
    return {};
  }
  for (const auto& [name, kind] : kPlaceholders) {
    if (word != name) continue;
    if (kind == Kind::version && std::exchange(takes_version_, true)) {
      return "has {version} twice";
    }
    add(kind);
    return {};
  }
  return "has the unknown placeholder {" + std::string(word) +
         "}; known are {version}, {host}, {host:END}, {word}, {number}, {hex}, {ip} and {masked}";
}

std::size_t Pattern::match_one(const Element& element, std::string_view line, std::size_t at,
                               std::string_view& version) const {
  switch (element.kind) {
    case Kind::text: return begins_with(line, at, element.text) ? at + element.text.size() : kNone;
    case Kind::blanks: return at_least(at, skip(line, at, is_blank), 1);
    case Kind::version: return match_version(line, at, version);
    case Kind::host: {
      const std::size_t end = at_least(at, skip(line, at, is_of_host), element.text.size() + 1);
      if (end == kNone || element.text.empty()) return end;
      return begins_with(line, end - element.text.size(), element.text) ? end : kNone;
    }
    case Kind::word: {
      return at_least(at, skip(line, at, [](char octet) { return !is_blank(octet); }), 1);
    }
    case Kind::number: return at_least(at, skip(line, at, is_digit), 1);
    case Kind::hex: return at_least(at, skip(line, at, is_hex), kHexOctetsLeast);
    case Kind::ip: return match_address(line, at);
    case Kind::masked: {
      const std::size_t end = at_least(at, skip(line, at, is_masked), kMaskedOctetsLeast);
      if (end == kNone || line.substr(at, end - at).find("****") == kNone) return kNone;
      return end;
    }
    case Kind::any: break;
  }
  return kNone;
}

std::size_t Pattern::end_of_run(std::size_t first) const {
  while (first < elements_.size() && elements_[first].kind != Kind::any) ++first;
  return first;
}

std::size_t Pattern::match_run(std::size_t first, std::string_view line, std::size_t at,
                               std::string_view& version) const {
  const std::size_t end = end_of_run(first);
  if (first == end) return at;
  const Element& head = elements_[first];
  const Element& tail = elements_[end - 1];
  if (head.kind == Kind::text && is_alphanumeric(head.text.front()) && joined_before(line, at)) {
    return kNone;
  }
  for (std::size_t i = first; i < end; ++i) {
    at = match_one(elements_[i], line, at, version);
    if (at == kNone) return kNone;
  }
  if (tail.kind == Kind::text && is_alphanumeric(tail.text.back()) && joined_after(line, at)) {
    return kNone;
  }
  return at;
}

std::size_t Pattern::next_place(std::size_t first, std::string_view line, std::size_t at) const {
  const bool after_blank = elements_[first].kind == Kind::blanks;
  if (after_blank && ++first == elements_.size()) return at;
  if (elements_[first].kind != Kind::text) return at;
  const std::string_view text = elements_[first].text;
  const char small = text.front();
  const char capital = upper(small);
  if (after_blank) ++at;
  for (; at + text.size() <= line.size(); ++at) {
    if (line[at] != small && line[at] != capital) continue;
    if (after_blank && !is_blank(line[at - 1])) continue;
    if (begins_with(line, at, text)) return after_blank ? at - 1 : at;
  }
  return kNone;
}

bool Pattern::matches(std::string_view line, std::string_view& version) const {
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  std::size_t at = skip(line, 0, is_blank);
  std::string_view found;
  bool floats = !from_begin_;
  for (std::size_t first = 0;; floats = true) {
    const std::size_t after = end_of_run(first);
    const bool last = after == elements_.size();
    std::size_t end = kNone;
    for (; end == kNone && at <= line.size(); ++at) {
      if (floats && first < after) at = next_place(first, line, at);
      if (at == kNone) return false;
      end = match_run(first, line, at, found);
      // A "*" at the end stands for the rest of the line.
      if (last && to_end_ && end != line.size() && first < after) end = kNone;
      if (end == kNone && !floats) return false;
    }
    if (end == kNone) return false;
    if (last) break;
    at = end;
    first = after + 1;
  }
  if (takes_version_) version = found;
  return true;
}

bool Fixed::stands_in(std::string_view line, std::size_t at) const {
  if (at < offset || !begins_with(line, at - offset, text)) return false;
  std::size_t begin = at - offset;
  std::size_t end = begin + text.size();
  if (before != 0) {
    if (begin == 0 || !is_blank(line[begin - 1])) return false;
    while (begin > 0 && is_blank(line[begin - 1])) --begin;
    if (!is_blank(before) && (begin == 0 || lower(line[begin - 1]) != before)) return false;
  }
  if (after != 0) {
    if (end == line.size() || !is_blank(line[end])) return false;
    end = skip(line, end, is_blank);
    if (!is_blank(after) && (end == line.size() || lower(line[end]) != after)) return false;
  }
  return true;
}

char Pattern::beyond(std::size_t element, bool forward) const {
  const auto neighbour = [&](std::size_t from) -> const Element* {
    const std::size_t next = forward ? from + 1 : from - 1;  // Below 0 it is beyond the end.
    return next < elements_.size() ? &elements_[next] : nullptr;
  };
  const Element* const blanks = neighbour(element);
  if (blanks == nullptr || blanks->kind != Kind::blanks) return 0;
  const Element* const text = neighbour(forward ? element + 1 : element - 1);
  if (text == nullptr || text->kind != Kind::text) return ' ';
  return forward ? text->text.front() : text->text.back();
}

std::vector<Fixed> Pattern::fixed() const {
  std::vector<Fixed> all;
  const auto add_of = [&all](std::string_view text, char before, char after) {
    for (std::size_t i = 0; i + kGramOctets <= text.size(); ++i) {
      Fixed fixed{.offset = i, .text = text, .before = before, .after = after};
      std::memcpy(&fixed.gram, text.data() + i, kGramOctets);
      fixed.gram = fold(fixed.gram);
      all.push_back(fixed);
    }
  };
  for (std::size_t i = 0; i < elements_.size(); ++i) {
    const Element& element = elements_[i];
    if (element.kind == Kind::masked) {
      add_of("****", 0, 0);
    } else if (element.kind == Kind::host) {
      add_of(element.text, 0, beyond(i, true));
    } else {
      add_of(element.text, beyond(i, false), beyond(i, true));
    }
  }
  return all;
}

}  // namespace mxsweep::software

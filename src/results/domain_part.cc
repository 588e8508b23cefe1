// SPDX-License-Identifier: MIT
#include "mxsweep/results/domain_part.h"

#include <charconv>

#include "mxsweep/core/invariant.h"

namespace mxsweep::results {
namespace {

// A refusal in SMTP is an answer; a null MX, which is refused too, is not: there is no connection.
bool has_answered(const Record& record) {
  switch (record.outcome) {
    case Outcome::ok:
    case Outcome::degraded: return true;
    case Outcome::refused: return record.attempt != 0;
    case Outcome::failed:
    case Outcome::invalid:
    case Outcome::excluded:
    case Outcome::local: return false;
  }
  INVARIANT(false && "an outcome outside its list");
  return false;
}

bool was_visited(const Record& record) {
  return has_answered(record) || (record.outcome == Outcome::failed && record.attempt != 0);
}

constexpr std::string_view kNothing = "-";

std::string flags_of(const DomainPart& part) {
  std::string flags;
  if (part.has_address) flags += 'a';
  if (part.answered) flags += 'r';
  if (part.over_ipv6) flags += '6';
  if (part.starttls == Offered::yes) flags += 'y';
  if (part.starttls == Offered::no) flags += 'n';
  if (part.authentic) flags += 'v';
  if (part.certificate == Offered::yes) flags += 'c';
  if (part.certificate == Offered::no) flags += 'w';
  return flags.empty() ? std::string(kNothing) : flags;
}

std::string words_of(const FindingSet& findings) {
  std::string words;
  for (std::size_t i = 0; i < kFindingCount; ++i) {
    if (!findings.has(static_cast<Finding>(i))) continue;
    if (!words.empty()) words += ',';
    words += to_string(static_cast<Finding>(i));
  }
  return words.empty() ? std::string(kNothing) : words;
}

// The next word, and the separator behind it.
std::optional<std::string_view> take_word(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end + 1);
  return word;
}

template <typename Word, std::size_t Count>
bool read_word(std::string_view text, Word& word) {
  for (std::size_t i = 0; i < Count; ++i) {
    if (to_string(static_cast<Word>(i)) != text) continue;
    word = static_cast<Word>(i);
    return true;
  }
  return false;
}

bool read_flags(std::string_view text, DomainPart& part) {
  if (text == kNothing) return true;
  for (const char flag : text) {
    switch (flag) {
      case 'a': part.has_address = true; break;
      case 'r': part.answered = true; break;
      case '6': part.over_ipv6 = true; break;
      case 'y': part.starttls = Offered::yes; break;
      case 'n': part.starttls = Offered::no; break;
      case 'v': part.authentic = true; break;
      case 'c': part.certificate = Offered::yes; break;
      case 'w': part.certificate = Offered::no; break;
      default: return false;
    }
  }
  return !text.empty();
}

bool read_findings(std::string_view text, FindingSet& findings) {
  if (text == kNothing) return true;
  while (true) {
    const std::size_t end = text.find(',');
    Finding finding{};
    if (!read_word<Finding, kFindingCount>(text.substr(0, end), finding)) return false;
    findings.add(finding);
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

DomainPart domain_part_of(const Record& record) {
  DomainPart part{.outcome = record.outcome,
                  .cause = record.cause,
                  .has_address = record.ip.family != Family::none,
                  .answered = has_answered(record),
                  .over_ipv6 = record.ip.family == Family::ipv6 && was_visited(record),
                  .authentic = record.authentic,
                  .findings = record.findings,
                  .preference = record.mx_preference,
                  // A domain without MX is its own server. The record of a domain without any
                  // server has no host.
                  .host = record.mx_host.empty() ? record.name : record.mx_host};
  if (record.starttls_known) part.starttls = record.starttls_offered;
  if (record.tls && record.tls->chain != nullptr && record.tls->name_match) {
    const bool valid = record.tls->verified && *record.tls->name_match;
    part.certificate = valid ? Offered::yes : Offered::no;
  }
  return part;
}

std::string to_text(const DomainPart& part) {
  std::string text(to_string(part.outcome));
  text.append(" ").append(to_string(part.cause));
  text.append(" ").append(flags_of(part));
  text.append(" ").append(std::to_string(part.preference));
  text.append(" ").append(words_of(part.findings));
  text.append(" ").append(part.host);
  return text;
}

std::optional<DomainPart> read_domain_part(std::string_view text) {
  DomainPart part;
  const auto outcome = take_word(text, ' ');
  if (!outcome || !read_word<Outcome, kOutcomeCount>(*outcome, part.outcome)) return std::nullopt;
  const auto cause = take_word(text, ' ');
  if (!cause || !read_word<Cause, kCauseCount>(*cause, part.cause)) return std::nullopt;
  const auto flags = take_word(text, ' ');
  if (!flags || !read_flags(*flags, part)) return std::nullopt;
  const auto preference = take_word(text, ' ');
  if (!preference) return std::nullopt;
  const char* const end = preference->data() + preference->size();
  const auto [reached, error] = std::from_chars(preference->data(), end, part.preference);
  if (error != std::errc{} || reached != end) return std::nullopt;
  const auto findings = take_word(text, ' ');
  if (!findings || !read_findings(*findings, part.findings)) return std::nullopt;
  part.host = text;
  return part;
}

}  // namespace mxsweep::results

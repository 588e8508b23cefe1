// SPDX-License-Identifier: MIT
// What a walk notes of the records that it meets.
#include <algorithm>

#include "mxsweep/core/special_purpose.h"
#include "mxsweep/spf/macro.h"
#include "spf/walk.h"

namespace mxsweep::spf {
namespace {

// RFC 7208, 3.4: with this many octets the answer still fits in 512.
constexpr std::size_t kRecordOctetsAdvised = 450;
// Larger networks than these are rarely one sender's.
constexpr unsigned kPrefix4Least = 16;
constexpr unsigned kPrefix6Least = 32;

bool is_wide(const Term& term) {
  switch (term.kind) {
    case TermKind::ip4: return term.prefix4 < kPrefix4Least;
    case TermKind::ip6: return term.prefix6 < kPrefix6Least;
    case TermKind::a:
    case TermKind::mx: return term.prefix4 < kPrefix4Least || term.prefix6 < kPrefix6Least;
    default: return false;
  }
}

}  // namespace

// The faults of the record itself, whatever it leads to.
void Walk::note_record(const Fact& fact, bool policy) {
  if (fact.text.size() > kRecordOctetsAdvised) {
    note_count(CheckFinding::spf_too_long, fact.name, fact.text.size(), kRecordOctetsAdvised);
  }
  const Term* all = nullptr;
  const Term* after = nullptr;
  const Term* redirect = nullptr;
  for (const Term& term : fact.record.terms) {
    if (term.kind == TermKind::redirect) redirect = &term;
    if (is_modifier(term.kind)) continue;
    if (all != nullptr && after == nullptr) after = &term;
    if (all != nullptr) continue;
    if (term.kind == TermKind::all) all = &term;
    note_term(term, fact);
  }
  if (all == nullptr) {
    if (policy && redirect == nullptr) note(CheckFinding::spf_all_missing, fact.name);
    return;
  }
  note_all(*all, fact, policy);
  if (after != nullptr) note(CheckFinding::spf_after_all, fact.name, after->text.in(fact.text));
  if (redirect != nullptr) {
    note(CheckFinding::spf_redirect_ignored, fact.name, redirect->text.in(fact.text));
  }
}

void Walk::note_all(const Term& all, const Fact& fact, bool policy) {
  if (all.qualifier == Qualifier::pass) note(CheckFinding::spf_all_pass, fact.name);
  if (all.qualifier == Qualifier::neutral && policy) {
    note(CheckFinding::spf_all_neutral, fact.name);
  }
}

void Walk::note_term(const Term& term, const Fact& fact) {
  const std::string_view text = term.text.in(fact.text);
  if (term.kind == TermKind::ptr) note(CheckFinding::spf_ptr, fact.name, text);
  if (term.kind == TermKind::exists && depends_on_sender(term.domain.in(fact.text))) {
    note(CheckFinding::spf_exists_macro, fact.name, text);
  }
  if (term.qualifier == Qualifier::pass && is_wide(term)) {
    note(CheckFinding::spf_cidr_wide, fact.name, text);
  }
  const bool network = term.kind == TermKind::ip4 || term.kind == TermKind::ip6;
  const unsigned prefix = term.kind == TermKind::ip6 ? term.prefix6 : term.prefix4;
  if (network && prefix != 0 && class_of(term.network) != AddressClass::global) {
    note(CheckFinding::spf_ip_private, fact.name, text);
  }
}

void Walk::note_fault(const Fact& fact) {
  if (!reporting_) return;
  const auto [fault, octet] = *fact.record.fault;
  const std::string_view text = fact.text;
  std::size_t begin = std::min(octet, text.size());
  while (begin > 0 && text[begin - 1] != ' ') --begin;
  const std::size_t end = std::min(text.find(' ', begin), text.size());
  const std::string_view term = text.substr(begin, std::min(end - begin, kShownOctetsMax));
  std::string detail;
  detail.append(term).append(": ").append(to_string(fault));
  if (report_.findings.size() == kFindingsMax) return;
  report_.findings.push_back({.finding = CheckFinding::spf_syntax,
                              .at = fact.name,
                              .detail = std::move(detail),
                              .n = static_cast<std::uint32_t>(octet)});
}

// One of the same kind at the same name with the same detail is enough.
void Walk::note(CheckFinding finding, std::string_view at, std::string_view detail) {
  if (!reporting_ || report_.findings.size() == kFindingsMax) return;
  detail = detail.substr(0, kShownOctetsMax);
  const bool noted = std::any_of(
      report_.findings.begin(), report_.findings.end(), [&](const FindingReport& report) {
        return report.finding == finding && report.at == at && report.detail == detail;
      });
  if (noted) return;
  report_.findings.push_back(
      {.finding = finding, .at = std::string(at), .detail = std::string(detail)});
}

void Walk::note_count(CheckFinding finding, std::string_view at, std::size_t n, std::size_t most,
                      std::string_view detail) {
  const std::size_t before = report_.findings.size();
  note(finding, at, detail);
  if (report_.findings.size() == before) return;
  report_.findings.back().n = static_cast<std::uint32_t>(n);
  report_.findings.back().most = static_cast<std::uint32_t>(most);
}

}  // namespace mxsweep::spf

// SPDX-License-Identifier: MIT
#include "spf/walk.h"

#include <algorithm>
#include <utility>

#include "mxsweep/spf/macro.h"

namespace mxsweep::spf {
namespace {

bool contains_fact(const std::vector<const Fact*>& facts, const Fact& fact) {
  return std::find(facts.begin(), facts.end(), &fact) != facts.end();
}

}  // namespace

bool Walk::run() {
  of_root();
  return !open_;
}

SpfReport Walk::report() {
  reporting_ = true;
  terms_ = 0;
  permerror_ = false;
  report_ = {};
  of_root();
  report_.partial = report_.partial || answers_.exhausted();
  return std::move(report_);
}

void Walk::of_root() {
  const Fact& fact = answers_.ask(domain_, dns::Type::txt);
  if (fact.state == FactState::open) {
    open_ = true;
    return;
  }
  if (fact.state == FactState::failed) {
    note(CheckFinding::spf_dns_failed, domain_, to_string(fact.status));
    report_.partial = true;
    return;
  }
  if (fact.selection.leading_space) note(CheckFinding::spf_leading_space, domain_);
  if (fact.selection.kind == SelectionKind::none) {
    const Fact& old = answers_.ask(domain_, kTypeSpf);
    if (old.state == FactState::open) open_ = true;
    report_.present = Presence::no;
    report_.verdict = LintVerdict::none;
    note(CheckFinding::spf_none, domain_);
    if (old.selection.kind != SelectionKind::none) note(CheckFinding::spf_type99, domain_);
    return;
  }
  report_.present = Presence::yes;
  report_.verdict = LintVerdict::ok;
  if (reporting_ && fact.selection.kind == SelectionKind::one) report_.record = fact.text;
  if (is_usable(fact)) of_record(fact, true);
  judge_limits();
  if (permerror_) {
    report_.verdict = LintVerdict::permerror;
  } else if (report_.partial) {
    report_.verdict = LintVerdict::temperror;
  }
}

void Walk::judge_limits() {
  const unsigned lookups = report_.lookups;
  if (lookups > limits_.lookups_max) {
    permerror_ = true;
    note_count(CheckFinding::spf_lookups_over, domain_, lookups, limits_.lookups_max);
  } else if (lookups + 1 >= limits_.lookups_max && lookups != 0) {
    note_count(CheckFinding::spf_lookups_near, domain_, lookups, limits_.lookups_max);
  }
  if (report_.voids <= limits_.voids_max) return;
  permerror_ = true;
  note_count(CheckFinding::spf_voids_over, domain_, report_.voids, limits_.voids_max);
}

// Whether it has one record without a fault; notes why not. Requires: a record is there.
bool Walk::is_usable(const Fact& fact) {
  if (fact.selection.kind == SelectionKind::one && !fact.record.fault) return true;
  permerror_ = true;
  if (fact.selection.kind == SelectionKind::multiple) {
    note(CheckFinding::spf_multiple, fact.name);
  } else {
    note_fault(fact);
  }
  return false;
}

void Walk::of_record(const Fact& fact, bool policy) {
  if (reporting_ && !contains_fact(noted_, fact)) {
    noted_.push_back(&fact);
    note_record(fact, policy);
  }
  path_.push_back(&fact);
  const Term* redirect = nullptr;
  bool ended = false;
  for (const Term& term : fact.record.terms) {
    if (term.kind == TermKind::redirect) redirect = &term;
    if (term.kind == TermKind::all) ended = true;
    if (!is_modifier(term.kind) && is_counted(term.kind) && !ended) of_term(term, fact, policy);
  }
  if (redirect != nullptr && !ended) of_term(*redirect, fact, policy);
  path_.pop_back();
}

void Walk::of_term(const Term& term, const Fact& fact, bool policy) {
  if (terms_ == kTermsMax) {
    report_.partial = true;
    return;
  }
  const std::size_t index = terms_++;
  const unsigned lookups = report_.lookups++;
  const unsigned voids = report_.voids;
  if (reporting_) {
    report_.terms.push_back(
        {.term = std::string(term.text.in(fact.text).substr(0, kShownOctetsMax)), .at = fact.name});
  }
  of_lookup(term, fact, policy);
  if (!reporting_) return;
  report_.terms[index].lookups = report_.lookups - lookups;
  report_.terms[index].voids = report_.voids - voids;
}

void Walk::of_lookup(const Term& term, const Fact& fact, bool policy) {
  const std::string_view written = term.domain.in(fact.text);
  if (term.kind == TermKind::ptr || (term.has_macro && depends_on_sender(written))) {
    report_.depends_on_sender = true;
    if (reporting_) report_.terms.back().depends_on_sender = true;
    return;
  }
  std::string expanded;
  std::string_view name = term.has_domain ? std::string_view(term.name) : fact.name;
  if (term.has_macro) {
    const MacroValues values{.origin = domain_, .domain = fact.name};
    expanded = question_name(expand_domain(written, values));
    name = expanded;
  }
  if (term.kind == TermKind::include || term.kind == TermKind::redirect) {
    of_target(term, fact, name, policy && term.kind == TermKind::redirect);
  } else if (name.empty()) {
    return;  // A name that no question can have matches nothing.
  } else if (term.kind == TermKind::a) {
    of_addresses(name);
  } else if (term.kind == TermKind::mx) {
    of_exchanges(term, fact, name);
  } else {
    of_exists(name);
  }
}

void Walk::of_target(const Term& term, const Fact& fact, std::string_view name, bool policy) {
  const auto missing = [&] {
    permerror_ = true;
    const bool include = term.kind == TermKind::include;
    note(include ? CheckFinding::spf_include_none : CheckFinding::spf_redirect_none, fact.name,
         name.empty() ? term.domain.in(fact.text) : name);
  };
  if (name.empty()) return missing();
  const Fact& target = answers_.ask(name, dns::Type::txt);
  switch (target.state) {
    case FactState::open: open_ = true; return;
    case FactState::failed:
      report_.partial = true;
      note(CheckFinding::spf_dns_failed, name, to_string(target.status));
      return;
    case FactState::absent: ++report_.voids; return missing();
    case FactState::found: break;
  }
  if (target.selection.kind == SelectionKind::none) return missing();
  if (contains_fact(path_, target)) {
    permerror_ = true;
    note(CheckFinding::spf_include_loop, fact.name, name);
    return;
  }
  if (is_usable(target)) of_record(target, policy);
}

// Whether the lookup has found something. Notes what else it came to.
bool Walk::is_found(const Fact& fact, std::string_view name) {
  switch (fact.state) {
    case FactState::open: open_ = true; break;
    case FactState::failed:
      report_.partial = true;
      note(CheckFinding::spf_dns_failed, name, to_string(fact.status));
      break;
    case FactState::absent: ++report_.voids; break;
    case FactState::found: return true;
  }
  return false;
}

void Walk::of_exchanges(const Term& term, const Fact& fact, std::string_view name) {
  const Fact& exchanges = answers_.ask(name, dns::Type::mx);
  if (!is_found(exchanges, name)) return;
  if (exchanges.names.size() > kExchangesMax) {
    permerror_ = true;
    note_count(CheckFinding::spf_mx_over, fact.name, exchanges.names.size(), kExchangesMax,
               term.text.in(fact.text));
    return;
  }
  for (const std::string& host : exchanges.names) {
    if (!host.empty()) of_addresses(host);
  }
}

// AAAA only where there is no A: nothing more is needed to know whether it is void for all.
void Walk::of_addresses(std::string_view name) {
  for (const dns::Type type : {dns::Type::a, dns::Type::aaaa}) {
    const Fact& fact = answers_.ask(name, type);
    switch (fact.state) {
      case FactState::open: open_ = true; return;
      case FactState::failed:
        report_.partial = true;
        note(CheckFinding::spf_dns_failed, name, to_string(fact.status));
        return;
      case FactState::absent: break;
      case FactState::found: return;
    }
  }
  ++report_.voids;
}

void Walk::of_exists(std::string_view name) {
  static_cast<void>(is_found(answers_.ask(name, dns::Type::a), name));
}

}  // namespace mxsweep::spf

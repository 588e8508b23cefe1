// SPDX-License-Identifier: MIT
#include "spf/evaluation.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/enum_words.h"
#include "mxsweep/dns/name.h"
#include "mxsweep/spf/macro.h"

namespace mxsweep::spf {
namespace {

constexpr EnumWord<Result> kResultWords[] = {
    {Result::none, "none"},           {Result::neutral, "neutral"},
    {Result::pass, "pass"},           {Result::fail, "fail"},
    {Result::softfail, "softfail"},   {Result::temperror, "temperror"},
    {Result::permerror, "permerror"},
};
static_assert(has_each_value(kResultWords, Result::permerror) && words_differ(kResultWords));

Result result_of(Qualifier qualifier) {
  switch (qualifier) {
    case Qualifier::pass: return Result::pass;
    case Qualifier::fail: return Result::fail;
    case Qualifier::softfail: return Result::softfail;
    case Qualifier::neutral: return Result::neutral;
  }
  return Result::neutral;
}

std::string_view without_dot(std::string_view domain) {
  if (domain.ends_with('.')) domain.remove_suffix(1);
  return domain;
}

bool is_at_or_below(std::string_view name, std::string_view domain) {
  return name == domain || (name.size() > domain.size() && name.ends_with(domain) &&
                            name[name.size() - domain.size() - 1] == '.');
}

const Term* find_term(const Fact& fact, TermKind kind) {
  const auto& terms = fact.record.terms;
  const auto found =
      std::find_if(terms.begin(), terms.end(), [&](const Term& term) { return term.kind == kind; });
  return found == terms.end() ? nullptr : &*found;
}

}  // namespace

std::string_view to_string(Result result) { return word_of(kResultWords, result); }

bool same_network(const Address& a, const Address& b, unsigned bits) {
  std::size_t i = 0;
  for (; bits >= 8; ++i, bits -= 8) {
    if (a.octets[i] != b.octets[i]) return false;
  }
  return bits == 0 || (a.octets[i] ^ b.octets[i]) >> (8U - bits) == 0;
}

Evaluation::Evaluation(const Client& client, const Limits& limits, Answers& answers)
    : client_(client),
      limits_(limits),
      answers_(answers),
      address_(without_mapping(client.address)) {
  const std::string& from = client.mail_from;
  const std::size_t at = from.rfind('@');
  origin_ = from.empty() ? client.helo : at == from.npos ? from : from.substr(at + 1);
  local_ = at == from.npos || at == 0 ? "postmaster" : from.substr(0, at);
  if (origin_.ends_with('.')) origin_.pop_back();
}

std::optional<HostVerdict> Evaluation::run() {
  // A name that is none, or has one label only, has no policy (section 4.3).
  const dns::Name name = dns::read_name(origin_);
  if (name.error != dns::NameFault::none || name.single_label) return verdict_;
  const MaybeResult result = of_domain({.raw = origin_, .name = name.ascii});
  if (!result) return std::nullopt;
  verdict_.result = *result;
  if (*result == Result::fail && !explain()) return std::nullopt;
  return std::move(verdict_);
}

Evaluation::MaybeResult Evaluation::of_domain(const Scope& scope) {
  if (scope.name.empty()) return Result::none;
  const Fact& fact = answers_.ask(scope.name, dns::Type::txt);
  switch (fact.state) {
    case FactState::open: return std::nullopt;
    case FactState::failed: return Result::temperror;
    case FactState::absent:
      return verdict_.lookups != 0 && too_many_voids() ? Result::permerror : Result::none;
    case FactState::found: break;
  }
  switch (fact.selection.kind) {
    case SelectionKind::none: return Result::none;
    case SelectionKind::multiple: return Result::permerror;
    case SelectionKind::one: break;
  }
  return fact.record.fault ? Result::permerror : of_record(fact, scope);
}

Evaluation::MaybeResult Evaluation::of_record(const Fact& fact, const Scope& scope) {
  const Term* redirect = nullptr;
  for (const Term& term : fact.record.terms) {
    if (term.kind == TermKind::redirect) redirect = &term;
    if (is_modifier(term.kind)) continue;
    const MaybeMatch matched = match(term, fact, scope);
    if (!matched) return std::nullopt;
    if (*matched == Match::no) continue;
    if (verdict_.by.empty()) {
      verdict_.by = term.text.in(fact.text);
      verdict_.at = scope.name;
    }
    if (*matched == Match::temperror) return Result::temperror;
    if (*matched == Match::permerror) return Result::permerror;
    const Result result = result_of(term.qualifier);
    const Term* const explanation = find_term(fact, TermKind::exp);
    if (result == Result::fail && !scope.included && explanation != nullptr) {
      explanation_domain_ = explanation->domain.in(fact.text);
      explanation_scope_ = scope.raw;
    }
    return result;
  }
  if (redirect == nullptr) return Result::neutral;
  return of_redirect(*redirect, fact, scope);
}

Evaluation::MaybeResult Evaluation::of_redirect(const Term& redirect, const Fact& fact,
                                                const Scope& scope) {
  if (++verdict_.lookups > limits_.lookups_max) return Result::permerror;
  Target target;
  if (!find_target(redirect, fact, scope, target)) return std::nullopt;
  const MaybeResult result =
      of_domain({.raw = target.raw, .name = target.name, .included = scope.included});
  if (result != Result::none) return result;
  verdict_.by = redirect.text.in(fact.text);
  verdict_.at = scope.name;
  return Result::permerror;
}

Evaluation::MaybeMatch Evaluation::match(const Term& term, const Fact& fact, const Scope& scope) {
  if (is_counted(term.kind) && ++verdict_.lookups > limits_.lookups_max) return Match::permerror;
  if (term.kind == TermKind::all) return Match::yes;
  if (term.kind == TermKind::ip4 || term.kind == TermKind::ip6) {
    return covers(term, term.network) ? Match::yes : Match::no;
  }
  Target target;
  if (!find_target(term, fact, scope, target)) return std::nullopt;
  if (term.kind == TermKind::include) return match_include(target);
  if (target.name.empty()) return Match::no;
  switch (term.kind) {
    case TermKind::a: return match_addresses(term, target.name);
    case TermKind::mx: return match_exchanges(term, target.name);
    case TermKind::ptr: return match_names(target.name);
    default: return match_exists(target.name);
  }
}

Evaluation::MaybeMatch Evaluation::match_include(const Target& target) {
  const MaybeResult result = of_domain({.raw = target.raw, .name = target.name, .included = true});
  if (!result) return std::nullopt;
  switch (*result) {
    case Result::pass: return Match::yes;
    case Result::none:
    case Result::permerror: return Match::permerror;
    case Result::temperror: return Match::temperror;
    case Result::neutral:
    case Result::fail:
    case Result::softfail: break;
  }
  // What decided there decides nothing here.
  verdict_.by.clear();
  return Match::no;
}

Evaluation::MaybeMatch Evaluation::match_addresses(const Term& term, std::string_view name) {
  const Fact& fact = answers_.ask(name, type());
  switch (fact.state) {
    case FactState::open: return std::nullopt;
    case FactState::failed: return Match::temperror;
    case FactState::absent: return too_many_voids() ? Match::permerror : Match::no;
    case FactState::found: break;
  }
  const bool any = std::any_of(fact.addresses.begin(), fact.addresses.end(),
                               [&](const Address& network) { return covers(term, network); });
  return any ? Match::yes : Match::no;
}

// All hosts are looked up, and only then compared: the addresses of all come at the same time.
Evaluation::MaybeMatch Evaluation::match_exchanges(const Term& term, std::string_view name) {
  const Fact& fact = answers_.ask(name, dns::Type::mx);
  switch (fact.state) {
    case FactState::open: return std::nullopt;
    case FactState::failed: return Match::temperror;
    case FactState::absent: return too_many_voids() ? Match::permerror : Match::no;
    case FactState::found: break;
  }
  if (fact.names.size() > kExchangesMax) return Match::permerror;
  bool open = false;
  for (const std::string& host : fact.names) {
    open = (!host.empty() && answers_.ask(host, type()).state == FactState::open) || open;
  }
  if (open) return std::nullopt;
  Match matched = Match::no;
  for (const std::string& host : fact.names) {
    if (host.empty()) continue;
    const MaybeMatch one = match_addresses(term, host);
    if (one == Match::temperror || one == Match::permerror) return one;
    if (one == Match::yes) matched = Match::yes;
  }
  return matched;
}

Evaluation::MaybeMatch Evaluation::match_names(std::string_view name) {
  std::vector<std::string_view> names;
  Match trouble = Match::no;
  if (!validated_names(true, names, trouble)) return std::nullopt;
  if (trouble != Match::no) return trouble;
  const bool any = std::any_of(names.begin(), names.end(), [&](std::string_view validated) {
    return is_at_or_below(validated, name);
  });
  return any ? Match::yes : Match::no;
}

Evaluation::MaybeMatch Evaluation::match_exists(std::string_view name) {
  const Fact& fact = answers_.ask(name, dns::Type::a);  // Whatever the client's family.
  switch (fact.state) {
    case FactState::open: return std::nullopt;
    case FactState::failed: return Match::temperror;
    case FactState::absent: return too_many_voids() ? Match::permerror : Match::no;
    case FactState::found: break;
  }
  return Match::yes;
}

// The names of the address that have it (section 5.5). A failed lookup leaves a name out, or all of
// them: the sender's domain is not at fault for the names of an address. False: not all is known.
bool Evaluation::validated_names(bool counted, std::vector<std::string_view>& names,
                                 Match& trouble) {
  const Fact& fact = answers_.ask(dns::reverse_name(address_), dns::Type::ptr);
  if (fact.state == FactState::open) return false;
  if (fact.state == FactState::absent && counted && too_many_voids()) trouble = Match::permerror;
  const std::size_t count = std::min(fact.names.size(), kNamesMax);
  bool open = false;
  for (std::size_t i = 0; i < count; ++i) {
    if (fact.names[i].empty()) continue;
    const Fact& addresses = answers_.ask(fact.names[i], type());
    open = open || addresses.state == FactState::open;
    if (addresses.state == FactState::absent && counted && !open && too_many_voids()) {
      trouble = Match::permerror;
    }
    const auto& of_name = addresses.addresses;
    if (std::find(of_name.begin(), of_name.end(), address_) != of_name.end()) {
      names.push_back(fact.names[i]);
    }
  }
  return !open;
}

// The text of "exp", of which any fault means that there is none (section 6.2). False: it is open.
bool Evaluation::explain() {
  if (explanation_domain_.empty()) return true;
  const Scope scope{.raw = explanation_scope_, .name = explanation_scope_};
  std::string domain;
  if (!expand_for(explanation_domain_, scope, true, domain)) return false;
  const std::string name = question_name(domain);
  if (name.empty()) return true;
  const Fact& fact = answers_.ask(name, dns::Type::txt);
  if (fact.state == FactState::open) return false;
  if (fact.state != FactState::found || fact.text_count != 1) return true;
  if (check_macros(fact.text, MacroPlace::explanation)) return true;
  return expand_for(fact.text, scope, false, verdict_.explanation);
}

// False: answers are missing.
bool Evaluation::find_target(const Term& term, const Fact& fact, const Scope& scope,
                             Target& target) {
  if (!term.has_domain) {
    target.raw = scope.raw;
    target.name = scope.name;
    return true;
  }
  const std::string_view written = term.domain.in(fact.text);
  if (!term.has_macro) {
    target.raw = without_dot(written);
    target.name = term.name;
    return true;
  }
  if (!expand_for(written, scope, true, target.raw)) return false;
  target.own = question_name(target.raw);
  target.name = target.own;
  return true;
}

// The macro p is the domain itself, or a name below it, or any, of those that are validated.
bool Evaluation::expand_for(std::string_view text, const Scope& scope, bool domain,
                            std::string& out) {
  MacroValues values{.local = local_,
                     .origin = origin_,
                     .domain = scope.raw,
                     .helo = client_.helo,
                     .receiver = client_.receiver,
                     .second = client_.second,
                     .address = address_};
  std::vector<std::string_view> names;
  if (uses_letter(text, 'p')) {
    Match unused = Match::no;
    if (!validated_names(false, names, unused)) return false;
    if (!names.empty()) values.name = names.front();
    const std::string own = question_name(scope.raw);
    for (const std::string_view name : names) {
      if (is_at_or_below(name, own) && (!is_at_or_below(values.name, own) || name == own)) {
        values.name = name;
      }
    }
  }
  out = domain ? expand_domain(text, values) : expand(text, values);
  return true;
}

bool Evaluation::covers(const Term& term, const Address& network) const {
  if (network.family != address_.family) return false;
  const bool six = address_.family == Family::ipv6;
  return same_network(network, address_, six ? term.prefix6 : term.prefix4);
}

CheckHost::CheckHost(Client client, const Limits& limits)
    : client_(std::move(client)), limits_(limits) {
  verdict_ = Evaluation(client_, limits_, answers_).run();
}

void CheckHost::on_answer(std::uint32_t number, const dns::Answer& answer) {
  answers_.on_answer(number, answer);
  // All that was asked for at once is needed, so that a run before the last answer cannot end.
  if (!verdict_ && answers_.open() == 0) {
    verdict_ = Evaluation(client_, limits_, answers_).run();
  }
}

}  // namespace mxsweep::spf

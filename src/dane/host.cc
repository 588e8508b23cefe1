// SPDX-License-Identifier: MIT
#include "mxsweep/dane/host.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/invariant.h"

namespace mxsweep::dane {
namespace {

using dns::LookupStatus;
using dns::Validation;

bool is_decided(const dns::Answer& answer) {
  return answer.status == LookupStatus::found || dns::is_absent(answer);
}

// To ask again does not help where the answer cannot change, or where nothing answers at all.
bool is_worth_asking_again(const dns::Answer& answer) {
  switch (answer.status) {
    case LookupStatus::servfail:
    case LookupStatus::timeout:
    case LookupStatus::malformed:
    case LookupStatus::refused: return true;
    case LookupStatus::found:
    case LookupStatus::no_data:
    case LookupStatus::nxdomain:
    case LookupStatus::alias_loop:
    case LookupStatus::unreachable: break;
  }
  return false;
}

// Whether other resolvers get no answer either. What our own resolver refuses, or what cannot be
// read of it, is no fault of the zone.
bool is_fault_of_zone(LookupStatus status) {
  return status == LookupStatus::servfail || status == LookupStatus::timeout ||
         status == LookupStatus::alias_loop;
}

std::string words_of(const dns::Answer& answer) {
  std::string words(to_string(answer.status));
  if (answer.extended_error && !answer.extended_error->text.empty()) {
    words += ": " + answer.extended_error->text;
  }
  return words;
}

}  // namespace

std::string_view to_string(Lookup lookup) {
  switch (lookup) {
    case Lookup::unknown: return "unknown";
    case Lookup::none: return "none";
    case Lookup::insecure: return "insecure";
    case Lookup::unavailable: return "unavailable";
    case Lookup::records: return "records";
  }
  return {};
}

Host::Host(const HostInput& input) : input_(input) {
  report_.host = input.host;
  begin();
}

void Host::begin() {
  if (input_.host.empty() || !dns::is_name(input_.host)) return end(Lookup::unknown, "not_a_name");
  if (!input_.validates) return end(Lookup::unknown, "resolver_does_not_validate");
  switch (input_.mx) {
    case Validation::secure: break;
    case Validation::insecure: return end(Lookup::insecure, "mx");
    case Validation::unknown: return end(Lookup::unknown, "mx");
    case Validation::bogus: return end(Lookup::unavailable, "mx");
  }
  ask(Aim::ipv4);
  ask(Aim::ipv6);
}

void Host::ask(Aim aim, bool again) { questions_.push_back({aim, again}); }

std::string Host::name_for(Aim aim) const {
  if (aim != Aim::tlsa) return input_.host;
  std::string name = "_" + std::to_string(input_.port) + "._tcp.";
  return name += bases_[base_];
}

bool Host::take_question(dns::Question& question) {
  if (next_ == questions_.size()) return false;
  const Aim aim = questions_[next_].aim;
  const dns::Type type = aim == Aim::ipv4    ? dns::Type::a
                         : aim == Aim::ipv6  ? dns::Type::aaaa
                         : aim == Aim::alias ? dns::Type::cname
                                             : dns::Type::tlsa;
  question = {static_cast<std::uint32_t>(next_), name_for(aim), type};
  ++next_;
  ++open_;
  return true;
}

void Host::on_answer(std::uint32_t number, const dns::Answer& answer) {
  INVARIANT(number < next_ && open_ > 0);
  const Asked asked = questions_[number];
  --open_;
  if (!asked.again && is_worth_asking_again(answer)) return ask(asked.aim, true);
  switch (asked.aim) {
    case Aim::ipv4:
    case Aim::ipv6:
      addresses_[asked.aim == Aim::ipv4 ? 0 : 1] =
          Addresses{answer.status, dns::validation_of(answer, input_.validates), answer.aliases};
      if (addresses_[0] && addresses_[1]) on_addresses();
      return;
    case Aim::alias: return on_alias(answer);
    case Aim::tlsa: return on_tlsa(answer);
  }
}

// One kind of address suffices: mail is delivered to it.
void Host::on_addresses() {
  const auto first = [&](LookupStatus status, Validation validation) {
    const auto* const found = std::ranges::find_if(addresses_, [&](const auto& known) {
      return known->status == status && known->validation == validation;
    });
    return found == addresses_.end() ? nullptr : &**found;
  };
  if (const Addresses* const secure = first(LookupStatus::found, Validation::secure)) {
    report_.addresses = Validation::secure;
    if (secure->aliases.empty()) return look_below({input_.host});
    note(CheckFinding::dane_mx_alias, input_.host, secure->aliases.back());
    return look_below({secure->aliases.back(), input_.host});
  }
  if (const Addresses* const insecure = first(LookupStatus::found, Validation::insecure)) {
    report_.addresses = Validation::insecure;
    if (insecure->aliases.empty()) return end(Lookup::insecure, "addresses");
    return ask(Aim::alias);
  }
  for (const std::optional<Addresses>& known : addresses_) {
    if (known->validation != Validation::bogus) continue;
    report_.addresses = Validation::bogus;
    note(CheckFinding::dnssec_bogus, input_.host);
    return end(Lookup::unavailable, "addresses");
  }
  for (const std::optional<Addresses>& known : addresses_) {
    const LookupStatus status = known->status;
    if (status == LookupStatus::no_data || status == LookupStatus::nxdomain) continue;
    return end(Lookup::unknown, std::string(to_string(status)));
  }
  end(Lookup::unknown, "no_address");
}

// The host is an alias whose addresses are insecure. If its CNAME record itself is secure, the name
// of the alias is the base, and no other.
void Host::on_alias(const dns::Answer& answer) {
  const Validation validation = dns::validation_of(answer, input_.validates);
  if (validation == Validation::bogus) return end_unavailable(true, answer);
  if (!is_decided(answer)) return end(Lookup::unknown, words_of(answer));
  if (answer.status != LookupStatus::found || validation != Validation::secure) {
    return end(Lookup::insecure, "addresses");
  }
  note(CheckFinding::dane_mx_alias, input_.host, answer.data.empty() ? "" : answer.data.front());
  look_below({input_.host});
}

void Host::look_below(std::vector<std::string> bases) {
  bases_ = std::move(bases);
  base_ = 0;
  look_below_next();
}

// From base_ on. A base so long that no name can be below it has no records.
void Host::look_below_next() {
  for (; base_ < bases_.size(); ++base_) {
    if (!dns::is_name(name_for(Aim::tlsa))) continue;
    // Where there are none, the first one is reported: there they belong.
    if (report_.base.empty()) report_below();
    return ask(Aim::tlsa);
  }
  end(insecure_records_ ? Lookup::insecure : Lookup::none,
      insecure_records_ ? "tlsa" : std::string());
}

void Host::on_tlsa(const dns::Answer& answer) {
  const Validation validation = dns::validation_of(answer, input_.validates);
  if (!is_decided(answer)) {
    report_below();
    const bool bogus = validation == Validation::bogus;
    if (bogus || is_fault_of_zone(answer.status)) return end_unavailable(bogus, answer);
    return end(Lookup::unknown, words_of(answer));
  }
  if (answer.status == LookupStatus::found && validation == Validation::secure) {
    report_below();
    report_.cut = answer.truncated;
    for (const std::string& octets : answer.data) {
      // One that cannot be read is a record all the same, and not usable.
      report_.records.push_back(dns::read_tlsa(octets).value_or(dns::Tlsa{255, 255, 255, {}}));
    }
    report_.names.push_back(report_.base);
    for (const std::string& name : {input_.domain, input_.domain_alias}) {
      if (!name.empty() && std::ranges::find(report_.names, name) == report_.names.end()) {
        report_.names.push_back(name);
      }
    }
    return end(Lookup::records);
  }
  if (answer.status == LookupStatus::found) {
    insecure_records_ = true;
    note(CheckFinding::dane_tlsa_insecure, name_for(Aim::tlsa));
  }
  ++base_;
  look_below_next();
}

void Host::report_below() {
  report_.base = bases_[base_];
  report_.tlsa_name = name_for(Aim::tlsa);
}

void Host::end(Lookup lookup, std::string detail) {
  report_.lookup = lookup;
  report_.detail = std::move(detail);
}

void Host::end_unavailable(bool bogus, const dns::Answer& answer) {
  const bool of_tlsa = !bases_.empty();
  note(of_tlsa ? CheckFinding::dane_unavailable : CheckFinding::dnssec_bogus,
       of_tlsa ? name_for(Aim::tlsa) : input_.host, words_of(answer));
  end(Lookup::unavailable, std::string(bogus ? "bogus" : to_string(answer.status)));
}

void Host::note(CheckFinding finding, std::string at, std::string detail) {
  report_.findings.push_back({finding, std::move(at), std::move(detail), {}, {}});
}

}  // namespace mxsweep::dane

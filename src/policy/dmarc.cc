// SPDX-License-Identifier: MIT
#include "mxsweep/policy/dmarc.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/invariant.h"
#include "mxsweep/pace/operator.h"
#include "policy/dmarc_discovery.h"
#include "policy/dmarc_findings.h"
#include "policy/texts.h"

namespace mxsweep::policy {
namespace {

using State = DmarcStep::State;

enum DmarcPurpose : std::uint8_t { kOfStep, kOfDomain, kOfReportName, kOfMx, kOfAddress };

bool is_at_or_below(std::string_view name, std::string_view domain) {
  return name.ends_with(domain) &&
         (name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.');
}

Presence either(Presence a, Presence b) {
  if (a == Presence::yes || b == Presence::yes) return Presence::yes;
  return a == b ? a : Presence::unknown;
}

std::optional<DmarcPolicies> policies_at(const DmarcStep* step) {
  return step == nullptr ? std::nullopt : policies_of(*step->record);
}

// "example.org, reject", for a finding that compares two answers.
std::string words_of(std::string_view organizational, std::optional<DmarcPolicy> policy) {
  return std::string(organizational) + ", " +
         std::string(policy ? to_string(*policy) : std::string_view("no DMARC"));
}

}  // namespace

std::vector<std::string> tree_walk(std::string_view domain) {
  INVARIANT(!domain.empty());
  const auto labels = static_cast<std::size_t>(std::count(domain.begin(), domain.end(), '.')) + 1;
  std::vector<std::string> names{std::string(domain)};
  const auto drop = [&](std::size_t count) {
    for (; count > 0; --count) domain.remove_prefix(domain.find('.') + 1);
  };
  std::size_t left = labels;
  while (left > 1) {
    const std::size_t next = std::min(left - 1, kWalkNamesMax - 1);
    drop(left - next);
    left = next;
    names.emplace_back(domain);
  }
  return names;
}

Dmarc::Dmarc(std::string_view domain)
    : domain_(domain), registered_(pace::registered_domain(domain)) {
  INVARIANT(dns::is_name(domain));
  ask_walk();
}

void Dmarc::ask_walk() {
  for (std::string& name : tree_walk(domain_)) steps_.emplace_back().domain = std::move(name);
  walk_steps_ = steps_.size();
  const auto is_registered = [&](const DmarcStep& step) { return step.domain == registered_; };
  if (std::none_of(steps_.begin(), steps_.end(), is_registered)) {
    steps_.emplace_back().domain = registered_;
  }
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    std::string name = dmarc_name(steps_[i].domain);
    if (dns::is_name(name)) {
      questions_.ask(std::move(name), dns::Type::txt, kOfStep, i);
    } else {
      steps_[i].state = State::none;  // Too long for any record to be there.
    }
  }
  if (questions_.settled()) advance();
}

void Dmarc::on_answer(std::uint32_t number, const dns::Answer& answer) {
  const auto& [name, type, purpose, subject] = questions_.answered(number);
  switch (static_cast<DmarcPurpose>(purpose)) {
    case kOfStep: on_step(subject, answer); break;
    case kOfDomain: on_domain(answer); break;
    case kOfReportName:
    case kOfMx:
    case kOfAddress: on_host(purpose, hosts_[subject], subject, answer); break;
  }
  if (questions_.settled()) advance();
}

void Dmarc::advance() {
  if (stage_ == Stage::walk) {
    stage_ = Stage::hosts;
    ask_about_domain();
    ask_about_hosts();
    if (!questions_.settled()) return;
  }
  conclude();
  stage_ = Stage::done;
}

void Dmarc::on_step(std::size_t index, const dns::Answer& answer) {
  DmarcStep& step = steps_[index];
  step.state = is_decided(answer) ? State::none : State::trouble;
  for (const std::string& text : texts_of(answer)) {
    const DmarcLikeness likeness = dmarc_likeness(text);
    if (likeness == DmarcLikeness::record) {
      ++step.records;
      if (step.records == 1) step.record = read_dmarc_record(text);
    } else if (likeness != DmarcLikeness::other && step.misfit.empty()) {
      step.misfit = excerpt(text);
      step.misfit_is = likeness;
    }
  }
  if (step.records > 0) step.state = step.records == 1 ? State::record : State::several;
  if (step.state == State::several) step.record.reset();
}

// Whether the domain exists decides between sp and np. Its TXT records are those that SPF asks for.
void Dmarc::ask_about_domain() {
  const State own = steps_.front().state;
  if (own == State::none || own == State::several) {
    questions_.ask(domain_, dns::Type::txt, kOfDomain);
  }
}

void Dmarc::on_domain(const dns::Answer& answer) {
  if (!is_decided(answer)) return;
  exists_ = answer.status == dns::LookupStatus::nxdomain ? Presence::no : Presence::yes;
  const std::vector<std::string> texts = texts_of(answer);
  record_at_apex_ = std::any_of(texts.begin(), texts.end(), [](const std::string& text) {
    return dmarc_likeness(text) == DmarcLikeness::record;
  });
}

void Dmarc::ask_about_hosts() {
  const DmarcDiscovery found = discover(std::span(steps_).first(walk_steps_));
  // Of an organization that is not known, no host is known to be outside.
  if (found.applies == nullptr || found.organizational.empty()) return;
  report_.organizational = found.organizational;
  report_.location = found.applies->domain;
  for (const ReportUri& uri : found.applies->record->rua) ask_about_host(uri);
  for (const ReportUri& uri : found.applies->record->ruf) ask_about_host(uri);
}

void Dmarc::ask_about_host(const ReportUri& uri) {
  if (uri.fault != UriFault::none) return;
  const auto same = [&](const ReportHost& host) { return host.host == uri.host; };
  auto host = std::find_if(hosts_.begin(), hosts_.end(), same);
  if (host == hosts_.end()) {
    if (hosts_.size() == kReportHostsMax) return;
    host = hosts_.insert(hosts_.end(), ReportHost{.host = uri.host});
    // One organization by either RFC is one here: a false alarm is worse than none.
    host->external = !is_at_or_below(uri.host, report_.organizational) &&
                     pace::registered_domain(uri.host) != pace::registered_domain(report_.location);
    const auto index = static_cast<std::size_t>(host - hosts_.begin());
    if (host->external) {
      std::string name = report_.location + "._report._dmarc." + uri.host;
      if (dns::is_name(name)) {
        questions_.ask(std::move(name), dns::Type::txt, kOfReportName, index);
      } else {
        host->authorised = Presence::no;
      }
    }
  }
  if (uri.mail && !host->mail) {
    host->mail = true;
    questions_.ask(uri.host, dns::Type::mx, kOfMx, static_cast<std::size_t>(host - hosts_.begin()));
  }
}

void Dmarc::on_host(std::uint8_t purpose, ReportHost& host, std::size_t index,
                    const dns::Answer& answer) {
  if (purpose == kOfReportName) {
    const std::vector<std::string> texts = texts_of(answer);
    const bool any = std::any_of(texts.begin(), texts.end(), [](const std::string& text) {
      return dmarc_likeness(text) == DmarcLikeness::record;
    });
    if (is_decided(answer)) host.authorised = any ? Presence::yes : Presence::no;
  } else if (purpose == kOfMx) {
    if (!is_decided(answer)) return;
    const auto is_host = [](const dns::MxRecord& exchange) { return !exchange.host.empty(); };
    const bool any = std::any_of(answer.exchanges.begin(), answer.exchanges.end(), is_host);
    host.mx = any ? Presence::yes : Presence::no;
    // A null MX and a name that does not exist decide it; else addresses stand in.
    host.address = Presence::no;
    if (answer.status != dns::LookupStatus::no_data) return;
    questions_.ask(host.host, dns::Type::a, kOfAddress, index);
    questions_.ask(host.host, dns::Type::aaaa, kOfAddress, index);
  } else {
    const Presence found = !is_decided(answer)                         ? Presence::unknown
                           : answer.status == dns::LookupStatus::found ? Presence::yes
                                                                       : Presence::no;
    host.address = either(host.address, found);
  }
}

void Dmarc::conclude() {
  const DmarcDiscovery found = discover(std::span(steps_).first(walk_steps_));
  const DmarcStep& own = steps_.front();
  DmarcReport& report = report_;
  report.organizational = found.organizational;
  for (const DmarcStep& step : found.walked) {
    // Names above the registered domain belong to others.
    if (is_at_or_below(step.domain, registered_)) find_fault_with_step(step, report.findings);
  }
  if (record_at_apex_) report.findings.push_back({CheckFinding::dmarc_at_apex, domain_});

  if (found.applies != nullptr) {
    report.present = Presence::yes;
    report.verdict = Verdict::ok;
    report.location = found.applies->domain;
    report.record = found.applies->record;
    conclude_policy(found);
  } else if (found.decided) {
    const bool meant = own.state == State::several || own.misfit_is != DmarcLikeness::other;
    report.present = meant ? Presence::yes : Presence::no;
    report.verdict = meant ? Verdict::invalid : Verdict::none;
    if (!meant) report.findings.push_back({CheckFinding::dmarc_none, dmarc_name(domain_)});
  }
  conclude_7489(found);
  find_fault_with_hosts();
}

void Dmarc::conclude_policy(const DmarcDiscovery& found) {
  const DmarcRecord& record = *report_.record;
  FindingReports& findings = report_.findings;
  const bool is_own = found.applies->domain == domain_;
  if (!is_own) {
    findings.push_back({CheckFinding::dmarc_inherited, dmarc_name(domain_), report_.location});
  }
  // A record below that of its organization speaks only for its own domain.
  const bool known = !found.organizational.empty();
  const bool low = is_own && known && found.below != found.applies;
  if (low && (record.sp || record.np)) {
    findings.push_back({CheckFinding::dmarc_sp_ignored, dmarc_name(domain_)});
  }
  find_fault_with_record(record, report_.location, known && !low, findings);

  if (const std::optional<DmarcPolicies> below = policies_at(found.below)) {
    report_.subdomains = below->subdomains;
    report_.nonexistent = below->nonexistent;
  }
  const std::optional<DmarcPolicies> policies = policies_at(found.applies);
  if (!policies) {
    report_.verdict = Verdict::invalid;
  } else if (is_own) {
    report_.policy = policies->own;
  } else if (exists_ == Presence::unknown && policies->subdomains != policies->nonexistent) {
    report_.verdict = Verdict::temperror;
  } else {
    report_.policy = exists_ == Presence::no ? policies->nonexistent : policies->subdomains;
  }
}

void Dmarc::conclude_7489(const DmarcDiscovery& found) {
  const auto is_registered = [&](const DmarcStep& step) { return step.domain == registered_; };
  const auto at = std::find_if(steps_.begin(), steps_.end(), is_registered);
  const DmarcDiscovery old = discover_7489(steps_.front(), *at);
  DmarcReport::By7489& by_7489 = report_.rfc7489;
  by_7489.organizational = registered_;
  if (old.applies != nullptr) {
    if (const auto policies = policies_of_7489(*old.applies->record)) {
      by_7489.policy = old.applies->domain == domain_ ? policies->own : policies->subdomains;
    }
  }
  const bool comparable = old.decided && found.decided && !found.organizational.empty() &&
                          report_.verdict != Verdict::temperror;
  if (!comparable) return;
  const bool none = !report_.policy && !by_7489.policy;
  const bool same = none || (report_.policy == by_7489.policy &&
                             report_.organizational == by_7489.organizational);
  by_7489.same = same ? Presence::yes : Presence::no;
  if (same) return;
  report_.findings.push_back({CheckFinding::dmarc_rfc7489_differs, dmarc_name(domain_),
                              "RFC 9989: " + words_of(report_.organizational, report_.policy) +
                                  "; RFC 7489: " + words_of(registered_, by_7489.policy)});
}

void Dmarc::find_fault_with_hosts() {
  for (const ReportHost& host : hosts_) {
    if (host.external && host.authorised == Presence::no) {
      report_.findings.push_back(
          {CheckFinding::dmarc_rua_unauthorised, dmarc_name(report_.location), host.host});
    }
    if (host.mail && host.mx == Presence::no && host.address == Presence::no) {
      report_.findings.push_back(
          {CheckFinding::dmarc_rua_host_no_mx, dmarc_name(report_.location), host.host});
    }
  }
}

const DmarcReport& Dmarc::report() const {
  INVARIANT(done());
  return report_;
}

}  // namespace mxsweep::policy

// SPDX-License-Identifier: MIT
#include "checks/domain_checks.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "checks/check.h"
#include "checks/findings.h"
#include "checks/list_checks.h"
#include "checks/mx_check.h"
#include "checks/sts_check.h"
#include "mxsweep/blocklists/listing.h"
#include "mxsweep/checks/blocklists.h"
#include "mxsweep/core/memory.h"
#include "mxsweep/dane/redundancy.h"
#include "mxsweep/policy/dkim.h"
#include "mxsweep/policy/dmarc.h"
#include "mxsweep/policy/mta_sts.h"
#include "mxsweep/policy/tls_rpt.h"
#include "mxsweep/results/json_findings.h"
#include "mxsweep/spf/lint.h"

namespace mxsweep::checks {

struct DomainChecks::Work {
  std::optional<MxCheck> mx;
  std::optional<CheckOf<spf::Lint>> spf;
  std::optional<CheckOf<policy::Dmarc>> dmarc;
  std::optional<CheckOf<policy::Dkim>> dkim;
  std::optional<StsCheck> mta_sts;
  std::optional<CheckOf<policy::TlsRpt>> tls_rpt;
  std::optional<CheckOf<blocklists::Listing>> dnsbl;
  std::vector<dane::MxHost> hosts;
};

// A policy of MTA-STS, and the MX hosts to hold it against.
struct DomainChecks::Sts {
  policy::MtaStsReport report;
  std::vector<policy::StsHost> hosts;
  bool answered = false;
};

DomainChecks::DomainChecks(const Options& options, const std::string& domain, Questioner& questions)
    : options_(options), domain_(domain), work_(std::make_unique<Work>()) {
  questions.add(work_->mx.emplace(domain, options.validates));
  if (options.spf) {
    questions.add(work_->spf.emplace(domain, spf::LintOptions{.from = options.outbound}));
  }
  if (options.dmarc) questions.add(work_->dmarc.emplace(domain));
  if (!options.selectors.empty() || options.common_selectors) {
    questions.add(
        work_->dkim.emplace(domain, policy::DkimOptions{.selectors = options.selectors,
                                                        .common = options.common_selectors,
                                                        .seed = options.seed}));
  }
  if (options.mta_sts) questions.add(work_->mta_sts.emplace(domain, options));
  if (options.tls_rpt) questions.add(work_->tls_rpt.emplace(domain));
  if (const std::size_t lists = lists_of(options, blocklists::Kind::domain); lists > 0) {
    questions.allow(lists);
    questions.add(
        work_->dnsbl.emplace(options.blocklists->watch(), domain, options.absence_doubted));
  }
}

DomainChecks::~DomainChecks() = default;

bool DomainChecks::mx_known() const { return work_->mx->done(); }

MxFacts DomainChecks::mx_facts() const {
  return {.validation = work_->mx->validation(), .alias = work_->mx->alias()};
}

void DomainChecks::on_servers(const std::vector<names::Destination>& destinations) {
  for (const names::Destination& to : destinations) {
    if (to.host.empty()) continue;
    const auto is_same = [&to](const dane::MxHost& host) { return host.name == to.host; };
    auto host = std::ranges::find_if(work_->hosts, is_same);
    if (host == work_->hosts.end()) {
      // Whether a failed question left a family unknown is a finding of the path.
      const bool known = !to.findings.has(Finding::family_unknown) && to.error == Cause::none;
      host = work_->hosts.insert(host, {to.host, {}, known, known});
    }
    if (to.address.family != Family::none) host->addresses.push_back(to.address);
  }
}

bool DomainChecks::take_request(fetch::Request& request) {
  return work_->mta_sts && work_->mta_sts->take_request(request);
}

void DomainChecks::on_fetched(fetch::Fetched&& fetched) {
  work_->mta_sts->on_fetched(std::move(fetched));
}

void DomainChecks::settle_sts() {
  sts_ = std::make_unique<Sts>();
  sts_->report = work_->mta_sts->report();
  // The policy is held against the MX hosts.
  sts_->answered = work_->mta_sts->answered() && work_->mx->hosts_known();
  if (!work_->mx->hosts_known()) return;
  for (const std::string& host : work_->mx->hosts()) {
    const auto is_same = [&host](const policy::StsHost& known) { return known.name == host; };
    if (std::ranges::none_of(sts_->hosts, is_same)) sts_->hosts.push_back({host});
  }
}

void DomainChecks::settle(bool cut) {
  const auto write = [this](std::string_view key, const auto& check) {
    members_.append(",\"").append(key).append("\":");
    append_json(check->report(), members_);
  };
  const auto take = [this, write](std::string_view key, const auto& check) {
    if (!check) return;
    write(key, check);
    checked_.push_back({std::string(key), check->answered(), check->report().findings});
  };
  take("spf", work_->spf);
  take("dmarc", work_->dmarc);
  take("dkim", work_->dkim);
  if (work_->mta_sts && work_->mta_sts->report().policy) {
    settle_sts();
  } else {
    take("mta_sts", work_->mta_sts);
  }
  take("tls_rpt", work_->tls_rpt);
  if (work_->dnsbl) {
    write("dnsbl", work_->dnsbl);
    add_lists(work_->dnsbl->report(), {}, checked_);
  }
  if (options_.dnssec) {
    members_ += ",\"dnssec\":{\"mx\":\"";
    members_ += to_string(work_->mx->validation());
    members_ += "\"}";
    Checked& dnssec = checked_.emplace_back();
    dnssec = {"dnssec", work_->mx->answered(), work_->mx->findings()};
    const dane::RedundancyReport redundancy = dane::redundancy(domain_, work_->hosts);
    if (!work_->hosts.empty()) {
      members_ += ",\"redundancy\":";
      append_json(redundancy, members_);
      add_findings(dnssec.findings, redundancy.findings);
    }
  }
  if (cut) members_ += ",\"cut\":true";
  members_.shrink_to_fit();
  checked_.shrink_to_fit();
  work_.reset();
}

void DomainChecks::append_sts(const results::DomainLine& line, FindingReports& findings,
                              std::string& json) const {
  std::vector<policy::StsHost> hosts = sts_->hosts;
  for (policy::StsHost& host : hosts) {
    const auto seen = std::ranges::find(line.hosts, host.name, &results::DomainLine::Host::name);
    if (seen == line.hosts.end()) continue;
    if (seen->totals.certificate_yes > 0) host.certificate = Presence::yes;
    if (seen->totals.certificate_no > 0) host.certificate = Presence::no;  // Of one address.
  }
  policy::MtaStsReport report = sts_->report;
  policy::judge_hosts(hosts, report);
  json += ",\"mta_sts\":";
  append_json(report, json);
  add_findings(findings, report.findings);
}

void DomainChecks::append(const results::DomainLine& line, const ServerChecks& servers,
                          std::string& json) const {
  const std::size_t begin = json.size();
  FindingReports findings;
  for (const Checked& check : checked_) add_findings(findings, check.findings);
  json += members_;
  if (sts_ != nullptr) append_sts(line, findings, json);
  if (options_.dnssec && line.totals.ipv6_visited > 0) {
    json += ",\"ipv6\":{\"visited\":" + std::to_string(line.totals.ipv6_visited) +
            ",\"answered\":" + std::to_string(line.totals.ipv6_answered) + '}';
  }
  if (!options_.visits && asks_servers(options_)) servers.append_all(json);
  json += ",\"findings\":";
  results::append_findings(findings, options_.role, json);
  json[begin] = '{';
  json += '}';
}

std::vector<Checked> DomainChecks::checked() const {
  std::vector<Checked> all = checked_;
  if (sts_ == nullptr) return all;
  policy::MtaStsReport report = sts_->report;
  policy::judge_hosts(sts_->hosts, report);
  all.push_back({"mta_sts", sts_->answered, std::move(report.findings)});
  return all;
}

std::size_t DomainChecks::octets_held() const {
  std::size_t octets = allocated(sizeof *this) + held_by(domain_) + held_by(members_);
  for (const Checked& check : checked_) {
    octets += sizeof check + held_by(check.check) + octets_of(check.findings);
  }
  if (sts_ == nullptr) return octets;
  octets += allocated(sizeof *sts_) + held_by(sts_->report.record) +
            held_by(sts_->report.policy->mx) + held_by(sts_->hosts) +
            octets_of(sts_->report.findings);
  for (const std::string& pattern : sts_->report.policy->mx) octets += held_by(pattern);
  for (const policy::StsHost& host : sts_->hosts) octets += held_by(host.name);
  return octets;
}

}  // namespace mxsweep::checks

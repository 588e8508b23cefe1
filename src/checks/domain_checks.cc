// SPDX-License-Identifier: MIT
#include "checks/domain_checks.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "checks/check.h"
#include "checks/findings.h"
#include "checks/mx_check.h"
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
  std::optional<CheckOf<policy::MtaSts>> mta_sts;
  std::optional<CheckOf<policy::TlsRpt>> tls_rpt;
  std::vector<dane::MxHost> hosts;
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
  if (options.mta_sts) questions.add(work_->mta_sts.emplace(domain));
  if (options.tls_rpt) questions.add(work_->tls_rpt.emplace(domain));
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

void DomainChecks::settle(bool cut) {
  const auto take = [this](std::string_view key, const auto& check) {
    if (!check) return;
    members_ += key;
    append_json(check->report(), members_);
    add_findings(findings_, check->report().findings);
  };
  take(",\"spf\":", work_->spf);
  take(",\"dmarc\":", work_->dmarc);
  take(",\"dkim\":", work_->dkim);
  take(",\"mta_sts\":", work_->mta_sts);
  take(",\"tls_rpt\":", work_->tls_rpt);
  if (options_.dnssec) {
    members_ += ",\"dnssec\":{\"mx\":\"";
    members_ += to_string(work_->mx->validation());
    members_ += "\"}";
    add_findings(findings_, work_->mx->findings());
    const dane::RedundancyReport redundancy = dane::redundancy(domain_, work_->hosts);
    if (!work_->hosts.empty()) {
      members_ += ",\"redundancy\":";
      append_json(redundancy, members_);
      add_findings(findings_, redundancy.findings);
    }
  }
  if (cut) members_ += ",\"cut\":true";
  members_.shrink_to_fit();
  findings_.shrink_to_fit();
  work_.reset();
}

void DomainChecks::append(const results::DomainLine& /*line*/, const ServerChecks& servers,
                          std::string& json) const {
  const std::size_t begin = json.size();
  json += members_;
  if (!options_.visits && (options_.dane || options_.names)) servers.append_all(json);
  json += ",\"findings\":";
  results::append_findings(findings_, options_.role, json);
  json[begin] = '{';
  json += '}';
}

std::size_t DomainChecks::octets_held() const {
  std::size_t octets = allocated(sizeof *this) + held_by(domain_) + held_by(members_);
  for (const FindingReport& report : findings_) {
    octets += sizeof report + held_by(report.at) + held_by(report.detail);
  }
  return octets;
}

}  // namespace mxsweep::checks

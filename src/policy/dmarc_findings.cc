// SPDX-License-Identifier: MIT
#include "policy/dmarc_findings.h"

#include <algorithm>

#include "mxsweep/core/tags.h"
#include "policy/texts.h"

namespace mxsweep::policy {
namespace {

bool is_any_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view known) { return same_word(name, known); });
}

bool is_obsolete(std::string_view name) { return is_any_of(name, {"pct", "rf", "ri"}); }

bool is_current(std::string_view name) {
  return is_any_of(name, {"v", "p", "sp", "np", "psd", "t", "rua", "ruf", "adkim", "aspf", "fo"});
}

void find_fault_with_tags(const DmarcRecord& record, const std::string& at,
                          FindingReports& findings) {
  for (const std::string& bad : record.bad_tags) {
    findings.push_back({CheckFinding::dmarc_tag, at, excerpt(bad)});
  }
  for (const DmarcTag& tag : record.tags) {
    if (is_obsolete(tag.name)) {
      const bool partial = record.pct && *record.pct < 100 && same_word(tag.name, "pct");
      FindingReport report{partial ? CheckFinding::dmarc_pct : CheckFinding::dmarc_obsolete, at,
                           tag.name};
      if (partial) report.n = *record.pct;
      findings.push_back(std::move(report));
    } else if (!is_current(tag.name)) {
      findings.push_back({CheckFinding::dmarc_unknown_tag, at, excerpt(tag.name)});
    }
  }
}

void find_fault_with_policy(const DmarcRecord& record, const std::string& at, bool has_subdomains,
                            FindingReports& findings) {
  const std::optional<DmarcPolicies> policies = policies_of(record);
  if (!policies) {
    findings.push_back({CheckFinding::dmarc_no_effect, at});
    return;
  }
  if (!record.p) {
    findings.push_back({CheckFinding::dmarc_p_missing, at});
  } else if (policies->own == DmarcPolicy::none) {
    findings.push_back({CheckFinding::dmarc_p_none, at});
  }
  if (record.test &&
      (policies->own != DmarcPolicy::none || policies->subdomains != DmarcPolicy::none ||
       policies->nonexistent != DmarcPolicy::none)) {
    findings.push_back({CheckFinding::dmarc_test_mode, at});
  }
  if (has_subdomains && policies->subdomains < policies->own) {
    findings.push_back(
        {CheckFinding::dmarc_sp_weaker, at, std::string(to_string(policies->subdomains))});
  }
  if (has_subdomains && policies->nonexistent < policies->subdomains) {
    findings.push_back(
        {CheckFinding::dmarc_np_weaker, at, std::string(to_string(policies->nonexistent))});
  }
}

void find_fault_with_uris(const DmarcRecord& record, const std::string& at,
                          FindingReports& findings) {
  if (record.rua.empty()) findings.push_back({CheckFinding::dmarc_rua_none, at});
  for (const std::vector<ReportUri>* const uris : {&record.rua, &record.ruf}) {
    for (const ReportUri& uri : *uris) {
      if (uri.fault != UriFault::none) {
        findings.push_back({CheckFinding::dmarc_rua_syntax, at, excerpt(uri.text)});
      }
      if (uri.size) findings.push_back({CheckFinding::dmarc_obsolete, at, excerpt(uri.text)});
    }
  }
}

}  // namespace

std::string dmarc_name(std::string_view domain) { return "_dmarc." + std::string(domain); }

void find_fault_with_step(const DmarcStep& step, FindingReports& findings) {
  if (step.state == DmarcStep::State::several) {
    FindingReport report{CheckFinding::dmarc_multiple, dmarc_name(step.domain)};
    report.n = static_cast<std::uint32_t>(step.records);
    findings.push_back(std::move(report));
  }
  if (step.misfit_is == DmarcLikeness::version_case) {
    findings.push_back(
        {CheckFinding::dmarc_version_case, dmarc_name(step.domain), excerpt(step.misfit)});
  } else if (step.misfit_is == DmarcLikeness::not_first) {
    findings.push_back(
        {CheckFinding::dmarc_not_first, dmarc_name(step.domain), excerpt(step.misfit)});
  }
}

void find_fault_with_record(const DmarcRecord& record, std::string_view domain, bool has_subdomains,
                            FindingReports& findings) {
  const std::string at = dmarc_name(domain);
  find_fault_with_policy(record, at, has_subdomains, findings);
  find_fault_with_tags(record, at, findings);
  find_fault_with_uris(record, at, findings);
}

}  // namespace mxsweep::policy

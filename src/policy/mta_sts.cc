// SPDX-License-Identifier: MIT
#include "mxsweep/policy/mta_sts.h"

#include <algorithm>
#include <utility>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/tags.h"
#include "policy/json_parts.h"
#include "policy/texts.h"
#include "policy/versioned.h"

namespace mxsweep::policy {
namespace {

constexpr std::string_view kStsVersion = "STSv1";
constexpr std::size_t kStsIdOctetsMax = 32;

bool is_sts_id(std::string_view id) {
  return !id.empty() && id.size() <= kStsIdOctetsMax &&
         std::all_of(id.begin(), id.end(), is_alphanumeric);
}

// The id of a record; empty, with what is wrong in `wrong`: it counts as none.
std::string read_sts_record(std::string_view text, std::string& wrong) {
  const std::vector<Tag> tags = tags_of(text);
  std::string_view id;
  for (std::size_t i = 1; i < tags.size(); ++i) {
    const bool is_id = tags[i].name == "id";
    if (!tags[i].has_value || tags[i].name.empty() || (is_id && !id.empty()) ||
        (is_id && !is_sts_id(tags[i].value))) {
      wrong = excerpt(tags[i].name);
      return {};
    }
    if (is_id) id = tags[i].value;
  }
  if (id.empty()) wrong = "id";
  return std::string(id);
}

std::string sts_host(std::string_view domain) { return "mta-sts." + std::string(domain); }

bool is_plain_text(std::string_view content_type) {
  return same_word(trimmed(content_type.substr(0, content_type.find(';'))), "text/plain");
}

bool says_nothing(MtaStsFetch::Outcome outcome) {
  return outcome >= MtaStsFetch::Outcome::unresolved;
}

void report_mode(const StsPolicy& policy, const std::string& at, FindingReports& findings) {
  if (policy.mode == StsMode::none) findings.push_back({CheckFinding::mta_sts_mode_none, at});
  if (policy.mode == StsMode::testing) findings.push_back({CheckFinding::mta_sts_testing, at});
  if (policy.mode != StsMode::none && *policy.max_age < kStsMaxAgeAdvised) {
    FindingReport report{CheckFinding::mta_sts_max_age_short, at};
    report.n = *policy.max_age;
    findings.push_back(std::move(report));
  }
}

}  // namespace

std::string_view to_string(StsMode mode) {
  switch (mode) {
    case StsMode::none: return "none";
    case StsMode::testing: return "testing";
    case StsMode::enforce: return "enforce";
  }
  return {};
}

std::string_view to_string(MtaStsFetch::Outcome outcome) {
  using enum MtaStsFetch::Outcome;
  switch (outcome) {
    case ok: return "ok";
    case not_found: return "not_found";
    case redirect: return "redirect";
    case http_status: return "http_status";
    case tls: return "tls";
    case wrong_type: return "wrong_type";
    case too_large: return "too_large";
    case timeout: return "timeout";
    case unreachable: return "unreachable";
    case unresolved: return "unresolved";
    case refused: return "refused";
    case local: return "local";
  }
  return {};
}

std::string_view to_string(StsCovers covers) {
  switch (covers) {
    case StsCovers::unknown: return "unknown";
    case StsCovers::none: return "none";
    case StsCovers::some: return "some";
    case StsCovers::all: return "all";
  }
  return {};
}

MtaSts::MtaSts(std::string_view domain) {
  INVARIANT(dns::is_name(domain) && !domain.empty());
  report_.domain = domain;
  std::string name = "_mta-sts." + report_.domain;
  if (dns::is_name(name)) {
    questions_.ask(std::move(name), dns::Type::txt, 0);
  } else {  // No record can have that name.
    report_.present = Presence::no;
    report_.verdict = Verdict::none;
  }
}

void MtaSts::on_answer(std::uint32_t number, const dns::Answer& answer) {
  const std::string at = questions_.answered(number).name;
  const VersionedRecords records = versioned_records(answer, kStsVersion);
  report_.present = records.present;
  report_.verdict = records.verdict;
  if (!records.misfit.empty()) {
    report_.findings.push_back({CheckFinding::mta_sts_version, at, records.misfit});
  }
  if (records.count > 1) {
    FindingReport report{CheckFinding::mta_sts_multiple, at};
    report.n = static_cast<std::uint32_t>(records.count);
    report_.findings.push_back(std::move(report));
  } else if (records.count == 1) {
    std::string wrong;
    report_.record = excerpt_of_record(records.text);
    report_.id = read_sts_record(records.text, wrong);
    if (report_.id.empty()) {
      report_.verdict = Verdict::invalid;
      report_.findings.push_back({CheckFinding::mta_sts_syntax, at, std::move(wrong)});
    }
  } else if (report_.verdict == Verdict::none) {
    report_.findings.push_back({CheckFinding::mta_sts_none, at});
  }
}

const MtaStsReport& MtaSts::report() const {
  INVARIANT(done());
  return report_;
}

void add_fetch(const MtaStsFetch& fetch, MtaStsReport& report) {
  using Outcome = MtaStsFetch::Outcome;
  report.fetch = {fetch.outcome, fetch.status, fetch.took, fetch.verified};
  const std::string at = sts_host(report.domain);
  const bool has_record = report.verdict == Verdict::ok;
  if (says_nothing(fetch.outcome)) {
    if (has_record) report.verdict = Verdict::temperror;
    return;
  }
  if (fetch.outcome == Outcome::timeout || fetch.outcome == Outcome::unreachable) {
    if (!has_record) return;
    report.verdict = Verdict::temperror;
    report.findings.push_back(
        {CheckFinding::mta_sts_unreachable, at, std::string(to_string(fetch.outcome))});
    return;
  }
  if (fetch.outcome != Outcome::ok && fetch.outcome != Outcome::wrong_type) {
    if (!has_record) return;
    report.verdict = Verdict::invalid;
    FindingReport finding{CheckFinding::mta_sts_unavailable, at,
                          std::string(to_string(fetch.outcome))};
    if (fetch.status != 0) finding.n = fetch.status;
    report.findings.push_back(std::move(finding));
    return;
  }
  // Without a record no sender looks for the policy.
  if (report.verdict == Verdict::none || report.verdict == Verdict::invalid) {
    report.findings.push_back({CheckFinding::mta_sts_policy_without_record, at});
  }
  if (fetch.outcome == Outcome::wrong_type || !is_plain_text(fetch.content_type)) {
    report.findings.push_back(
        {CheckFinding::mta_sts_content_type, at, excerpt(fetch.content_type)});
  }
  report.policy = read_sts_policy(fetch.body, at, report.findings);
  if (report.policy->valid) {
    report_mode(*report.policy, at, report.findings);
  } else if (has_record) {
    report.verdict = Verdict::invalid;
  }
}

void judge_hosts(std::span<const StsHost> hosts, MtaStsReport& report) {
  if (!report.policy || !report.policy->valid || hosts.empty()) return;
  const StsPolicy& policy = *report.policy;
  if (policy.mode == StsMode::none) return;
  const bool enforce = policy.mode == StsMode::enforce;
  const std::string at = sts_host(report.domain);
  std::vector<bool> used(policy.mx.size(), false);
  std::size_t covered = 0;
  for (const StsHost& host : hosts) {
    bool matched = false;
    for (std::size_t i = 0; i < policy.mx.size(); ++i) {
      if (!matches_sts_pattern(policy.mx[i], host.name)) continue;
      matched = true;
      used[i] = true;
    }
    if (matched) ++covered;
    if (!matched && !policy.cut) {
      report.findings.push_back({enforce ? CheckFinding::mta_sts_mx_not_covered
                                         : CheckFinding::mta_sts_mx_not_covered_testing,
                                 at, host.name});
    } else if (matched && host.certificate == Presence::no) {
      report.findings.push_back(
          {enforce ? CheckFinding::mta_sts_certificate : CheckFinding::mta_sts_certificate_testing,
           at, host.name});
    }
  }
  std::size_t unused = 0;
  for (std::size_t i = 0; i < used.size() && unused < kStsFaultsMax; ++i) {
    if (used[i]) continue;
    ++unused;
    report.findings.push_back({CheckFinding::mta_sts_mx_unused, at, excerpt(policy.mx[i])});
  }
  if (policy.cut && covered < hosts.size()) return;
  report.covers = covered == hosts.size() ? StsCovers::all
                  : covered == 0          ? StsCovers::none
                                          : StsCovers::some;
}

void append_json(const MtaStsReport& report, std::string& out) {
  results::JsonText json(out);
  json.raw("{\"present\":\"");
  json.raw(to_string(report.present));
  json.raw("\"");
  append_word("verdict", to_string(report.verdict), json);
  append_member("record", report.record, json);
  append_member("id", report.id, json);
  if (report.policy) {
    if (report.policy->mode) append_word("mode", to_string(*report.policy->mode), json);
    if (report.policy->max_age) {
      json.raw(",\"max_age\":");
      json.number(*report.policy->max_age);
    }
    json.raw(",\"mx\":[");
    for (const std::string& pattern : report.policy->mx) {
      if (&pattern != report.policy->mx.data()) json.raw(",");
      append_quoted(pattern, json);
    }
    json.raw("]");
  }
  if (report.covers != StsCovers::unknown) append_word("covers", to_string(report.covers), json);
  if (report.fetch) {
    json.raw(",\"fetch\":{\"outcome\":\"");
    json.raw(to_string(report.fetch->outcome));
    json.raw("\"");
    if (report.fetch->status != 0) {
      json.raw(",\"status\":");
      json.number(report.fetch->status);
    }
    json.raw(",\"ms\":");
    json.milliseconds(report.fetch->took);
    json.raw(",\"verified\":");
    json.raw(report.fetch->verified ? "true" : "false");
    json.raw("}");
  }
  json.raw("}");
}

}  // namespace mxsweep::policy

// SPDX-License-Identifier: MIT
#include "mxsweep/policy/tls_rpt.h"

#include <utility>

#include "mxsweep/core/invariant.h"
#include "policy/json_parts.h"
#include "policy/versioned.h"

namespace mxsweep::policy {
namespace {

constexpr std::string_view kTlsRptVersion = "TLSRPTv1";

}  // namespace

TlsRpt::TlsRpt(std::string_view domain) {
  INVARIANT(dns::is_name(domain) && !domain.empty());
  std::string name = "_smtp._tls." + std::string(domain);
  if (dns::is_name(name)) {
    questions_.ask(std::move(name), dns::Type::txt, 0);
  } else {  // No record can have that name.
    report_.present = Presence::no;
    report_.verdict = Verdict::none;
  }
}

void TlsRpt::on_answer(std::uint32_t number, const dns::Answer& answer) {
  const std::string at = questions_.answered(number).name;
  const VersionedRecords records = versioned_records(answer, kTlsRptVersion);
  report_.present = records.present;
  report_.verdict = records.verdict;
  if (!records.misfit.empty()) {
    report_.findings.push_back({CheckFinding::tls_rpt_version, at, records.misfit});
  }
  if (records.count > 1) {
    FindingReport report{CheckFinding::tls_rpt_multiple, at};
    report.n = static_cast<std::uint32_t>(records.count);
    report_.findings.push_back(std::move(report));
  } else if (records.count == 1) {
    on_record(records.text, at);
  } else if (report_.verdict == Verdict::none) {
    report_.findings.push_back({CheckFinding::tls_rpt_none, at});
  }
}

void TlsRpt::on_record(std::string_view text, const std::string& at) {
  report_.record = excerpt_of_record(text);
  bool has_rua = false;
  for (const Tag& tag : tags_of(text)) {
    const bool is_rua = tag.name == "rua";
    if (!tag.has_value || tag.name.empty() || (is_rua && has_rua)) {
      report_.findings.push_back({CheckFinding::tls_rpt_syntax, at, excerpt(tag.name)});
      report_.verdict = Verdict::invalid;
    } else if (is_rua) {
      has_rua = true;
      report_.rua = read_report_uris(tag.value);
    }
  }
  for (const ReportUri& uri : report_.rua) {
    // A size limit, which DMARC once had, is part of no address here.
    if (uri.fault == UriFault::none && !uri.size) continue;
    report_.findings.push_back({CheckFinding::tls_rpt_rua_syntax, at, excerpt(uri.text)});
  }
  if (!has_usable(report_.rua)) {
    report_.verdict = Verdict::invalid;
    if (report_.rua.empty()) report_.findings.push_back({CheckFinding::tls_rpt_rua_none, at});
  }
}

const TlsRptReport& TlsRpt::report() const {
  INVARIANT(done());
  return report_;
}

void append_json(const TlsRptReport& report, std::string& out) {
  results::JsonText json(out);
  json.raw("{\"present\":\"");
  json.raw(to_string(report.present));
  json.raw("\"");
  append_word("verdict", to_string(report.verdict), json);
  if (!report.record.empty()) {
    append_member("record", report.record, json);
    json.raw(",\"rua\":");
    append_uris(report.rua, json);
  }
  json.raw("}");
}

}  // namespace mxsweep::policy

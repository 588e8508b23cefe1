// SPDX-License-Identifier: MIT
// Whatever a domain publishes for its policies, and whatever an HTTPS server returns: each machine
// comes to its end, keeps its limits, and its JSON is text.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/invariant.h"
#include "mxsweep/policy/dkim.h"
#include "mxsweep/policy/dmarc.h"
#include "mxsweep/policy/mta_sts.h"
#include "mxsweep/policy/tls_rpt.h"
#include "mxsweep/results/json_text.h"
#include "mxsweep/tls/public_key.h"

namespace mxsweep::policy {
namespace {

constexpr std::size_t kQuestionsMax = 200;

// The input as the TXT records of any name, one a line; every other kind of question fails in the
// way that the number of the question chooses.
dns::Answer answer_to(const dns::Question& question, std::string_view input) {
  dns::Answer answer;
  answer.status = static_cast<dns::LookupStatus>(question.number % 9);
  if (question.type != dns::Type::txt) {
    if (answer.status != dns::LookupStatus::found) return answer;
    if (question.type == dns::Type::mx) answer.exchanges.push_back({10, "mx.example.org"});
    if (question.type != dns::Type::mx) answer.addresses.push_back(*parse_address("192.0.2.1"));
    return answer;
  }
  if (answer.status != dns::LookupStatus::found && question.number % 3 != 0) return answer;
  answer.status = dns::LookupStatus::found;
  while (!input.empty() && answer.data.size() < dns::kValuesMax) {
    const std::size_t end = input.find('\n');
    std::string rdata;
    for (std::string_view text = input.substr(0, end); !text.empty();) {
      const std::string_view part = text.substr(0, 255);
      rdata += static_cast<char>(static_cast<unsigned char>(part.size()));
      rdata += part;
      text.remove_prefix(part.size());
    }
    answer.data.push_back(rdata);
    input.remove_prefix(end == input.npos ? input.size() : end + 1);
  }
  if (answer.data.empty()) answer.status = dns::LookupStatus::no_data;
  return answer;
}

template <typename Report>
void require_text(const Report& report) {
  std::string json;
  append_json(report, json);
  INVARIANT(results::encoding_of(json) != results::Encoding::latin1);
  for (const char octet : json) INVARIANT(static_cast<unsigned char>(octet) >= ' ');
  for (const FindingReport& finding : report.findings) {
    INVARIANT(finding.detail.size() <= 1024 && !finding.at.empty());
  }
}

template <typename Machine>
void run_machine(Machine machine, std::string_view input) {
  dns::Question question;
  std::size_t questions = 0;
  while (!machine.done()) {
    INVARIANT(machine.take_question(question));
    INVARIANT(dns::is_name(question.name) && ++questions <= kQuestionsMax);
    machine.on_answer(question.number, answer_to(question, input));
  }
  INVARIANT(!machine.take_question(question));
  require_text(machine.report());
}

void read_key(std::string_view octets) {
  const auto key = tls::read_public_key(octets);
  INVARIANT(!key || (!key->words.empty() && octets.size() <= tls::kPublicKeyOctetsMax));
}

void judge_dkim(std::string_view text) {
  FindingReports findings;
  const DkimKey key = judge_dkim_record(text, "s._domainkey.example.org", findings);
  INVARIANT(key.present == Presence::yes);
  INVARIANT(key.verdict != DkimVerdict::ok || !key.words.empty());
  INVARIANT(key.verdict != DkimVerdict::invalid || !findings.empty());
}

void fetch_policy(std::string_view body) {
  MtaStsReport report;
  report.domain = "example.org";
  report.verdict = Verdict::ok;
  MtaStsFetch fetch;
  fetch.outcome = MtaStsFetch::Outcome::ok;
  fetch.content_type = body.substr(0, 20);
  fetch.body = body;
  add_fetch(fetch, report);
  const StsHost hosts[] = {{"mx1.example.org", Presence::yes}, {"b.example.net", Presence::no}};
  judge_hosts(hosts, report);
  INVARIANT(report.policy && report.policy->mx.size() <= kStsPatternsMax);
  INVARIANT((report.verdict == Verdict::ok) == report.policy->valid);
  INVARIANT(report.findings.size() <= 2 * kStsFaultsMax + 8);
  require_text(report);
}

void read_policies(std::uint8_t choice, std::string_view input) {
  switch (choice % 8) {
    case 0: return run_machine(Dmarc("a.b.example.org"), input);
    case 1: return run_machine(Dkim("example.org", {{"s1", "s2"}, true, 1}), input);
    case 2: return run_machine(MtaSts("example.org"), input);
    case 3: return run_machine(TlsRpt("example.org"), input);
    case 4: return judge_dkim(input);
    case 5: return fetch_policy(input);
    case 6: return read_key(input);
    default: break;
  }
  for (const ReportUri& uri : read_report_uris(input)) {
    INVARIANT((uri.fault == UriFault::none) == !uri.host.empty());
    INVARIANT(uri.text.size() <= kReportUriOctetsMax);
  }
}

}  // namespace
}  // namespace mxsweep::policy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  mxsweep::policy::read_policies(
      data[0], std::string_view(reinterpret_cast<const char*>(data + 1), size - 1));
  return 0;
}

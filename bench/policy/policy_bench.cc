// SPDX-License-Identifier: MIT
// What the checks of a domain's policies cost beside their questions.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/policy/dkim.h"
#include "mxsweep/policy/dmarc.h"
#include "mxsweep/policy/mta_sts.h"
#include "mxsweep/policy/tls_rpt.h"
#include "support/public_keys.h"

namespace mxsweep::policy {
namespace {

dns::Answer txt(std::string_view text) {
  dns::Answer answer;
  answer.status = dns::LookupStatus::found;
  std::string& rdata = answer.data.emplace_back();
  for (; !text.empty(); text.remove_prefix(std::min<std::size_t>(text.size(), 255))) {
    const std::string_view part = text.substr(0, 255);
    rdata += static_cast<char>(static_cast<unsigned char>(part.size()));
    rdata += part;
  }
  return answer;
}

dns::Answer nothing() {
  dns::Answer answer;
  answer.status = dns::LookupStatus::nxdomain;
  return answer;
}

// A domain with a record of its own, and reports to itself and to a service that has agreed.
void dmarc_of_domain(benchmark::State& state) {
  const dns::Answer record =
      txt("v=DMARC1; p=quarantine; sp=reject; adkim=s; fo=1; rua=mailto:dmarc@example.org,"
          "mailto:abc123@rua.reports.example; ruf=mailto:dmarc@example.org");
  const dns::Answer agreed = txt("v=DMARC1");
  dns::Answer mx;
  mx.status = dns::LookupStatus::found;
  mx.exchanges.push_back({10, "mx.example.org"});
  const dns::Answer none = nothing();
  for (auto _ : state) {
    Dmarc dmarc("example.org");
    for (dns::Question question; dmarc.take_question(question);) {
      const dns::Answer& answer = question.type == dns::Type::mx          ? mx
                                  : question.name == "_dmarc.example.org" ? record
                                  : question.name == "_dmarc.org"         ? none
                                                                          : agreed;
      dmarc.on_answer(question.number, answer);
    }
    if (dmarc.report().verdict != Verdict::ok || !dmarc.report().findings.empty()) {
      state.SkipWithError("the domain is not sound");
      break;
    }
  }
}
BENCHMARK(dmarc_of_domain)->Unit(benchmark::kMicrosecond);

void dmarc_as_json(benchmark::State& state) {
  Dmarc dmarc("example.org");
  const dns::Answer record =
      txt("v=DMARC1; p=quarantine; sp=reject; fo=1; rua=mailto:d@example.org");
  for (dns::Question question; dmarc.take_question(question);) {
    dmarc.on_answer(question.number, question.name == "_dmarc.example.org" ? record : nothing());
  }
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_json(dmarc.report(), out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(dmarc_as_json)->Unit(benchmark::kMicrosecond);

void dkim_key(benchmark::State& state, std::string_view key) {
  const std::string record = std::string("v=DKIM1; h=sha256; k=") +
                             (key.size() < 50 ? "ed25519" : "rsa") + "; p=" + std::string(key);
  FindingReports findings;
  for (auto _ : state) {
    findings.clear();
    const DkimKey judged = judge_dkim_record(record, "s1._domainkey.example.org", findings);
    if (judged.verdict != DkimVerdict::ok) {
      state.SkipWithError("the key is not sound");
      break;
    }
  }
}
BENCHMARK_CAPTURE(dkim_key, rsa_2048, public_keys::kRsa2048)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(dkim_key, rsa_2048_bare, public_keys::kRsa2048Bare)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(dkim_key, ed25519, public_keys::kRfc8463Ed25519)->Unit(benchmark::kMicrosecond);

// The two records, a policy of ten lines, and two MX hosts.
void mta_sts_and_tls_rpt(benchmark::State& state) {
  const dns::Answer sts_record = txt("v=STSv1; id=20261101000000Z;");
  const dns::Answer rpt_record = txt("v=TLSRPTv1; rua=mailto:tls@example.org");
  MtaStsFetch fetch;
  fetch.outcome = MtaStsFetch::Outcome::ok;
  fetch.content_type = "text/plain";
  fetch.body = "version: STSv1\r\nmode: enforce\r\nmax_age: 2592000\r\n";
  for (int i = 1; i <= 6; ++i) fetch.body += "mx: mx" + std::to_string(i) + ".example.org\r\n";
  fetch.body += "mx: *.example.net\r\n";
  const std::vector<StsHost> hosts = {{"mx1.example.org", Presence::yes},
                                      {"a.example.net", Presence::yes}};
  for (auto _ : state) {
    MtaSts sts("example.org");
    TlsRpt rpt("example.org");
    dns::Question question;
    if (sts.take_question(question)) sts.on_answer(question.number, sts_record);
    if (rpt.take_question(question)) rpt.on_answer(question.number, rpt_record);
    MtaStsReport report = sts.report();
    add_fetch(fetch, report);
    judge_hosts(hosts, report);
    if (report.covers != StsCovers::all || rpt.report().verdict != Verdict::ok) {
      state.SkipWithError("the policy is not sound");
      break;
    }
  }
}
BENCHMARK(mta_sts_and_tls_rpt)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace mxsweep::policy

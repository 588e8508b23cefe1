// SPDX-License-Identifier: MIT
// Whatever a zone has as TLSA records: the verdict agrees with what each record matches, does not
// depend on their order, and never says "no" for what is not known.
//
//   Input   one octet for the visit, then records: length (of all that follows), what stands for
//           the data (0: the data as they are; else those of a certificate of the chain, so that
//           matches are found), and the record.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/invariant.h"
#include "mxsweep/dane/host.h"
#include "mxsweep/dane/judge.h"
#include "mxsweep/tls/anchored_path.h"
#include "mxsweep/tls/client.h"
#include "mxsweep/tls/issue.h"
#include "tls/certificates.h"

namespace mxsweep::dane {
namespace {

using tls::samples::kNow;

struct Server {
  std::array<std::string, 3> der;
  std::array<std::shared_ptr<const tls::Chain>, 2> chains;  // Without and with the octets.

  Server() {
    const tls::IssuedCertificate root = tls::issue(tls::samples::authority("Root"));
    const tls::IssuedCertificate ca = tls::issue(tls::samples::authority("Issuing CA"), &root);
    const tls::IssuedCertificate leaf = tls::issue(tls::samples::leaf(), &ca);
    der = {tls::samples::der_of(leaf.certificate_pem), tls::samples::der_of(ca.certificate_pem),
           tls::samples::der_of(root.certificate_pem)};
    // The root is not sent.
    const std::array<std::string_view, 2> sent{der[0], der[1]};
    for (const bool keep : {false, true}) {
      tls::ClientOptions options;
      options.keep_der = keep;
      tls::Client client;
      INVARIANT(client.open(options).ok());
      chains[keep ? 1 : 0] = client.chain(sent, kNow);
    }
  }
};

const Server& server() {
  static const Server made;
  return made;
}

template <std::size_t kSize>
std::string octets_of(const std::array<std::uint8_t, kSize>& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// `record` with the data of a certificate.
std::string record_of(std::string record, std::size_t certificate) {
  if (record.size() < 3) return record;
  const std::string& whole = server().der[certificate % server().der.size()];
  std::string data = record[1] == 0 ? whole : std::string(tls::public_key_info(whole));
  if (record[2] == 1) data = octets_of(tls::sha256_of(data));
  if (record[2] == 2) data = octets_of(tls::sha512_of(data));
  return record.substr(0, 3) + data;
}

// What the lookup of these records ends with.
HostReport looked_up(const std::vector<std::string>& records) {
  HostInput input;
  input.host = "mx1.example.net";
  input.domain = "example.org";
  input.mx = dns::Validation::secure;
  input.validates = true;
  Host host(input);
  for (dns::Question question; host.take_question(question);) {
    dns::Answer answer;
    answer.status = dns::LookupStatus::found;
    answer.authentic = true;
    if (question.type == dns::Type::tlsa) answer.data = records;
    host.on_answer(question.number, answer);
  }
  INVARIANT(host.done());
  INVARIANT(host.report().lookup == Lookup::records);
  INVARIANT(host.report().records.size() == records.size());
  return host.report();
}

bool any_is(const Report& report, Match match) {
  return std::ranges::any_of(report.records,
                             [&](const JudgedRecord& one) { return one.match == match; });
}

void check_report(const Report& report, const Shown& shown) {
  switch (report.verdict) {
    case Verdict::pass:
      INVARIANT(any_is(report, Match::leaf) || any_is(report, Match::ta));
      INVARIANT(shown.starttls != Presence::no && report.cause.empty());
      break;
    case Verdict::fail:
      INVARIANT(!report.cause.empty());
      INVARIANT(shown.starttls == Presence::no || !any_is(report, Match::leaf));
      break;
    case Verdict::unusable:
      INVARIANT(std::ranges::all_of(report.records, [](const JudgedRecord& one) {
        return one.match == Match::unusable && !is_usable(one.record);
      }));
      break;
    case Verdict::unknown:
      INVARIANT(any_is(report, Match::unknown) || any_is(report, Match::ta));
      break;
    case Verdict::none:
    case Verdict::unavailable:
    case Verdict::insecure: INVARIANT(false && "there are records");
  }
  std::string out;
  append_json(report, out);
  INVARIANT(out.starts_with("{\"verdict\":\"") && out.ends_with("}"));
  INVARIANT(out.size() <= 200 + report.records.size() * (2 * kTextOctetsMax + 60));
}

bool agree(const Report& one, const Report& other) {
  return one.verdict == other.verdict || one.verdict == Verdict::unknown ||
         other.verdict == Verdict::unknown;
}

void check(std::string_view input) {
  if (input.empty()) return;
  const auto visit = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  std::vector<std::string> records;
  while (input.size() >= 2 && records.size() < 32) {
    const std::size_t length = static_cast<unsigned char>(input[0]);
    const auto certificate = static_cast<unsigned char>(input[1]);
    std::string record(input.substr(2, length));
    input.remove_prefix(2 + record.size());
    if (certificate != 0) record = record_of(std::move(record), certificate - 1U);
    records.push_back(std::move(record));
  }
  if (records.empty()) return;
  HostReport host = looked_up(records);
  constexpr Presence kStarttls[] = {Presence::yes, Presence::yes, Presence::unknown, Presence::no};
  Shown shown{server().chains[1].get(), kStarttls[visit % 4], kNow};
  if (visit % 16 == 15) shown.chain = nullptr;
  const Report report = judge(host, shown);
  check_report(report, shown);

  std::ranges::reverse(host.records);
  INVARIANT(agree(judge(host, shown), report));
  if (shown.chain == nullptr) return;
  shown.chain = server().chains[0].get();
  const Report without = judge(host, shown);
  check_report(without, shown);
  INVARIANT(agree(without, report));
}

}  // namespace
}  // namespace mxsweep::dane

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mxsweep::dane::check({reinterpret_cast<const char*>(data), size});
  return 0;
}

// SPDX-License-Identifier: MIT
#include "mxsweep/dane/host.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "mxsweep/dane/judge.h"
#include "support/cases.h"
#include "support/catch.h"

namespace mxsweep::dane {
namespace {

using dns::LookupStatus;
using dns::Type;
using dns::Validation;

const std::string kMx = "mx1.example.net";
const std::string kTlsaOfMx = "_25._tcp.mx1.example.net";
const std::string kData = "\x03\x01\x01" + std::string(32, 'k');

dns::Answer addresses(bool authentic, std::vector<std::string> aliases = {}) {
  dns::Answer answer{.status = LookupStatus::found};
  answer.authentic = authentic;
  answer.addresses = {*parse_address("192.0.2.1")};
  answer.aliases = std::move(aliases);
  return answer;
}

dns::Answer denial(bool authentic, LookupStatus status = LookupStatus::no_data) {
  dns::Answer answer{.status = status};
  answer.authentic = authentic;
  return answer;
}

dns::Answer data(bool authentic, std::vector<std::string> values) {
  dns::Answer answer{.status = LookupStatus::found};
  answer.authentic = authentic;
  answer.data = std::move(values);
  return answer;
}

dns::Answer trouble(LookupStatus status) { return {.status = status}; }

dns::Answer bogus() {
  dns::Answer answer{.status = LookupStatus::servfail};
  answer.extended_error = dns::ExtendedError{6, "signature expired"};
  return answer;
}

using Asked = std::pair<std::string, Type>;

// The answers of a resolver; a question that is missing is NXDOMAIN, as authentic as its zone.
struct Resolver {
  std::map<Asked, dns::Answer> answers;
  std::map<Asked, dns::Answer> first{};  // Instead, the first time.
  std::vector<Asked> asked{};

  dns::Answer answer(const dns::Question& question) {
    const Asked key{question.name, question.type};
    asked.push_back(key);
    if (const auto found = first.find(key); found != first.end()) {
      const dns::Answer once = found->second;
      first.erase(found);
      return once;
    }
    const auto found = answers.find(key);
    return found != answers.end() ? found->second : denial(true, LookupStatus::nxdomain);
  }

  [[nodiscard]] std::size_t times(const std::string& name, Type type) const {
    return static_cast<std::size_t>(std::ranges::count(asked, Asked(name, type)));
  }
};

HostInput input_of(Validation mx = Validation::secure, bool validates = true) {
  HostInput input;
  input.host = kMx;
  input.domain = "example.org";
  input.mx = mx;
  input.validates = validates;
  return input;
}

HostReport found(Resolver& resolver, const HostInput& input = input_of(), std::uint64_t seed = 0) {
  Host host(input);
  std::mt19937_64 random(seed);
  std::vector<dns::Question> open;
  std::size_t questions = 0;
  for (dns::Question question; !host.done();) {
    while (host.take_question(question)) open.push_back(question);
    REQUIRE_FALSE(open.empty());
    REQUIRE(++questions <= 8);
    std::swap(open[random() % open.size()], open.back());
    const dns::Question last = open.back();
    open.pop_back();
    CHECK(dns::is_name(last.name));
    CHECK(last.checking == dns::Checking::enabled);
    host.on_answer(last.number, resolver.answer(last));
  }
  return host.report();
}

bool has(const HostReport& report, CheckFinding finding, const std::string& at) {
  return std::ranges::any_of(report.findings, [&](const FindingReport& one) {
    return one.finding == finding && one.at == at;
  });
}

Resolver secure_host() {
  return {{{{kMx, Type::a}, addresses(true)},
           {{kMx, Type::aaaa}, denial(true)},
           {{kTlsaOfMx, Type::tlsa}, data(true, {kData})}}};
}

}  // namespace

TEST_CASE("a host whose addresses are secure has its TLSA records", "[dane][host]") {
  Resolver resolver = secure_host();
  const HostReport report = found(resolver);
  CHECK(report.lookup == Lookup::records);
  CHECK(report.base == kMx);
  CHECK(report.tlsa_name == kTlsaOfMx);
  CHECK(report.names == std::vector<std::string>{kMx, "example.org"});
  REQUIRE(report.records.size() == 1);
  CHECK(report.records[0] == dns::Tlsa{3, 1, 1, std::string(32, 'k')});
  CHECK(report.addresses == Validation::secure);
  CHECK(report.findings.empty());
  CHECK(resolver.asked.size() == 3);
}

TEST_CASE("without a secure MX, or a resolver that validates, nothing is asked", "[dane][host]") {
  const auto of = [](Validation mx, bool validates) {
    Resolver resolver = secure_host();
    const HostReport report = found(resolver, input_of(mx, validates));
    CHECK(resolver.asked.empty());
    return report.lookup;
  };
  CHECK(of(Validation::insecure, true) == Lookup::insecure);
  CHECK(of(Validation::unknown, true) == Lookup::unknown);
  CHECK(of(Validation::bogus, true) == Lookup::unavailable);
  CHECK(of(Validation::secure, false) == Lookup::unknown);
  CHECK(of(Validation::insecure, false) == Lookup::unknown);
}

TEST_CASE("TLSA is not asked for below a host with insecure addresses", "[dane][host]") {
  // Name servers of such zones may fail at TLSA; that does no harm to their mail.
  Resolver resolver{{{{kMx, Type::a}, addresses(false)},
                     {{kMx, Type::aaaa}, addresses(false)},
                     {{kTlsaOfMx, Type::tlsa}, trouble(LookupStatus::servfail)}}};
  const HostReport report = found(resolver);
  CHECK(report.lookup == Lookup::insecure);
  CHECK(report.detail == "addresses");
  CHECK(report.findings.empty());
  CHECK(resolver.times(kTlsaOfMx, Type::tlsa) == 0);
}

TEST_CASE("one kind of secure address suffices", "[dane][host]") {
  for (const bool ipv4 : {true, false}) {
    for (const dns::Answer& other :
         {denial(false), denial(true), addresses(false), trouble(LookupStatus::servfail),
          trouble(LookupStatus::timeout), bogus()}) {
      Resolver resolver = secure_host();
      resolver.answers[{kMx, Type::a}] = ipv4 ? addresses(true) : other;
      resolver.answers[{kMx, Type::aaaa}] = ipv4 ? other : addresses(true);
      CHECK(found(resolver).lookup == Lookup::records);
    }
  }
}

TEST_CASE("a denial of TLSA records decides, secure or not", "[dane][host]") {
  for (const bool authentic : {true, false}) {
    for (const LookupStatus status : {LookupStatus::no_data, LookupStatus::nxdomain}) {
      Resolver resolver = secure_host();
      resolver.answers[{kTlsaOfMx, Type::tlsa}] = denial(authentic, status);
      const HostReport report = found(resolver);
      CHECK(report.lookup == Lookup::none);
      CHECK(report.base == kMx);
      CHECK(report.findings.empty());
    }
  }
}

TEST_CASE("TLSA records in an insecure zone have no effect", "[dane][host]") {
  Resolver resolver = secure_host();
  resolver.answers[{kTlsaOfMx, Type::tlsa}] = data(false, {kData});
  const HostReport report = found(resolver);
  CHECK(report.lookup == Lookup::insecure);
  CHECK(report.records.empty());
  CHECK(has(report, CheckFinding::dane_tlsa_insecure, kTlsaOfMx));
}

TEST_CASE("TLSA records that cannot be had make the host unavailable", "[dane][host]") {
  for (const auto& [answer, detail] :
       {std::pair(bogus(), "bogus"), std::pair(trouble(LookupStatus::servfail), "servfail"),
        std::pair(trouble(LookupStatus::timeout), "timeout"),
        std::pair(trouble(LookupStatus::alias_loop), "alias_loop")}) {
    Resolver resolver = secure_host();
    resolver.answers[{kTlsaOfMx, Type::tlsa}] = answer;
    const HostReport report = found(resolver);
    INFO(detail);
    CHECK(report.lookup == Lookup::unavailable);
    CHECK(report.detail == detail);
    CHECK(has(report, CheckFinding::dane_unavailable, kTlsaOfMx));
    CHECK(resolver.times(kTlsaOfMx, Type::tlsa) ==
          (answer.status == LookupStatus::alias_loop ? 1 : 2));
  }
}

TEST_CASE("a failure of our own resolver is no fault of the host", "[dane][host]") {
  for (const LookupStatus status :
       {LookupStatus::unreachable, LookupStatus::refused, LookupStatus::malformed}) {
    Resolver resolver = secure_host();
    resolver.answers[{kTlsaOfMx, Type::tlsa}] = trouble(status);
    const HostReport report = found(resolver);
    CHECK(report.lookup == Lookup::unknown);
    CHECK(report.findings.empty());
  }
}

TEST_CASE("a question that fails once is asked again before anything follows", "[dane][host]") {
  for (const Asked& question :
       {Asked{kMx, Type::a}, Asked{kMx, Type::aaaa}, Asked{kTlsaOfMx, Type::tlsa}}) {
    for (const dns::Answer& once :
         {bogus(), trouble(LookupStatus::servfail), trouble(LookupStatus::timeout),
          trouble(LookupStatus::malformed), trouble(LookupStatus::refused)}) {
      Resolver resolver = secure_host();
      resolver.first[question] = once;
      const HostReport report = found(resolver);
      CHECK(report.lookup == Lookup::records);
      CHECK(report.findings.empty());
      CHECK(resolver.times(question.first, question.second) == 2);
    }
  }
}

TEST_CASE("addresses that cannot be had leave DANE unknown, unless they are bogus",
          "[dane][host]") {
  Resolver resolver;
  CHECK(found(resolver).detail == "no_address");
  resolver.answers[{kMx, Type::a}] = trouble(LookupStatus::timeout);
  HostReport report = found(resolver);
  CHECK(report.lookup == Lookup::unknown);
  CHECK(report.detail == "timeout");
  resolver.answers[{kMx, Type::a}] = bogus();
  report = found(resolver);
  CHECK(report.lookup == Lookup::unavailable);
  CHECK(has(report, CheckFinding::dnssec_bogus, kMx));
  CHECK(resolver.times(kTlsaOfMx, Type::tlsa) == 0);
}

TEST_CASE("for a secure alias the end of the chain is the base, then the MX name", "[dane][host]") {
  const std::string end = "real.example.com";
  const Asked below_end{"_25._tcp." + end, Type::tlsa};
  Resolver resolver = secure_host();
  resolver.answers[{kMx, Type::a}] = addresses(true, {"middle.example.com", end});
  resolver.answers[below_end] = data(true, {kData});
  HostReport report = found(resolver);
  CHECK(report.lookup == Lookup::records);
  CHECK(report.base == end);
  CHECK(report.names == std::vector<std::string>{end, "example.org"});
  CHECK(has(report, CheckFinding::dane_mx_alias, kMx));
  CHECK(resolver.times(kTlsaOfMx, Type::tlsa) == 0);

  resolver.answers[below_end] = denial(false);
  report = found(resolver);
  CHECK(report.lookup == Lookup::records);
  CHECK(report.base == kMx);

  // A failure at the first base is not made good by the second.
  resolver.answers[below_end] = bogus();
  report = found(resolver);
  CHECK(report.lookup == Lookup::unavailable);
  CHECK(report.base == end);
  CHECK(has(report, CheckFinding::dane_unavailable, below_end.first));

  resolver.answers[below_end] = denial(true);
  resolver.answers[{kTlsaOfMx, Type::tlsa}] = denial(true);
  report = found(resolver);
  CHECK(report.lookup == Lookup::none);
  CHECK(report.base == end);
}

TEST_CASE("an alias that is secure itself has its own name as the only base", "[dane][host]") {
  Resolver resolver = secure_host();
  resolver.answers[{kMx, Type::a}] = addresses(false, {"real.example.com"});
  resolver.answers[{kMx, Type::cname}] = data(true, {"real.example.com"});
  HostReport report = found(resolver);
  CHECK(report.lookup == Lookup::records);
  CHECK(report.base == kMx);
  CHECK(report.addresses == Validation::insecure);
  CHECK(resolver.times("_25._tcp.real.example.com", Type::tlsa) == 0);

  resolver.answers[{kMx, Type::cname}] = data(false, {"real.example.com"});
  CHECK(found(resolver).lookup == Lookup::insecure);
  resolver.answers[{kMx, Type::cname}] = trouble(LookupStatus::timeout);
  CHECK(found(resolver).lookup == Lookup::unknown);
  resolver.answers[{kMx, Type::cname}] = bogus();
  report = found(resolver);
  CHECK(report.lookup == Lookup::unavailable);
  CHECK(has(report, CheckFinding::dnssec_bogus, kMx));
}

TEST_CASE("the end of the domain's own alias is a name of a certificate, too", "[dane][host]") {
  Resolver resolver = secure_host();
  HostInput input = input_of();
  input.domain_alias = "example.com";
  CHECK(found(resolver, input).names ==
        std::vector<std::string>{kMx, "example.org", "example.com"});
  input.domain = input.domain_alias = kMx;
  CHECK(found(resolver, input).names == std::vector<std::string>{kMx});
}

TEST_CASE("records that cannot be read are records, but not usable", "[dane][host]") {
  Resolver resolver = secure_host();
  resolver.answers[{kTlsaOfMx, Type::tlsa}] = data(true, {"\x03", "", "\x03\x01\x01"});
  const HostReport report = found(resolver);
  REQUIRE(report.records.size() == 3);
  CHECK(judge(report, {}).verdict == Verdict::unusable);
}

TEST_CASE("a name too long to have TLSA records below it has none", "[dane][host]") {
  std::string longest;
  for (int i = 0; i < 3; ++i) longest += std::string(63, 'a') + ".";
  longest += std::string(61, 'a');
  REQUIRE(dns::is_name(longest));
  HostInput input = input_of();
  input.host = longest;
  Resolver resolver{{{{longest, Type::a}, addresses(true)}}};
  CHECK(found(resolver, input).lookup == Lookup::none);
  input.host = longest + ".a";
  CHECK(found(resolver, input).lookup == Lookup::unknown);
  input.host.clear();
  CHECK(found(resolver, input).lookup == Lookup::unknown);
}

TEST_CASE("the port is that of the name", "[dane][host]") {
  Resolver resolver = secure_host();
  HostInput input = input_of();
  input.port = 587;
  CHECK(found(resolver, input).lookup == Lookup::none);
  CHECK(resolver.times("_587._tcp." + kMx, Type::tlsa) == 1);
}

TEST_CASE("trouble of DNS leads to the same result, or to none", "[dane][host]") {
  const std::string end = "real.example.com";
  std::vector<Resolver> zones(4, secure_host());
  zones[1].answers[{kMx, Type::a}] = addresses(true, {end});
  zones[2].answers[{kTlsaOfMx, Type::tlsa}] = denial(true);
  zones[3].answers[{kMx, Type::a}] = addresses(false, {end});
  zones[3].answers[{kMx, Type::cname}] = data(true, {end});
  std::mt19937_64 random(15);
  for (std::uint64_t round = 0; round < cases_of(4000); ++round) {
    Resolver calm = zones[random() % zones.size()];
    Resolver troubled = calm;
    for (const Asked& question :
         {Asked{kMx, Type::a}, Asked{kMx, Type::aaaa}, Asked{kMx, Type::cname},
          Asked{kTlsaOfMx, Type::tlsa}, Asked{"_25._tcp." + end, Type::tlsa}}) {
      if (random() % 3 != 0) continue;
      constexpr LookupStatus kTroubles[] = {LookupStatus::servfail, LookupStatus::timeout,
                                            LookupStatus::refused, LookupStatus::malformed,
                                            LookupStatus::unreachable};
      const dns::Answer answer = trouble(kTroubles[random() % std::size(kTroubles)]);
      (random() % 2 == 0 ? troubled.first : troubled.answers)[question] = answer;
    }
    const HostReport wanted = found(calm, input_of(), random());
    const HostReport report = found(troubled, input_of(), random());
    const bool undecided = report.lookup == Lookup::unknown || report.lookup == Lookup::unavailable;
    CHECK((report.lookup == wanted.lookup || undecided));
    if (report.lookup == Lookup::records) CHECK(report.records == wanted.records);
  }
}

}  // namespace mxsweep::dane

// SPDX-License-Identifier: MIT
#include "mxsweep/results/domain_line.h"

#include <cstdint>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/parsed_record.h"
#include "support/sample_records.h"
#include "support/validator.h"

namespace mxsweep::results {
namespace {

std::string line_of(const DomainLine& domain) {
  std::string out;
  append_domain(domain, {}, out);
  return out;
}

ServerTotals totals_of(const std::vector<Record>& records) {
  ServerTotals totals;
  for (const Record& record : records) totals.count(domain_part_of(record));
  return totals;
}

Record offering(Offered offered) {
  Record record = samples::typical();
  record.starttls_offered = offered;
  return record;
}

// Two hosts, of which one is up.
DomainLine typical() {
  DomainLine domain;
  domain.target = "example.org";
  domain.line = 3;
  domain.meta = R"({"rack": "b7"})";
  domain.domain = "example.org";
  domain.port = 25;
  domain.authentic = true;
  const std::vector<Record> up = {samples::typical(), offering(Offered::no)};
  const std::vector<Record> down = {samples::failed(Phase::connect, Cause::net_timeout)};
  domain.hosts = {{"mx1.example.org", 10, totals_of(up)}, {"mx2.example.org", 20, totals_of(down)}};
  domain.totals = totals_of({up[0], up[1], down[0]});
  return domain;
}

DomainLine without_server() {
  DomainLine domain;
  domain.target = "b\xc3\xbc\x63her.example";
  domain.domain = "xn--bcher-kva.example";
  domain.unicode = domain.target;
  domain.findings.add(Finding::domain_is_alias);
  domain.totals.outcome = Outcome::failed;
  domain.totals.cause = Cause::dns_no_data;
  return domain;
}

}  // namespace

TEST_CASE("a domain's line has the totals of all hosts and of each host", "[results][domain]") {
  CHECK(line_of(typical()) ==
        R"({"v":1,"target":"example.org","line":3,"meta":{"rack": "b7"},"domain":"example.org",)"
        R"("port":25,"dns":{"authentic":true},"outcome":"ok","cause":"none","addresses":3,)"
        R"("answered":2,"starttls":"some","mx":[{"host":"mx1.example.org","preference":10,)"
        R"("outcome":"ok","cause":"none","addresses":2,"answered":2,"starttls":"some"},)"
        R"({"host":"mx2.example.org","preference":20,"outcome":"failed","cause":"net.timeout",)"
        R"("group":"connectivity","blame":"unknown",)"
        R"("addresses":1,"answered":0,"starttls":"unknown"}]})"
        "\n");
}

TEST_CASE("the line of a domain names its list, if there are several", "[results][domain]") {
  DomainLine domain = typical();
  domain.list = "b\xff";
  CHECK(line_of(domain).starts_with(
      R"({"v":1,"target":"example.org","latin1":true,"line":3,"list":"b\u00ff","meta":)"));
}

TEST_CASE("the line of a domain without a server has the reason", "[results][domain]") {
  CHECK(line_of(without_server()) ==
        "{\"v\":1,\"target\":\"b\xc3\xbc\x63her.example\",\"domain\":\"xn--bcher-kva.example\","
        "\"dns\":{\"unicode\":\"b\xc3\xbc\x63her.example\",\"findings\":[\"domain_is_alias\"]},"
        "\"outcome\":\"failed\",\"cause\":\"dns.no_data\",\"group\":\"configuration\","
        "\"blame\":\"target\",\"addresses\":0,\"answered\":0,"
        "\"starttls\":\"unknown\"}\n");
}

TEST_CASE("the best outcome counts for all, with the cause of the first record that has it",
          "[results][domain]") {
  const Record ok = samples::typical();
  const Record alias = samples::mx_is_alias();
  const Record busy = samples::too_busy();
  const Record blocked = samples::blocked();
  const Record timeout = samples::failed(Phase::connect, Cause::net_timeout);
  const Record stopped = samples::interrupted();
  const struct {
    std::vector<Record> records;
    Outcome outcome;
    Cause cause;
  } kRows[] = {
      {{timeout, ok, busy}, Outcome::ok, Cause::none},
      {{busy, alias, timeout}, Outcome::degraded, Cause::config_mx_cname},
      {{timeout, busy, blocked}, Outcome::refused, Cause::throttled_connections},
      {{blocked, busy}, Outcome::refused, Cause::blocked_scanner_ip},
      {{stopped, timeout}, Outcome::failed, Cause::net_timeout},
      {{stopped}, Outcome::local, Cause::local_interrupted},
  };
  for (const auto& row : kRows) {
    const ServerTotals totals = totals_of(row.records);
    CAPTURE(to_string(row.cause));
    CHECK(totals.outcome == row.outcome);
    CHECK(totals.cause == row.cause);
    CHECK(totals.records == row.records.size());
  }
}

TEST_CASE("a server that is up or declines us has answered; DNS and silence are no answer",
          "[results][domain]") {
  const struct {
    Record record;
    std::uint32_t addresses;
    std::uint32_t answered;
  } kRows[] = {
      {samples::typical(), 1, 1},
      {samples::shared(), 1, 1},
      {samples::mx_is_alias(), 1, 1},
      {samples::starttls_refused(), 1, 1},
      {samples::too_busy(), 1, 1},
      {samples::ehlo_refused(), 1, 1},
      {samples::failed(Phase::connect, Cause::net_refused), 1, 0},
      {samples::not_smtp(), 1, 0},
      {samples::interrupted(), 1, 0},
      {samples::private_mx(), 1, 0},
      {samples::null_mx(), 0, 0},
      {samples::without_server(Cause::dns_mx_no_address), 0, 0},
  };
  for (const auto& row : kRows) {
    CAPTURE(to_string(row.record.cause));
    const ServerTotals totals = totals_of({row.record});
    CHECK(totals.addresses == row.addresses);
    CHECK(totals.answered == row.answered);
  }
}

TEST_CASE("STARTTLS is offered by all, some or none of those for which it is known",
          "[results][domain]") {
  const Record yes = offering(Offered::yes);
  const Record no = offering(Offered::no);
  const Record silent = offering(Offered::not_known);
  Record not_known = yes;
  not_known.starttls_known = false;
  const struct {
    std::vector<Record> records;
    const char* word;
  } kRows[] = {
      {{}, "unknown"},
      {{silent, not_known}, "unknown"},
      {{no, silent, not_known}, "none"},
      {{yes, no}, "some"},
      {{no, yes, silent}, "some"},
      {{yes, yes, silent}, "all"},
      {{yes, not_known}, "all"},
  };
  for (const auto& row : kRows) {
    CHECK(to_string(totals_of(row.records).starttls()) == row.word);
  }
}

TEST_CASE("any octets in names still make a domain's line one line of JSON", "[results][domain]") {
  std::string all;
  for (int value = 0; value < 256; ++value) all += static_cast<char>(value);
  DomainLine domain = typical();
  domain.unicode = "b\xc3\xbc";
  domain.hosts[1].name = all;
  const Parsed line(line_of(domain));
  CHECK(line.keys()[2] == "latin1");
  CHECK(latin1_octets(line.text("/mx/1/host")) == all);
  CHECK(latin1_octets(line.text("/dns/unicode")) == domain.unicode);
  CHECK_FALSE(Parsed(line_of(without_server())).has("/latin1"));
}

TEST_CASE("an independent validator accepts every line of domains", "[results][schema]") {
  std::string lines = line_of(typical()) + line_of(without_server());
  DomainLine domain = typical();
  for (const Record& record : samples::sample_records()) {
    domain.totals = domain.hosts[0].totals = totals_of({record});
    append_domain(domain, {}, lines);
  }
  domain.hosts[0].name = "\xff";
  domain.totals = totals_of({offering(Offered::yes)});
  append_domain(domain, {}, lines);

  std::vector<std::string> wrong;
  for (const std::string more : {R"(,"more":1})", R"(,"mx":[]})", R"(,"mx":[{"host":"x"}]})",
                                 R"(,"dns":{}})", R"(,"port":0})"}) {
    wrong.push_back(line_of(without_server()));
    wrong.back().replace(wrong.back().rfind('}'), 1, more);
  }
  const std::vector<std::string> right = split_lines(lines);
  CHECK(right.size() == samples::sample_records().size() + 3);
  expect_judged(right, wrong, schema_of("domain_line"));
}

}  // namespace mxsweep::results

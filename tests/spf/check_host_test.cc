// SPDX-License-Identifier: MIT
#include "mxsweep/spf/check_host.h"

#include <string>

#include "spf/zone.h"
#include "support/catch.h"

namespace mxsweep::spf {
namespace {

HostVerdict checked(const Zone& zone, std::string_view address, std::string_view from,
                    const Limits& limits = {}) {
  CheckHost machine({.address = *parse_address(address),
                     .helo = "mail.example.org",
                     .mail_from = std::string(from)},
                    limits);
  settle(machine, zone);
  return machine.verdict();
}

Result result_at(const Zone& zone, std::string_view address) {
  return checked(zone, address, "a@example.org").result;
}

TEST_CASE("what decided is the innermost term, with the name of its record", "[spf][check_host]") {
  Zone zone;
  zone.txt("example.org", "v=spf1 include:a.example.org mx ~all");
  zone.txt("a.example.org", "v=spf1 ip4:192.0.2.0/24 -all");
  zone.mx("example.org", 10, "mx.example.org");
  zone.address("mx.example.org", "198.51.100.1");
  const HostVerdict inside = checked(zone, "192.0.2.1", "a@example.org");
  CHECK(inside.result == Result::pass);
  CHECK(inside.by == "ip4:192.0.2.0/24");
  CHECK(inside.at == "a.example.org");
  CHECK(inside.lookups == 1);
  const HostVerdict host = checked(zone, "198.51.100.1", "a@example.org");
  CHECK(host.by == "mx");
  CHECK(host.at == "example.org");
  CHECK(host.lookups == 2);
  const HostVerdict other = checked(zone, "198.51.100.2", "a@example.org");
  CHECK(other.result == Result::softfail);
  CHECK(other.by == "~all");
}

TEST_CASE("the null sender is the postmaster of the EHLO name", "[spf][check_host]") {
  Zone zone;
  zone.txt("mail.example.org", "v=spf1 exists:%{l}.%{o} -all");
  zone.address("postmaster.mail.example.org", "127.0.0.2");
  CHECK(checked(zone, "192.0.2.1", "").result == Result::pass);
  CHECK(checked(zone, "192.0.2.1", "@mail.example.org").result == Result::pass);
}

TEST_CASE("a name without a policy is asked for only if it can be", "[spf][check_host]") {
  const Zone zone;
  for (const std::string_view from :
       {"a@localhost", "a@[192.0.2.1]", "a@x..org", "a@", "a@x y.org"}) {
    CheckHost machine({.address = *parse_address("192.0.2.1"), .mail_from = std::string(from)});
    CHECK(machine.done());
    CHECK(machine.verdict().result == Result::none);
  }
  CHECK(checked(zone, "192.0.2.1", "a@example.org").result == Result::none);
}

TEST_CASE("a failed lookup is a temporary error, wherever it is needed", "[spf][check_host]") {
  for (const auto status : {dns::LookupStatus::timeout, dns::LookupStatus::servfail,
                            dns::LookupStatus::refused, dns::LookupStatus::malformed,
                            dns::LookupStatus::unreachable, dns::LookupStatus::alias_loop}) {
    Zone zone;
    zone.fails("example.org", dns::Type::txt, status);
    CHECK(result_at(zone, "192.0.2.1") == Result::temperror);
    zone = {};
    zone.txt("example.org", "v=spf1 ip4:192.0.2.1 a:x.example.org -all");
    zone.fails("x.example.org", dns::Type::a, status);
    CHECK(result_at(zone, "192.0.2.1") == Result::pass);
    CHECK(result_at(zone, "192.0.2.2") == Result::temperror);
    CHECK(result_at(zone, "2001:db8::1") == Result::fail);  // Its AAAA does not exist.
  }
}

// Section 5.5: the sender's domain is not at fault for the names of an address.
TEST_CASE("a failed lookup of the client's names is no match", "[spf][check_host]") {
  Zone zone;
  zone.txt("example.org", "v=spf1 ptr -all");
  zone.fails("1.2.0.192.in-addr.arpa", dns::Type::ptr, dns::LookupStatus::timeout);
  zone.ptr("2.2.0.192.in-addr.arpa", "a.example.org");
  zone.ptr("2.2.0.192.in-addr.arpa", "b.example.org");
  zone.fails("a.example.org", dns::Type::a, dns::LookupStatus::servfail);
  zone.address("b.example.org", "192.0.2.2");
  CHECK(result_at(zone, "192.0.2.1") == Result::fail);
  CHECK(result_at(zone, "192.0.2.2") == Result::pass);
}

TEST_CASE("the limits can be set", "[spf][check_host]") {
  Zone zone;
  zone.txt("example.org", "v=spf1 a:b.example.org a:c.example.org a:d.example.org -all");
  CHECK(result_at(zone, "192.0.2.1") == Result::permerror);
  CHECK(checked(zone, "192.0.2.1", "a@example.org", {.voids_max = 3}).result == Result::fail);
  zone.address("b.example.org", "192.0.2.2");
  CHECK(result_at(zone, "192.0.2.1") == Result::fail);
  CHECK(checked(zone, "192.0.2.1", "a@example.org", {.lookups_max = 2}).result ==
        Result::permerror);
}

TEST_CASE("the macro p prefers the domain, then a name below it", "[spf][check_host]") {
  Zone zone;
  zone.txt("example.org", "v=spf1 exists:%{p}.is.test -all");
  for (const std::string_view name : {"x.test", "a.example.org", "example.org"}) {
    zone.ptr("1.2.0.192.in-addr.arpa", name);
    zone.address(name, "192.0.2.1");
  }
  zone.ptr("2.2.0.192.in-addr.arpa", "x.test");
  zone.ptr("2.2.0.192.in-addr.arpa", "a.example.org");
  zone.address("x.test", "192.0.2.2");
  zone.address("a.example.org", "192.0.2.2");
  zone.address("example.org.is.test", "127.0.0.2");
  CHECK(result_at(zone, "192.0.2.1") == Result::pass);
  CHECK(result_at(zone, "192.0.2.2") == Result::fail);
  zone.address("a.example.org.is.test", "127.0.0.2");
  CHECK(result_at(zone, "192.0.2.2") == Result::pass);
  CHECK(result_at(zone, "192.0.2.3") == Result::fail);
  zone.address("unknown.is.test", "127.0.0.2");
  CHECK(result_at(zone, "192.0.2.3") == Result::pass);
}

TEST_CASE("an explanation is fetched for a fail only, and may have any fault",
          "[spf][check_host]") {
  Zone zone;
  zone.txt("example.org", "v=spf1 ip4:192.0.2.1 ?ip4:192.0.2.2 -all exp=why.example.org");
  zone.txt("why.example.org", "%{c} may not send for %{d}.");
  CHECK(checked(zone, "192.0.2.3", "a@example.org").explanation ==
        "192.0.2.3 may not send for example.org.");
  CHECK(checked(zone, "192.0.2.2", "a@example.org").explanation.empty());
  zone.txt("why.example.org", "another");
  CHECK(checked(zone, "192.0.2.3", "a@example.org").explanation.empty());
  CHECK(checked(zone, "192.0.2.3", "a@example.org").result == Result::fail);
}

// Ten terms with ten hosts each are within the limits, and so within ours.
TEST_CASE("the largest evaluation that the limits allow is complete", "[spf][check_host]") {
  Zone zone;
  std::string record = "v=spf1";
  for (int term = 0; term < 10; ++term) {
    const std::string domain = "d" + std::to_string(term) + ".org";
    record += " mx:" + domain;
    for (int host = 0; host < 10; ++host) {
      const std::string name = "h" + std::to_string(host) + "." + domain;
      zone.mx(domain, 10, name);
      zone.address(name, "198.51.100." + std::to_string(term * 10 + host));
    }
  }
  zone.txt("example.org", record + " -all");
  CHECK(result_at(zone, "198.51.100.99") == Result::pass);
  CHECK(result_at(zone, "198.51.100.100") == Result::fail);
}

}  // namespace
}  // namespace mxsweep::spf

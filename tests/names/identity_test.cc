// SPDX-License-Identifier: MIT
#include "mxsweep/names/identity.h"

#include <map>
#include <string>
#include <utility>

#include "mxsweep/dns/name.h"
#include "support/catch.h"

namespace mxsweep::names {
namespace {

using dns::LookupStatus;
using dns::Type;

Address at(std::string_view text) { return *parse_address(text); }

std::vector<Address> all_at(std::initializer_list<std::string_view> texts) {
  std::vector<Address> addresses;
  for (const std::string_view text : texts) addresses.push_back(at(text));
  return addresses;
}

// The answers of a resolver; a question that is missing is NXDOMAIN.
struct Zone {
  std::map<std::pair<std::string, Type>, dns::Answer> answers;

  Zone& host(const std::string& name, std::initializer_list<std::string_view> texts) {
    for (const Type type : {Type::a, Type::aaaa}) {
      dns::Answer answer{.status = LookupStatus::no_data};
      for (const Address& address : all_at(texts)) {
        if ((address.family == Family::ipv4) != (type == Type::a)) continue;
        answer.status = LookupStatus::found;
        answer.addresses.push_back(address);
      }
      answers[{name, type}] = answer;
    }
    return *this;
  }
  Zone& names(std::string_view address, std::vector<std::string> names) {
    answers[{dns::reverse_name(at(address)), Type::ptr}] =
        dns::Answer{.status = LookupStatus::found, .data = std::move(names)};
    return *this;
  }
  Zone& fails(const std::string& name, Type type, LookupStatus status) {
    answers[{name, type}] = dns::Answer{.status = status};
    return *this;
  }

  [[nodiscard]] IdentityVerdict check(std::string_view helo, std::vector<Address> ours,
                                      bool all = false) const {
    Identity identity(helo, std::move(ours), all);
    std::vector<dns::Question> open;
    for (dns::Question question; !identity.done();) {
      while (identity.take_question(question)) open.push_back(question);
      REQUIRE_FALSE(open.empty());
      // Answers need not come in the order of the questions.
      const dns::Question last = open.back();
      open.pop_back();
      const auto found = answers.find({last.name, last.type});
      identity.on_answer(last.number, found != answers.end()
                                          ? found->second
                                          : dns::Answer{.status = LookupStatus::nxdomain});
    }
    return identity.verdict();
  }
};

constexpr std::string_view kHelo = "scanner.example.net";

void expect_fault(const IdentityVerdict& verdict, std::string_view words) {
  CHECK(verdict.status.kind() == Status::Kind::unusable);
  INFO(verdict.status.sentence());
  CHECK(verdict.status.sentence().find(words) != std::string::npos);
  CHECK(verdict.status.sentence().find("--allow-no-fcrdns") != std::string::npos);
}

}  // namespace

TEST_CASE("a name with our address, which has that name, is ours", "[names][identity]") {
  Zone zone;
  zone.host("scanner.example.net", {"192.0.2.1", "2001:db8::1"})
      .names("192.0.2.1", {"other.example.net", "scanner.example.net"});
  const IdentityVerdict verdict = zone.check(kHelo, all_at({"127.0.0.1", "192.0.2.1"}));
  CHECK(verdict.status.ok());
  CHECK(verdict.confirmed == all_at({"192.0.2.1"}));
  CHECK(zone.check("Scanner.Example.NET.", all_at({"192.0.2.1"})).status.ok());
}

TEST_CASE("a name is ours over IPv6 alone, too", "[names][identity]") {
  Zone zone;
  zone.host("scanner.example.net", {"2001:db8::1"}).names("2001:db8::1", {"scanner.example.net"});
  CHECK(zone.check(kHelo, all_at({"192.0.2.1", "2001:db8::1"})).status.ok());
}

TEST_CASE("an address of other machines that share the name does not matter", "[names][identity]") {
  Zone zone;
  zone.host("scanner.example.net", {"192.0.2.1", "192.0.2.2"})
      .names("192.0.2.1", {"scanner.example.net"})
      .fails(dns::reverse_name(at("192.0.2.2")), Type::ptr, LookupStatus::servfail);
  CHECK(zone.check(kHelo, all_at({"192.0.2.1"})).status.ok());
}

TEST_CASE("a name without an address is not ours", "[names][identity]") {
  expect_fault(Zone().check(kHelo, all_at({"192.0.2.1"})), "has no address");
}

TEST_CASE("an address of ours with another name, or none, is a fault", "[names][identity]") {
  Zone zone;
  zone.host("scanner.example.net", {"192.0.2.1"}).names("192.0.2.1", {"pool-1.provider.example"});
  expect_fault(zone.check(kHelo, all_at({"192.0.2.1"})), "PTR records of 192.0.2.1");
  Zone nameless;
  nameless.host("scanner.example.net", {"192.0.2.1"});
  expect_fault(nameless.check(kHelo, all_at({"192.0.2.1"})), "PTR records of 192.0.2.1");
}

TEST_CASE("behind NAT the name may be right, and only the user can know", "[names][identity]") {
  Zone zone;
  zone.host("scanner.example.net", {"198.51.100.7"});
  const std::vector<Address> ours = all_at({"127.0.0.1", "10.0.0.5"});
  const IdentityVerdict strange = zone.check(kHelo, ours);
  expect_fault(strange, "198.51.100.7, which is not an address of this machine");
  CHECK(strange.status.sentence().find("NAT") == std::string::npos);
  zone.names("198.51.100.7", {"scanner.example.net"});
  const IdentityVerdict behind = zone.check(kHelo, ours);
  expect_fault(behind, "as behind NAT");
  CHECK(behind.confirmed.empty());
}

TEST_CASE("every source address that the user names must have the name", "[names][identity]") {
  Zone zone;
  zone.host("scanner.example.net", {"192.0.2.1", "192.0.2.2"})
      .names("192.0.2.1", {"scanner.example.net"})
      .names("192.0.2.2", {"scanner.example.net"});
  const std::vector<Address> two = all_at({"192.0.2.1", "192.0.2.2"});
  CHECK(zone.check(kHelo, two, true).status.ok());
  expect_fault(zone.check(kHelo, all_at({"192.0.2.1", "192.0.2.3"}), true), "not 192.0.2.3");
  zone.names("192.0.2.2", {"other.example.net"});
  expect_fault(zone.check(kHelo, two, true), "PTR records of 192.0.2.2");
}

TEST_CASE("a resolver that does not answer proves nothing about a name", "[names][identity]") {
  Zone zone;
  zone.fails("scanner.example.net", Type::a, LookupStatus::timeout);
  expect_fault(zone.check(kHelo, all_at({"192.0.2.1"})), "could not be checked");
  // The other family is enough.
  zone.answers[{"scanner.example.net", Type::aaaa}] =
      dns::Answer{.status = LookupStatus::found, .addresses = all_at({"2001:db8::1"})};
  zone.names("2001:db8::1", {"scanner.example.net"});
  CHECK(zone.check(kHelo, all_at({"2001:db8::1"})).status.ok());
}

TEST_CASE("a machine without addresses has no identity", "[names][identity]") {
  Zone zone;
  zone.host("scanner.example.net", {"192.0.2.1"});
  CHECK_FALSE(zone.check(kHelo, {}).status.ok());
  CHECK_FALSE(zone.check(kHelo, {}, true).status.ok());
}

TEST_CASE("servers of others are not sent an address, or a name that every machine has",
          "[names][identity]") {
  CHECK(check_public_name("scanner.example.net").ok());
  CHECK(check_public_name("[192.0.2.1]", /*literal_allowed=*/true).ok());
  CHECK_FALSE(check_public_name("localhost.localdomain", /*literal_allowed=*/true).ok());
  for (const char* const name : {"[192.0.2.1]", "mail.localhost", "localhost.localdomain"}) {
    CHECK(check_public_name(name).kind() == Status::Kind::unusable);
  }
}

}  // namespace mxsweep::names

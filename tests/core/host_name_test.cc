// SPDX-License-Identifier: MIT
#include "mxsweep/core/host_name.h"

#include <string>

#include "support/catch.h"

namespace mxsweep {
namespace {

HostNameFaults only(HostNameFault fault) {
  HostNameFaults faults;
  faults.add(fault);
  return faults;
}

HostNameFaults faults_of(std::string_view name, const HostNameRule& rule = {}) {
  return scan_host_name(name, rule).faults;
}

TEST_CASE("a host name is labels of letters, digits and hyphens", "[core][host_name]") {
  for (const std::string_view name : {"mx.example", "MX1.Example", "a-b.c", "3com.example", "x"}) {
    CHECK(faults_of(name).empty());
  }
  CHECK(scan_host_name("a.b.c", {}).labels == 3);
  CHECK(faults_of("") == only(HostNameFault::empty));
  for (const std::string_view name : {".", "..", ".a", "a..b", "a."}) {
    CHECK(faults_of(name) == only(HostNameFault::empty_label));
  }
  for (const std::string_view name : {"a b.c", "a_b.c", "a\xc3\xbc.c", "[192.0.2.1]", "a\tb"}) {
    CHECK(faults_of(name) == only(HostNameFault::character));
  }
  for (const std::string_view name : {"-a.b", "a-.b", "a.b-"}) {
    CHECK(faults_of(name) == only(HostNameFault::hyphen_outside));
  }
}

TEST_CASE("a label has 63 octets at most, and a name 253", "[core][host_name]") {
  const std::string label(63, 'a');
  CHECK(faults_of(label).empty());
  CHECK(faults_of(label + "a.b") == only(HostNameFault::label_too_long));
  const std::string longest = label + '.' + label + '.' + label + '.' + std::string(61, 'a');
  CHECK(faults_of(longest).empty());
  CHECK(faults_of(longest + 'a') == only(HostNameFault::name_too_long));
  CHECK(faults_of(longest + 'a', {.octets_max = 254}).empty());
}

TEST_CASE("each allowance of a rule allows one thing", "[core][host_name]") {
  CHECK(faults_of("_a.b", {.underscore = true}).empty());
  CHECK(faults_of("a.b.", {.dot_at_end = true}).empty());
  CHECK(faults_of("a.b..", {.dot_at_end = true}) == only(HostNameFault::empty_label));
  CHECK(faults_of(".", {.dot_at_end = true}) == only(HostNameFault::empty));
  CHECK(faults_of("-a.b-", {.hyphen_outside = true}).empty());
  std::string umlauts;
  for (int i = 0; i < 63; ++i) umlauts += "\xc3\xbc";
  CHECK(faults_of(umlauts, {.beyond_ascii = true}).empty());
  CHECK(faults_of(umlauts + 'a', {.beyond_ascii = true}) == only(HostNameFault::label_too_long));
  for (const std::string_view name : {"999.1.1.1", "192.0.2.8-9", "25"}) {
    CHECK(faults_of(name) == only(HostNameFault::digits_at_end));
    CHECK(faults_of(name, {.digits_at_end = true}).empty());
  }
}

TEST_CASE("all faults of the first faulty label are found", "[core][host_name]") {
  HostNameFaults both = only(HostNameFault::hyphen_outside);
  both.add(HostNameFault::character);
  CHECK(faults_of("good.-b d.also bad") == both);
}

}  // namespace
}  // namespace mxsweep

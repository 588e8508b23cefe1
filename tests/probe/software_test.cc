// SPDX-License-Identifier: MIT
#include "mxsweep/probe/software.h"

#include <memory>

#include "mxsweep/software/software.h"
#include "support/catch.h"

namespace mxsweep::probe {
namespace {

Plan plan_with_table() {
  Plan plan("scanner.example.net");
  plan.software = std::make_shared<const software::Table>();
  return plan;
}

}  // namespace

TEST_CASE("software is known by the greeting, the reply to EHLO and the refusal",
          "[probe][software]") {
  const Plan plan = plan_with_table();
  results::Record record;
  CHECK_FALSE(software_of(plan, record));
  record.reply = {421, "421 4.3.2 All screening ports are busy\r\n"};
  CHECK(software_of(plan, record)->product == "Postfix postscreen");
  record.replies[Phase::ehlo] = {250, "250 mx.example.org you had me at EHLO\r\n"};
  CHECK(software_of(plan, record)->product == "Stalwart");
  record.replies[Phase::greeting] = {220, "220 mx.example.org ESMTP Exim 4.97\r\n"};
  CHECK(software_of(plan, record)->product == "Exim");
}

TEST_CASE("only a reply to EHLO that lists extensions shows them", "[probe][software]") {
  const Plan plan = plan_with_table();
  results::Record record;
  record.replies[Phase::ehlo] = {550, "550 mx.example.org you had me at EHLO\r\n"};
  CHECK_FALSE(software_of(plan, record));
}

TEST_CASE("octets that are no reply show no software", "[probe][software]") {
  results::Record record;
  record.reply = {0, "All screening ports are busy 4.3.2 All screening ports are busy\r\n"};
  CHECK_FALSE(software_of(plan_with_table(), record));
}

TEST_CASE("without a table no software is looked for", "[probe][software]") {
  results::Record record;
  record.replies[Phase::greeting] = {220, "220 mx.example.org ESMTP Exim 4.97\r\n"};
  CHECK_FALSE(software_of(Plan("scanner.example.net"), record));
}

}  // namespace mxsweep::probe

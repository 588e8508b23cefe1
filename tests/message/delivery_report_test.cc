// SPDX-License-Identifier: MIT
#include "mxsweep/message/delivery_report.h"

#include <string>

#include "support/catch.h"

namespace mxsweep::message {
namespace {

std::string report_with(const std::string& recipients) {
  return "Return-Path: <>\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n"
         "\tboundary=\"b\"\r\nAuto-Submitted: auto-replied\r\n\r\n--b\r\n\r\nI am sorry.\r\n--b\r\n"
         "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n" +
         recipients + "\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nX-Mxsweep-Token: t\r\n";
}

TEST_CASE("a report says that a message has failed, and why", "[message]") {
  CHECK(read_delivery_report(report_with("Final-Recipient: rfc822; a@b.test\r\nAction: failed\r\n"
                                         "Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n"
                                         " no such user\r\n")) ==
        DeliveryReport{true, "5.1.1", "smtp; 550 5.1.1 no such user"});
}

TEST_CASE("a recipient that has failed comes before one that is delayed", "[message]") {
  const std::string delayed = "Action: delayed\r\nStatus: 4.4.1\r\n";
  CHECK(read_delivery_report(report_with(delayed)) == DeliveryReport{false, "4.4.1", ""});
  CHECK(read_delivery_report(report_with(delayed + "\r\nACTION: Failed (x)\r\n")) ==
        DeliveryReport{true, "", ""});
}

TEST_CASE("what tells of a success, or of nothing, is no report", "[message]") {
  CHECK_FALSE(read_delivery_report(report_with("Action: delivered\r\n")));
  CHECK_FALSE(read_delivery_report("Return-Path: <>\r\n\r\nI am on holiday.\r\n"));
  CHECK_FALSE(read_delivery_report("Action: failed\r\nReturn-Path: <>\r\n\r\n"));
  CHECK_FALSE(read_delivery_report(""));
}

TEST_CASE("a reply that quotes a report is none", "[message]") {
  CHECK_FALSE(read_delivery_report("From: a@b.test\r\n\r\nAction: failed\r\n\r\nStatus: 5\r\n"));
}

TEST_CASE("what may be a report is known by its header", "[message]") {
  CHECK(may_be_report(read_headers("Content-Type: Multipart/Report; x=y\r\n")));
  CHECK(may_be_report(read_headers("Return-Path: <>\r\n")));
  CHECK(may_be_report(read_headers("Auto-Submitted: auto-generated\r\n")));
  CHECK_FALSE(may_be_report(read_headers("Return-Path: <a@b.test>\r\nAuto-Submitted: no\r\n")));
}

}  // namespace
}  // namespace mxsweep::message

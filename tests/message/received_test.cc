// SPDX-License-Identifier: MIT
#include "mxsweep/message/received.h"

#include <string>

#include "mxsweep/message/authentication.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::message {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

// As Postfix, Exim and Exchange stamp, with fields of a border server and of another domain.
constexpr std::string_view kBlock =
    "Received: from mx1.example.org (mx1.example.org [192.0.2.10])\r\n"
    "\tby imap.example.org (Dovecot) with LMTP id 4Xabc\r\n"
    "\tfor <probe@example.org>; Fri, 27 Nov 2026 09:40:07 +0000\r\n"
    "Authentication-Results: mx1.example.org;\r\n"
    "\tdkim=pass (2048-bit key; unprotected) header.d=example.net\r\n"
    "\t header.i=@example.net header.b=\"Qk3=/x\";\r\n"
    "\tspf=Pass smtp.mailfrom=probe@example.net; dmarc = fail (p=none) reason=\"a = b; c\"\r\n"
    "Authentication-Results: mx1.example.org; dkim=fail\r\n"
    "Authentication-Results: forged.example; dkim=pass header.d=bank.example\r\n"
    "Received: from mail.example.net (mail.example.net [192.0.2.20])\r\n"
    "        (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n"
    "        by mx1.example.org (Postfix) with ESMTPS id 4Xabb; Fri, 27 Nov 2026 10:40:09 +0100\r\n"
    "Received: from [192.0.2.30] by mail.example.net with ESMTPSA id x;\r\n"
    " 27 Nov 2026 09:40:05 GMT\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; d=Example.NET; s=s1; h=from:to;\r\n"
    "\tb=abc=\r\n"
    "dkim-signature: v=1; d=example.net; s=S1; b=x\r\n"
    "DKIM-Signature: v=1; d=example.com; b=x\r\n"
    "Subject: a\r\n"
    "\r\n"
    "Received: from nobody by nobody; 27 Nov 2026 09:40:05 GMT\r\n";

std::string results_of(std::string_view value, std::string_view id = "mx.example") {
  Headers headers;
  headers.fields.push_back({"Authentication-Results", std::string(value)});
  const auto results = authentication_results(headers, id);
  if (!results) return "-";
  std::string text;
  for (const MethodResult& each : *results) {
    text += each.method + "=" + each.result;
    for (const auto& [name, property] : each.properties) text += " " + name + "=" + property;
    text += ";";
  }
  return text;
}

}  // namespace

TEST_CASE("hops are told in the order of travel, with their delays", "[message][received]") {
  const Headers headers = read_headers(kBlock);
  CHECK_FALSE(headers.cut);
  CHECK_FALSE(headers.malformed);
  const std::vector<Hop> hops = hops_of(headers, sys_seconds{seconds{1'795'772'404}});
  REQUIRE(hops.size() == 3);
  CHECK(hops[0].from == "[192.0.2.30]");
  CHECK(hops[0].by == "mail.example.net");
  CHECK(hops[0].with == "ESMTPSA");
  CHECK(hops[0].tls);
  CHECK(hops[0].delay == seconds{1});
  CHECK(hops[1].by == "mx1.example.org");
  CHECK(hops[1].tls);
  CHECK(hops[1].delay == seconds{4});
  CHECK(hops[2].with == "LMTP");
  CHECK_FALSE(hops[2].tls);
  CHECK(hops[2].delay == seconds{-2});
  CHECK(has_clock_skew(hops));
  CHECK_FALSE(hops_of(headers, std::nullopt)[0].delay);
}

TEST_CASE("a second less may be rounding", "[message][received]") {
  CHECK_FALSE(has_clock_skew({{.delay = seconds{-1}}, {.delay = seconds{3600}}, {}}));
  CHECK(has_clock_skew({{.delay = seconds{-2}}}));
}

TEST_CASE("a hop without a date is skipped in delays", "[message][received]") {
  Headers headers;
  for (const std::string_view date :
       {"27 Nov 2026 09:40:09 GMT", "no date", "27 Nov 2026 09:40:05 GMT"}) {
    headers.fields.push_back({"received", "by a; " + std::string(date)});
  }
  const std::vector<Hop> hops = hops_of(headers, std::nullopt);
  REQUIRE(hops.size() == 3);
  CHECK_FALSE(hops[1].delay);
  CHECK(hops[2].delay == seconds{4});
  headers.fields.assign(kHopsMax + 1, {"Received", "by a"});
  CHECK(hops_of(headers, std::nullopt).size() == kHopsMax);
}

TEST_CASE("TLS of a hop is told by its protocol or its comment", "[message][received]") {
  for (const std::string_view with :
       {"ESMTPS", "esmtps", "ESMTPSA", "LMTPS", "UTF8SMTPSA", "HTTPS",
        "Microsoft SMTP Server (version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384) id 15.20"}) {
    INFO(with);
    CHECK(read_received("from a by b with " + std::string(with) + "; x").tls);
  }
  for (const std::string_view with :
       {"ESMTP", "ESMTPA", "SMTP", "LMTP", "tps", "", "A", "ESMTP (no TLS)"}) {
    INFO(with);
    CHECK_FALSE(read_received("from a by b with " + std::string(with) + "; x").tls);
  }
}

TEST_CASE("comments hide what is in them", "[message][received]") {
  const Hop hop = read_received(
      "(by x (by y) \\) by z) from \"by q\" (with SMTP) by b; Fri (;), 27 Nov 2026 09:40:05 GMT");
  CHECK(hop.from == "\"by q\"");
  CHECK(hop.by == "b");
  CHECK(hop.with.empty());
  CHECK(hop.at == sys_seconds{seconds{1'795'772'405}});
  CHECK(read_received("by b (by c; 27 Nov 2026 09:40:05 GMT").at == std::nullopt);
}

TEST_CASE("a header block is read wherever it is cut", "[message][headers]") {
  for (std::size_t cut = 0; cut <= kBlock.size(); ++cut) {
    const GuardedBytes guarded(kBlock.substr(0, cut));
    const Headers headers = read_headers(guarded.view());
    CHECK(headers.fields.size() <= 10);
    CHECK(hops_of(headers, std::nullopt).size() <= 3);
    CHECK(dkim_signers(headers).size() <= 2);  // A selector may be cut.
    static_cast<void>(authentication_results(headers, "mx1.example.org"));
  }
}

TEST_CASE("fields are unfolded", "[message][headers]") {
  const Headers headers = read_headers("Subject :  a\r\n b\n\tc \r\nX:\r\n\r\nY: body\r\n");
  REQUIRE(headers.fields.size() == 2);
  CHECK(headers.fields[0].name == "Subject");
  CHECK(headers.fields[0].value == "a b\tc");
  CHECK(headers.fields[1].value.empty());
  CHECK(headers.find("SUBJECT") == &headers.fields[0]);
  CHECK(headers.find("Y") == nullptr);
}

TEST_CASE("lines that are no field are skipped with what continues them", "[message][headers]") {
  const Headers headers =
      read_headers("From anna\r\n x: y\r\nA: 1\r\n: 2\r\n b\r\nn\xc3\xa4me: 3\r\nB: 4\r\n");
  CHECK(headers.malformed);
  REQUIRE(headers.fields.size() == 2);
  CHECK(headers.fields[0].value == "1");
  CHECK(headers.fields[1].name == "B");
  CHECK(read_headers(" a: b\r\n").malformed);
}

TEST_CASE("header blocks have limits", "[message][headers]") {
  std::string many;
  for (std::size_t i = 0; i <= kFieldsMax; ++i) many += "A: b\r\n";
  CHECK(read_headers(many).fields.size() == kFieldsMax);
  CHECK(read_headers(many).cut);
  const Headers long_field =
      read_headers("A: " + std::string(kFieldOctetsMax, 'x') + "\r\nB: c\r\n");
  CHECK(long_field.cut);
  CHECK(long_field.find("A")->value.size() <= kFieldOctetsMax);
  CHECK(long_field.find("B")->value == "c");
  std::string large;
  while (large.size() < kHeaderOctetsMax) large += "A: " + std::string(8000, 'x') + "\r\n";
  CHECK(read_headers(large + "B: c\r\n").cut);
  CHECK(read_headers(large + "B: c\r\n").find("B") == nullptr);
  CHECK_FALSE(read_headers("A: b\r\n\r\n" + large).cut);
}

TEST_CASE("only the topmost results of the trusted server are read", "[message][authentication]") {
  const auto results = authentication_results(read_headers(kBlock), "MX1.example.org");
  REQUIRE(results);
  REQUIRE(results->size() == 3);
  CHECK((*results)[0].method == "dkim");
  CHECK((*results)[0].result == "pass");
  REQUIRE((*results)[0].properties.size() == 3);
  CHECK((*results)[0].properties[2].second == "Qk3=/x");
  CHECK((*results)[1].result == "pass");
  CHECK((*results)[2].method == "dmarc");
  CHECK((*results)[2].properties[0].second == "a = b; c");
  CHECK_FALSE(authentication_results(read_headers(kBlock), "imap.example.org"));
}

TEST_CASE("results are read in the forms of RFC 8601", "[message][authentication]") {
  CHECK(results_of("mx.example 1; none").empty());
  CHECK(results_of("mx.example").empty());
  CHECK(results_of("\"mx.example\" (c) ; dkim/1=pass") == "dkim=pass;");
  CHECK(results_of("mx.example; spf = pass smtp . x=y") == "spf=pass x=y;");
  CHECK(results_of("mx.example 2; dkim=pass") == "-");
  CHECK(results_of("mx.example 1 1; dkim=pass") == "-");
  CHECK(results_of("mx.example.evil; dkim=pass") == "-");
  CHECK(results_of("; dkim=pass") == "-");
  CHECK(results_of("mx.example; =pass; dkim=; dkim; x=y") == "x=y;");
}

TEST_CASE("a domain that has signed is told once", "[message][authentication]") {
  const std::vector<DkimSigner> signers = dkim_signers(read_headers(kBlock));
  REQUIRE(signers.size() == 1);
  CHECK(signers[0] == DkimSigner{"example.net", "s1"});
}

}  // namespace mxsweep::message

// SPDX-License-Identifier: MIT
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/tls/facts.h"
#include "mxsweep/tls/issue.h"
#include "support/catch.h"
#include "tls/certificate.h"
#include "tls/certificates.h"

namespace mxsweep::tls {
namespace {

using namespace std::string_view_literals;
using samples::day;
using samples::kNow;

Chain chain_for(std::vector<std::string> dns_names,
                const std::vector<std::string>& addresses = {}) {
  Certificate leaf;
  leaf.names = std::move(dns_names);
  leaf.dns_names = leaf.names.size();
  leaf.names.insert(leaf.names.end(), addresses.begin(), addresses.end());
  leaf.key = "EC P-256";
  leaf.not_after = day(2026, 12, 30);
  Chain chain;
  chain.certificates.push_back(std::move(leaf));
  return chain;
}

// Checks that the result is the same with and without sorted names.
bool matches_both(Chain& chain, std::string_view name) {
  chain.certificates.front().sorted.clear();
  const bool unsorted = matches_name(chain, name);
  sort_names(chain.certificates.front());
  CHECK(matches_name(chain, name) == unsorted);
  return unsorted;
}

bool matches(std::string_view pattern, std::string_view name) {
  Chain chain = chain_for({std::string(pattern)});
  return matches_both(chain, name);
}

TEST_CASE("a name matches in any case and with a trailing dot", "[tls][name]") {
  CHECK(matches("mx1.example.net", "mx1.example.net"));
  CHECK(matches("MX1.Example.NET", "mx1.eXample.net"));
  CHECK(matches("mx1.example.net", "mx1.example.net."));
  CHECK(matches("localhost", "localhost"));
  CHECK_FALSE(matches("mx1.example.net", "mx2.example.net"));
  CHECK_FALSE(matches("example.net", "mx1.example.net"));
  CHECK_FALSE(matches("mx1.example.net", "example.net"));
  CHECK_FALSE(matches("mx1.example.net", "mx1.example.net.."));
  CHECK_FALSE(matches("mx1.example.net", "mx1.example.nett"));
}

TEST_CASE("every name of the leaf counts, but none of another certificate", "[tls][name]") {
  Chain chain = chain_for({"a.example", "b.example", "*.c.example"});
  chain.certificates.push_back(chain_for({"issuer.example"}).certificates.front());
  CHECK(matches_name(chain, "a.example"));
  CHECK(matches_name(chain, "b.example"));
  CHECK(matches_name(chain, "x.c.example"));
  CHECK_FALSE(matches_name(chain, "issuer.example"));
}

TEST_CASE("sorted names match as unsorted ones do", "[tls][name]") {
  const std::vector<std::string> some = {
      "a.b.c",     "*.b.c",      "B.C", "*.c",  "*.*.c",   "*",     "*.",           ".",
      "",          ".b.c",       "a",   "a..c", "*.a.B.c", "A.b.C", "\xc3\xa4.b.c", "a.b.c\xff",
      "192.0.2.1", "2001:db8::5"};
  Chain chain = chain_for(some, {"192.0.2.7", "192.0.2.1", "2001:db8::5"});
  for (const std::string& name : some) {
    INFO(name);
    matches_both(chain, name);
    matches_both(chain, name + ".");
    matches_both(chain, "x." + name);
    Chain alone = chain_for({name});
    for (const std::string& other : some) matches_both(alone, other);
  }
  CHECK(matches_both(chain, "192.0.2.7"));
  CHECK_FALSE(matches_both(chain, "192.0.2.8"));
}

TEST_CASE("a wildcard matches one whole leftmost label", "[tls][name]") {
  CHECK(matches("*.example.net", "mx1.example.net"));
  CHECK(matches("*.EXAMPLE.net", "MX1.example.NET"));
  CHECK(matches("*.example.net", "xn--bcher-kva.example.net"));
  CHECK_FALSE(matches("*.example.net", "example.net"));
  CHECK_FALSE(matches("*.example.net", ".example.net"));
  CHECK_FALSE(matches("*.example.net", "a.mx1.example.net"));
  CHECK_FALSE(matches("mx*.example.net", "mx1.example.net"));
  CHECK_FALSE(matches("*1.example.net", "mx1.example.net"));
  CHECK_FALSE(matches("m*1.example.net", "mx1.example.net"));
  CHECK_FALSE(matches("mx1.*.net", "mx1.example.net"));
  CHECK_FALSE(matches("**.example.net", "mx1.example.net"));
  CHECK_FALSE(matches("*.*.net", "mx1.example.net"));
}

TEST_CASE("a wildcard needs a domain of two labels after it", "[tls][name]") {
  CHECK_FALSE(matches("*.net", "example.net"));
  CHECK_FALSE(matches("*", "localhost"));
  CHECK_FALSE(matches("*.", "localhost"));
  CHECK_FALSE(matches("*.", "localhost."));
}

TEST_CASE("internationalised names are compared as A-labels, octet by octet", "[tls][name]") {
  CHECK(matches("xn--bcher-kva.example", "XN--BCHER-KVA.example"));
  CHECK_FALSE(matches("xn--bcher-kva.example",
                      "b\xc3\xbc"
                      "cher.example"));
  CHECK_FALSE(matches("\xc3\x84.example", "\xc3\xa4.example"));
}

TEST_CASE("an address matches address entries only, however it is written", "[tls][name]") {
  const Chain chain = chain_for({"mx1.example.net"}, {"192.0.2.1", "2001:db8::5"});
  CHECK(matches_name(chain, "192.0.2.1"));
  CHECK(matches_name(chain, "2001:db8::5"));
  CHECK(matches_name(chain, "2001:DB8:0:0:0:0:0:5"));
  CHECK_FALSE(matches_name(chain, "192.0.2.2"));
  CHECK_FALSE(matches_name(chain, "192.0.2.1."));
  CHECK_FALSE(matches_name(chain, "::ffff:192.0.2.1"));
  CHECK_FALSE(matches("192.0.2.1", "192.0.2.1"));
  CHECK_FALSE(matches("*.0.2.1", "192.0.2.1"));

  Chain named = chain_for({});
  named.common_name = "192.0.2.1";
  CHECK_FALSE(matches_name(named, "192.0.2.1"));
}

TEST_CASE("a name with a NUL in it matches nothing", "[tls][name]") {
  constexpr std::string_view kEvil = "mx1.example.net\0.evil.example"sv;
  CHECK_FALSE(matches(kEvil, "mx1.example.net"));
  CHECK_FALSE(matches(kEvil, kEvil));
  CHECK_FALSE(matches("mx1.example.net", "mx1.example.net\0"sv));
  CHECK_FALSE(matches("*.evil.example", "mx1\0.evil.example"sv));
}

TEST_CASE("without a name or a certificate there is no match", "[tls][name]") {
  CHECK_FALSE(matches("mx1.example.net", ""));
  CHECK_FALSE(matches("mx1.example.net", "."));
  CHECK_FALSE(matches("", "."));
  CHECK_FALSE(matches_name(Chain{}, "mx1.example.net"));
  CHECK_FALSE(matches_name(chain_for({}), "mx1.example.net"));
}

TEST_CASE("a common name is not a match, but is reported", "[tls][name]") {
  Chain chain = chain_for({});
  chain.common_name = "*.example.net";
  CHECK_FALSE(matches_name(chain, "mx1.example.net"));
  CHECK(matches_common_name(chain, "mx1.example.net"));
  CHECK(matches_common_name(chain, "MX1.example.net."));
  CHECK_FALSE(matches_common_name(chain, "example.net"));
  CHECK_FALSE(matches_common_name(chain, ""));
  CHECK_FALSE(matches_common_name(chain, "mx1.example.net\0"sv));
  CHECK_FALSE(matches_common_name(chain_for({}), "mx1.example.net"));
  chain.common_name = "192.0.2.1";
  CHECK_FALSE(matches_common_name(chain, "192.0.2.1"));
}

TEST_CASE("a trusted chain whose leaf has the name only as its common name is a mismatch",
          "[tls][judge]") {
  Chain chain = chain_for({}, {"192.0.2.1"});
  chain.common_name = "mx1.example.net";
  Facts facts;
  judge(chain, "mx1.example.net", kNow, facts);
  CHECK_FALSE(facts.verified);
  CHECK(facts.verify_error == VerifyError::certificate_host_mismatch);
  CHECK(facts.name_match == false);
  CHECK(facts.cn_match);
  judge(chain, "mx2.example.net", kNow, facts);
  CHECK(facts.name_match == false);
  CHECK_FALSE(facts.cn_match);
  judge(chain, "192.0.2.1", kNow, facts);
  CHECK(facts.verified);
  CHECK_FALSE(facts.cn_match);
}

// Compares with the library's own matching. There is one difference: there "*1" matches any label
// that ends in 1; here it does not, as in browsers.
TEST_CASE("the library agrees on which names match", "[tls][name]") {
  constexpr const char* kPatterns[] = {
      "mx1.example.net",         "*.example.net", "*.net",     "*",
      "mx*.example.net",         "mx1.*.net",     "localhost", "*.*.net",
      "*.xn--bcher-kva.example",
  };
  constexpr const char* kNames[] = {
      "mx1.example.net", "MX1.EXAMPLE.NET",         "a.mx1.example.net", "example.net", "net",
      "localhost",       "x.xn--bcher-kva.example", "192.0.2.1",         "2001:db8::5", "192.0.2.2",
  };
  for (const char* const pattern : kPatterns) {
    for (const bool in_common_name : {false, true}) {
      CertificateSpec order = samples::leaf(pattern);
      if (in_common_name) {
        order.dns_names.clear();
      } else {
        order.common_name = "another.example";
        order.addresses = {"192.0.2.1", "2001:db8::5"};
      }
      Chain chain;
      chain.certificates.resize(1);
      const CertificateHandle handle =
          read_certificate(samples::der_of(issue(order).certificate_pem), kLeafNamesMax,
                           chain.certificates.front())
              .handle;
      REQUIRE(handle);
      if (in_common_name) chain.common_name = common_name(handle.get());
      for (const char* const name : kNames) {
        INFO(pattern << " and " << name << (in_common_name ? " (common name)" : ""));
        CHECK((in_common_name ? matches_common_name(chain, name) : matches_name(chain, name)) ==
              (gnutls_x509_crt_check_hostname2(handle.get(), name, 0) != 0));
      }
    }
  }
}

TEST_CASE("a trusted chain for another name is a mismatch", "[tls][judge]") {
  const Chain chain = chain_for({"mx1.example.net"});
  Facts facts;
  judge(chain, "mx1.example.net", kNow, facts);
  CHECK(facts.verified);
  CHECK(facts.verify_error == VerifyError::none);
  CHECK(facts.name_match == true);
  judge(chain, "mx2.example.net", kNow, facts);
  CHECK_FALSE(facts.verified);
  CHECK(facts.verify_error == VerifyError::certificate_host_mismatch);
  CHECK(facts.name_match == false);
}

TEST_CASE("without a name the chain alone decides", "[tls][judge]") {
  Facts facts;
  judge(chain_for({"mx1.example.net"}), "", kNow, facts);
  CHECK(facts.verified);
  CHECK_FALSE(facts.name_match.has_value());
}

TEST_CASE("an error of the chain takes precedence over a mismatch of the name", "[tls][judge]") {
  Chain chain = chain_for({"mx1.example.net"});
  chain.error = VerifyError::certificate_expired;
  for (const char* const name : {"mx1.example.net", "mx2.example.net", ""}) {
    Facts facts;
    judge(chain, name, kNow, facts);
    CHECK_FALSE(facts.verified);
    CHECK(facts.verify_error == VerifyError::certificate_expired);
  }
}

TEST_CASE("days left are rounded down and negative once the chain has expired", "[tls][judge]") {
  Chain chain = chain_for({"mx1.example.net"});
  const WallTime end = day(2026, 12, 30);
  chain.expiry = Expiry{end, sha256("an intermediate")};
  const auto days_left = [&](WallTime now) {
    Facts facts;
    judge(chain, "", now, facts);
    CHECK(facts.days_left_of == sha256("an intermediate"));
    return facts.days_left;
  };
  using std::chrono::days;
  using std::chrono::seconds;
  CHECK(days_left(end - days{30}) == 30);
  CHECK(days_left(end - days{30} + seconds{1}) == 29);
  CHECK(days_left(end - seconds{1}) == 0);
  CHECK(days_left(end) == 0);
  CHECK(days_left(end + seconds{1}) == -1);
  CHECK(days_left(end + days{1}) == -1);
  CHECK(days_left(end + days{1} + seconds{1}) == -2);
}

TEST_CASE("days left are unknown if the leaf cannot be read", "[tls][judge]") {
  Facts facts;
  facts.days_left = 7;
  judge(Chain{}, "mx1.example.net", kNow, facts);
  CHECK_FALSE(facts.days_left.has_value());
  facts.days_left = 7;
  Chain unread;
  unread.certificates.resize(1);
  judge(unread, "mx1.example.net", kNow, facts);
  CHECK_FALSE(facts.days_left.has_value());
}

}  // namespace
}  // namespace mxsweep::tls

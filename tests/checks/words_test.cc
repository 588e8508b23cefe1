// SPDX-License-Identifier: MIT
#include "mxsweep/checks/words.h"

#include <string>

#include "support/catch.h"

namespace mxsweep::checks {
namespace {

Options options_of(const std::vector<std::string>& words) {
  Options options;
  for (const std::string& word : words) CHECK(add_check(word, options).ok());
  return options;
}

TEST_CASE("a word chooses one check, policy all of them that are free", "[checks][words]") {
  const Options spf = options_of({"spf"});
  CHECK(spf.spf);
  CHECK_FALSE(spf.dmarc);
  const Options policy = options_of({"policy"});
  CHECK((policy.spf && policy.dmarc && policy.mta_sts && policy.tls_rpt && policy.dane &&
         policy.names && policy.dnssec));
  CHECK_FALSE(policy.http);
  CHECK_FALSE(policy.common_selectors);
}

TEST_CASE("http fetches policies, and all does so too", "[checks][words]") {
  const Options http = options_of({"http"});
  CHECK((http.http && http.mta_sts));
  CHECK_FALSE(http.spf);
  const Options all = options_of({"all"});
  CHECK((all.http && all.spf && all.dnssec && all.common_selectors));
}

TEST_CASE("selectors of DKIM keys are named, or the common ones", "[checks][words]") {
  const Options options = options_of({"dkim:s1", "dkim:s2._domainkey", "dkim:common"});
  CHECK(options.selectors == std::vector<std::string>{"s1", "s2._domainkey"});
  CHECK(options.common_selectors);
  Options many;
  CHECK_FALSE(add_check("dkim:", many).ok());
  CHECK_FALSE(add_check("dkim:a..b", many).ok());
  for (int i = 0; i < 32; ++i) CHECK(add_check("dkim:s" + std::to_string(i), many).ok());
  CHECK(add_check("dkim:more", many).sentence() == "at most 32 selectors");
}

TEST_CASE("a word that is none is told with the nearest one", "[checks][words]") {
  Options options;
  CHECK(add_check("dmark", options).sentence() ==
        "'dmark' is not one of policy, http, all, dkim:SELECTOR, dnsbl:FILE, spf, dmarc, mta-sts, "
        "tls-rpt, dane, names, dnssec; did you mean dmarc?");
  CHECK(add_check("", options).sentence().starts_with("'' is not one of policy"));
}

}  // namespace
}  // namespace mxsweep::checks

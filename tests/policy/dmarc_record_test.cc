// SPDX-License-Identifier: MIT
#include "mxsweep/policy/dmarc_record.h"

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"

namespace mxsweep::policy {
namespace {

DmarcRecord dmarc(std::string_view text) {
  REQUIRE(dmarc_likeness(text) == DmarcLikeness::record);
  return read_dmarc_record(text);
}

using Bad = std::vector<std::string>;

}  // namespace

TEST_CASE("a DMARC record begins with its version, in capitals", "[policy][dmarc]") {
  for (const std::string_view text :
       {"v=DMARC1", "v=DMARC1;", "v = DMARC1 ; p=none", "V=DMARC1;p=none", "v=DMARC1;;p=none"}) {
    INFO(text);
    CHECK(dmarc_likeness(text) == DmarcLikeness::record);
  }
  for (const std::string_view text : {"v=dmarc1; p=none", "v=DMARC2", "v=Dmarc1", "v=DMARC 1"}) {
    INFO(text);
    CHECK(dmarc_likeness(text) == DmarcLikeness::version_case);
  }
  for (const std::string_view text : {" v=DMARC1; p=none", "p=none; v=DMARC1", ";v=DMARC1"}) {
    INFO(text);
    CHECK(dmarc_likeness(text) == DmarcLikeness::not_first);
  }
  for (const std::string_view text :
       {"", ";", " ", "v", "v=spf1 -all", "v=", "google-site-verification=abc", "DMARC1"}) {
    INFO(text);
    CHECK(dmarc_likeness(text) == DmarcLikeness::other);
  }
}

TEST_CASE("tags of a DMARC record are read in any order, case and spacing", "[policy][dmarc]") {
  const DmarcRecord record = dmarc(
      "v=DMARC1; P = Reject ;sp=QUARANTINE;np=none; psd=n; t=y; pct=50; adkim=s; aspf=r; fo=1:d:s; "
      "rua=mailto:a@example.org,mailto:b@example.net!10m; ruf=https://example.com/x; x-new=1;");
  CHECK(record.p == DmarcPolicy::reject);
  CHECK(record.sp == DmarcPolicy::quarantine);
  CHECK(record.np == DmarcPolicy::none);
  CHECK(record.psd == PublicSuffix::no);
  CHECK(record.test);
  CHECK(record.pct == 50);
  REQUIRE(record.rua.size() == 2);
  CHECK(record.rua[0].host == "example.org");
  CHECK_FALSE(record.rua[0].size);
  CHECK(record.rua[1].host == "example.net");
  CHECK(record.rua[1].size);
  REQUIRE(record.ruf.size() == 1);
  CHECK_FALSE(record.ruf[0].mail);
  CHECK(record.bad_tags.empty());
  CHECK(record.tags.size() == 13);
  CHECK(record.tags.back() == DmarcTag{"x-new", "1"});
}

TEST_CASE("a value that a DMARC tag cannot have is no value", "[policy][dmarc]") {
  CHECK(dmarc("v=DMARC1; p=block").bad_tags == Bad{"p"});
  CHECK(dmarc("v=DMARC1; p").bad_tags == Bad{"p"});
  CHECK(dmarc("v=DMARC1; p=none; psd=x; t=1; adkim=q; fo=9").bad_tags ==
        Bad{"psd", "t", "adkim", "fo"});
  CHECK(dmarc("v=DMARC1; p=none; pct=101; rua=").bad_tags == Bad{"pct", "rua"});
  CHECK(dmarc("v=DMARC1; p=none; pct=-1").bad_tags == Bad{"pct"});
  CHECK(dmarc("v=DMARC1; p=none; v=DMARC1").bad_tags == Bad{"v"});
}

TEST_CASE("of a DMARC tag that is repeated the first counts", "[policy][dmarc]") {
  const DmarcRecord record = dmarc("v=DMARC1; p=reject; p=none");
  CHECK(record.p == DmarcPolicy::reject);
  CHECK(record.bad_tags == Bad{"p"});
  CHECK(policies_of(record)->own == DmarcPolicy::reject);
}

TEST_CASE("subdomains have sp, those that do not exist np, then sp, then p", "[policy][dmarc]") {
  using enum DmarcPolicy;
  CHECK(policies_of(dmarc("v=DMARC1; p=reject")) == DmarcPolicies{reject, reject, reject});
  CHECK(policies_of(dmarc("v=DMARC1; p=reject; sp=none")) == DmarcPolicies{reject, none, none});
  CHECK(policies_of(dmarc("v=DMARC1; p=none; np=reject")) == DmarcPolicies{none, none, reject});
  CHECK(policies_of(dmarc("v=DMARC1; p=none; sp=quarantine; np=reject")) ==
        DmarcPolicies{none, quarantine, reject});
  CHECK(policies_of_7489(dmarc("v=DMARC1; p=none; sp=quarantine; np=reject")) ==
        DmarcPolicies{none, quarantine, quarantine});
}

TEST_CASE("a DMARC record without a valid policy is p=none if reports can be sent",
          "[policy][dmarc]") {
  const DmarcPolicies nothing;
  CHECK(policies_of(dmarc("v=DMARC1; rua=mailto:a@example.org")) == nothing);
  CHECK(policies_of(dmarc("v=DMARC1; p=block; sp=reject; rua=mailto:a@example.org")) == nothing);
  CHECK(policies_of(dmarc("v=DMARC1; p=reject; np=x; rua=mailto:a@example.org")) == nothing);
  CHECK(policies_of(dmarc("v=DMARC1")) == std::nullopt);
  CHECK(policies_of(dmarc("v=DMARC1; p=reject; sp=x")) == std::nullopt);
  CHECK(policies_of(dmarc("v=DMARC1; p=x; rua=a@example.org")) == std::nullopt);
  // RFC 7489 does not know np.
  CHECK(policies_of_7489(dmarc("v=DMARC1; p=reject; np=x"))->own == DmarcPolicy::reject);
}

TEST_CASE("test mode lowers a policy by one level", "[policy][dmarc]") {
  CHECK(one_level_lower(DmarcPolicy::reject) == DmarcPolicy::quarantine);
  CHECK(one_level_lower(DmarcPolicy::quarantine) == DmarcPolicy::none);
  CHECK(one_level_lower(DmarcPolicy::none) == DmarcPolicy::none);
}

TEST_CASE("a DMARC record cut anywhere is read without a fault of ours", "[policy][dmarc]") {
  const std::string whole =
      "v=DMARC1; p=reject; sp=quarantine; np=none; psd=y; t=y; pct=50; fo=1:d; "
      "rua=mailto:a@example.org!10m,https://example.org/x; ruf=mailto:b@example.net";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    const std::string part = whole.substr(0, cut);
    if (dmarc_likeness(part) != DmarcLikeness::record) continue;
    const DmarcRecord record = read_dmarc_record(part);
    CHECK(record.text == part);
    CHECK(policies_of(record).has_value() ==
          (record.p && !record.has_bad("sp") && !record.has_bad("np")));
  }
}

TEST_CASE("a DMARC record of thousands of tags costs little", "[policy][dmarc]") {
  std::string text = "v=DMARC1; p=none";
  for (int i = 0; i < 20'000; ++i) text += ";p";
  CHECK(dmarc(text).tags.size() == 64);
}

}  // namespace mxsweep::policy

// SPDX-License-Identifier: MIT
#include "mxsweep/dns/rdata.h"

#include <string>

#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::dns {
namespace {

TEST_CASE("the strings of a TXT record are joined without a space", "[dns][rdata]") {
  CHECK(joined_strings(std::string("\3a\0b\1c", 6)) == std::string("a\0bc", 4));
  CHECK(joined_strings(std::string(1, '\0')) == "");
  const std::string rdata = "\5v=spf\0021 \4-all";
  for (std::size_t cut = 0; cut <= rdata.size(); ++cut) {
    const GuardedBytes part(std::string_view(rdata).substr(0, cut));
    const bool whole = cut == 6 || cut == 9 || cut == rdata.size();
    CHECK(joined_strings(part.view()).has_value() == whole);
  }
  CHECK(joined_strings(rdata) == "v=spf1 -all");
}

TEST_CASE("a TLSA record has three numbers and at least one octet", "[dns][rdata]") {
  CHECK(read_tlsa("\3\1\1xyz") == Tlsa{3, 1, 1, "xyz"});
  for (const std::string_view cut : {"", "\3", "\3\1", "\3\1\1"}) {
    CHECK_FALSE(read_tlsa(GuardedBytes(cut).view()));
  }
}

TEST_CASE("a CAA record has a tag in any case and a value", "[dns][rdata]") {
  const auto caa = read_caa("\x80\5ISSUEca.example");
  REQUIRE(caa);
  CHECK(caa->critical);
  CHECK(caa->tag == "issue");
  CHECK(caa->value == "ca.example");
  CHECK(read_caa(std::string("\0\5issue", 7))->value.empty());
  for (const std::string& wrong :
       {std::string(), std::string(1, '\0'), std::string("\0\0x", 3), std::string("\0\5issu", 6)}) {
    CHECK_FALSE(read_caa(GuardedBytes(wrong).view()));
  }
}

}  // namespace
}  // namespace mxsweep::dns

// SPDX-License-Identifier: MIT
#include "mxsweep/spf/record.h"

#include <algorithm>
#include <string>
#include <vector>

#include "mxsweep/dns/message.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::spf {
namespace {

std::string words_of(std::string_view text, const Term& term) {
  std::string words{static_cast<char>(term.qualifier)};
  words += std::to_string(static_cast<int>(term.kind)) + " " + std::string(term.text.in(text));
  if (term.has_domain) words += " -> " + term.name;
  return words;
}

RecordRead read_whole(std::string_view text) {
  const GuardedBytes guarded(text);
  return read_record(guarded.view());
}

// The fault of a record whose version is followed by the text; its octet counts from the text.
SyntaxFault fault_in(std::string_view text) {
  const std::string record = "v=spf1 " + std::string(text);
  const RecordRead read = read_whole(record);
  INFO(text);
  REQUIRE(read.fault.has_value());
  return {read.fault->fault, read.fault->octet - 7};
}

void expect_terms(std::string_view text, std::size_t count) {
  const std::string record = "v=spf1 " + std::string(text);
  const RecordRead read = read_whole(record);
  INFO(text);
  CHECK_FALSE(read.fault.has_value());
  CHECK(read.terms.size() == count);
}

TEST_CASE("a record's terms have their parts", "[spf][record]") {
  const std::string text =
      "v=spf1  ip4:192.0.2.0/24 -a:Mail.Example.org./16//48 ~mx//64 ?ptr:a.b\\c.org "
      "INCLUDE:%{d2}.x.org exists:%{i} exp=e.org redirect=r.org moo.cow=%{d}/x ip6:2001:DB8::/32 "
      "-ALL ";
  const RecordRead read = read_whole(text);
  REQUIRE_FALSE(read.fault.has_value());
  REQUIRE(read.terms.size() == 11);
  const auto& terms = read.terms;
  CHECK(words_of(text, terms[0]) == "+5 ip4:192.0.2.0/24");
  CHECK(terms[0].prefix4 == 24);
  CHECK(terms[0].network == *parse_address("192.0.2.0"));
  CHECK(words_of(text, terms[1]) == "-2 -a:Mail.Example.org./16//48 -> mail.example.org");
  CHECK(terms[1].prefix4 == 16);
  CHECK(terms[1].prefix6 == 48);
  CHECK(terms[2].qualifier == Qualifier::softfail);
  CHECK(terms[2].prefix4 == 32);
  CHECK(terms[2].prefix6 == 64);
  CHECK(words_of(text, terms[3]) == "?4 ?ptr:a.b\\c.org -> a.b\\092c.org");
  CHECK(terms[4].kind == TermKind::include);
  CHECK(terms[4].has_macro);
  CHECK(terms[4].domain.in(text) == "%{d2}.x.org");
  CHECK(terms[5].kind == TermKind::exists);
  CHECK(words_of(text, terms[6]) == "+9 exp=e.org -> e.org");
  CHECK(words_of(text, terms[7]) == "+8 redirect=r.org -> r.org");
  CHECK(terms[8].kind == TermKind::unknown_modifier);
  CHECK(terms[9].prefix6 == 32);
  CHECK(words_of(text, terms[10]) == "-0 -ALL");
}

TEST_CASE("a domain may contain what a host name does not", "[spf][record]") {
  expect_terms("a:foo:bar/baz.example.com", 1);
  expect_terms("a:mail.example...com a:.com a:x.xn--zckzah a:x.1-2 a:x.c0m.", 5);
  expect_terms("exists:%{ir}.%{v}._spf.%{d2} exists:%%%_%- exists:%{l1r+-/_,.=}", 3);
  expect_terms("a:%{d}/24 mx:%{d}//0 mx/0//0 a/0 a//128 a:x.org/32//128", 6);
  expect_terms("exp=%{S}.org redirect=%{O} a=%{h} b=", 4);
  expect_terms("", 0);
  expect_terms("   ", 0);
}

TEST_CASE("each syntax error has its octet", "[spf][record]") {
  const auto fault = [](Syntax kind, std::size_t octet) { return SyntaxFault{kind, octet}; };
  CHECK(fault_in("a \x80"
                 "b") == fault(Syntax::non_ascii, 2));
  CHECK(fault_in("a\tmx") == fault(Syntax::control, 1));
  CHECK(fault_in("a:x.org\x7f") == fault(Syntax::control, 7));
  CHECK(fault_in(std::string_view("a:foo.org\0", 10)) == fault(Syntax::control, 9));
  CHECK(fault_in("-all moo") == fault(Syntax::unknown_mechanism, 5));
  CHECK(fault_in("all.") == fault(Syntax::unknown_mechanism, 0));
  CHECK(fault_in("-redirect=x.org") == fault(Syntax::unknown_mechanism, 1));
  CHECK(fault_in("redirect:x.org") == fault(Syntax::unknown_mechanism, 0));
  CHECK(fault_in("--all") == fault(Syntax::unknown_mechanism, 1));
  CHECK(fault_in("+") == fault(Syntax::unknown_mechanism, 1));
  CHECK(fault_in("include") == fault(Syntax::no_argument, 7));
  CHECK(fault_in("exists/24") == fault(Syntax::no_argument, 6));
  CHECK(fault_in("ip4") == fault(Syntax::no_argument, 3));
  CHECK(fault_in("all:x.org") == fault(Syntax::argument, 3));
  CHECK(fault_in("all/8") == fault(Syntax::argument, 3));
  CHECK(fault_in("ptr/0") == fault(Syntax::argument, 3));
  CHECK(fault_in("a/24/16") == fault(Syntax::argument, 1));
  CHECK(fault_in("a/24/64") == fault(Syntax::prefix_length, 5));
  CHECK(fault_in("a/") == fault(Syntax::prefix_length, 2));
  CHECK(fault_in("a:") == fault(Syntax::empty_domain, 2));
  CHECK(fault_in("a:/24") == fault(Syntax::empty_domain, 2));
  CHECK(fault_in("redirect=") == fault(Syntax::empty_domain, 9));
  CHECK(fault_in("exp= -all") == fault(Syntax::empty_domain, 4));
  CHECK(fault_in("a:museum") == fault(Syntax::domain_end, 2));
  CHECK(fault_in("a:museum.") == fault(Syntax::domain_end, 2));
  CHECK(fault_in("a:abc.123") == fault(Syntax::domain_end, 6));
  CHECK(fault_in("a:111.222.33.44") == fault(Syntax::domain_end, 13));
  CHECK(fault_in("a:example.-com") == fault(Syntax::domain_end, 10));
  CHECK(fault_in("a:example.com:8080") == fault(Syntax::domain_end, 10));
  CHECK(fault_in("a:%{d.}com") == fault(Syntax::domain_end, 7));
  CHECK(fault_in("include:ip5.example.com/24") == fault(Syntax::domain_end, 20));
  CHECK(fault_in("exp=-all") == fault(Syntax::domain_end, 4));
  CHECK(fault_in("exists:%(ir).org") == fault(Syntax::macro, 7));
  CHECK(fault_in("exists:x.org%") == fault(Syntax::macro, 12));
  CHECK(fault_in("exists:%{d") == fault(Syntax::macro, 10));
  CHECK(fault_in("exists:%{d*}") == fault(Syntax::macro, 10));
  CHECK(fault_in("foo=%abc") == fault(Syntax::macro, 4));
  CHECK(fault_in("a:%{a}.org") == fault(Syntax::macro_letter, 4));
  CHECK(fault_in("exp=%{r}.org") == fault(Syntax::macro_letter, 6));
  CHECK(fault_in("a:%{d0}.org") == fault(Syntax::macro_digits, 5));
  CHECK(fault_in("ip4:1.2.3") == fault(Syntax::address, 4));
  CHECK(fault_in("ip4:1.2.3.4:8080") == fault(Syntax::address, 4));
  CHECK(fault_in("ip4:::1") == fault(Syntax::address, 4));
  CHECK(fault_in("ip6:1.2.3.4") == fault(Syntax::address, 4));
  CHECK(fault_in("ip6::CAFE::BABE") == fault(Syntax::address, 4));
  CHECK(fault_in("ip4:1.2.3.4/33") == fault(Syntax::prefix_length, 12));
  CHECK(fault_in("ip4:1.2.3.4/032") == fault(Syntax::prefix_length, 12));
  CHECK(fault_in("ip4:1.2.3.4//32") == fault(Syntax::prefix_length, 12));
  CHECK(fault_in("ip6:::1/129") == fault(Syntax::prefix_length, 8));
  CHECK(fault_in("a/33") == fault(Syntax::prefix_length, 2));
  CHECK(fault_in("a//129") == fault(Syntax::prefix_length, 3));
  CHECK(fault_in("mx:x.org/4294967297") == fault(Syntax::prefix_length, 9));
  CHECK(fault_in("=all") == fault(Syntax::modifier_name, 0));
  CHECK(fault_in("1up=foo") == fault(Syntax::modifier_name, 0));
  CHECK(fault_in("exp=a.org EXP=a.org") == fault(Syntax::modifier_repeated, 10));
  CHECK(fault_in("redirect=a.org redirect=b.org") == fault(Syntax::modifier_repeated, 15));
  CHECK(fault_in(std::string(kRecordOctetsMax, ' ')) ==
        fault(Syntax::too_long, kRecordOctetsMax - 7));
}

// What has been read of a record does not depend on what comes behind, and an octet beyond the end
// is never looked at.
TEST_CASE("a record may end anywhere", "[spf][record]") {
  const std::string text =
      "v=spf1 ip4:192.0.2.0/24 -a:mail.example.org/16//48 ?ptr:b.org include:%{d2}.x.org "
      "exists:%{l1r-}.%%.org exp=e.org redirect=%{o} moo.cow=%{d}/x ip6:2001:db8::/32 -all";
  const std::vector<Term> all = read_whole(text).terms;
  for (std::size_t size = 6; size <= text.size(); ++size) {
    const GuardedBytes cut(std::string_view(text).substr(0, size));
    if (!begins_record(cut.view())) continue;
    const RecordRead read = read_record(cut.view());
    INFO(cut.view());
    if (read.fault) CHECK(read.fault->octet <= size);
    const std::size_t last_space = cut.view().rfind(' ');
    for (const Term& term : read.terms) {
      if (last_space == std::string_view::npos || term.text.begin >= last_space) break;
      const auto same = [&](const Term& other) { return other.text.begin == term.text.begin; };
      const auto whole = std::find_if(all.begin(), all.end(), same);
      REQUIRE(whole != all.end());
      CHECK(words_of(cut.view(), term) == words_of(text, *whole));
    }
  }
}

TEST_CASE("the record is the one text that begins with the version", "[spf][record]") {
  const auto selected = [](const std::vector<std::string>& texts) { return select_record(texts); };
  CHECK(selected({}).kind == SelectionKind::none);
  CHECK(selected({"", "v=spf10", "v=spf1mx", "v=spf"}).kind == SelectionKind::none);
  CHECK(selected({"\x96", "V=sPf1"}).index == 1);
  CHECK(selected({"v=spf1 -all", "v=spf1 -all"}).kind == SelectionKind::multiple);
  CHECK(selected({" v=spf1 -all"}).kind == SelectionKind::none);
  CHECK(selected({" v=spf1 -all"}).leading_space);
  CHECK(selected({"\"v=spf1 -all\""}).leading_space);
  CHECK_FALSE(selected({"v=spf1 -all", " some text"}).leading_space);
}

TEST_CASE("a name that cannot be asked for is empty, any other is a question's", "[spf][record]") {
  const std::string label(63, 'A');
  CHECK(question_name("Mail.Example.ORG.") == "mail.example.org");
  CHECK(question_name("a b.\\.%x") == "a\\032b.\\092.%x");
  CHECK(question_name("a..b").empty());
  CHECK(question_name(".a").empty());
  CHECK(question_name("a..").empty());
  CHECK(question_name(".").empty());
  CHECK(question_name("").empty());
  CHECK(question_name(label + "a.org").empty());
  CHECK_FALSE(question_name(label + ".org").empty());
  const std::string longest = label + '.' + label + '.' + label + '.' + std::string(61, 'b');
  CHECK(dns::is_name(question_name(longest)));
  CHECK(question_name(longest + 'b').empty());
  std::string octets;
  for (int octet = 1; octet < 60; ++octet) octets += static_cast<char>(octet * 4);
  CHECK(dns::is_name(question_name(octets)));
}

}  // namespace
}  // namespace mxsweep::spf

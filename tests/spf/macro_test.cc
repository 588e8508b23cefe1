// SPDX-License-Identifier: MIT
#include "mxsweep/spf/macro.h"

#include "support/catch.h"

namespace mxsweep::spf {
namespace {

// The sender of RFC 7208's examples (section 7.4).
const MacroValues kValues{.local = "strong-bad",
                          .origin = "email.example.com",
                          .domain = "email.example.com",
                          .helo = "mx.example.org",
                          .name = "mx.example.org",
                          .receiver = "mx.example.net",
                          .second = 1700000000,
                          .address = *parse_address("192.0.2.3")};

std::string expanded(std::string_view text) { return expand(text, kValues); }

TEST_CASE("macros expand as in the RFC's examples", "[spf][macro]") {
  CHECK(expanded("%{s}") == "strong-bad@email.example.com");
  CHECK(expanded("%{o}") == "email.example.com");
  CHECK(expanded("%{d4}") == "email.example.com");
  CHECK(expanded("%{d2}") == "example.com");
  CHECK(expanded("%{d1}") == "com");
  CHECK(expanded("%{dr}") == "com.example.email");
  CHECK(expanded("%{d2r}") == "example.email");
  CHECK(expanded("%{l}") == "strong-bad");
  CHECK(expanded("%{l-}") == "strong.bad");
  CHECK(expanded("%{lr}") == "strong-bad");
  CHECK(expanded("%{lr-}") == "bad.strong");
  CHECK(expanded("%{l1r-}") == "strong");
  CHECK(expanded("%{ir}.%{v}._spf.%{d2}") == "3.2.0.192.in-addr._spf.example.com");
  CHECK(expanded("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}") ==
        "bad.strong.lp.3.2.0.192.in-addr._spf.example.com");
  MacroValues six = kValues;
  six.address = *parse_address("2001:db8::cb01");
  CHECK(expand("%{ir}.%{v}._spf.%{d2}", six) ==
        "1.0.B.C.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.D.0.1.0.0.2.ip6._spf.example.com");
}

TEST_CASE("an explanation has macros of its own, and escapes", "[spf][macro]") {
  CHECK(expanded("%{c} %{r} %{t} %{h} %{p}") ==
        "192.0.2.3 mx.example.net 1700000000 mx.example.org mx.example.org");
  CHECK(expanded("100%% of%_%-x") == "100% of %20x");
  CHECK(expanded("%{S}") == "strong-bad%40email.example.com");
  CHECK(expanded("%{LR-}") == "bad.strong");
  MacroValues odd = kValues;
  odd.local = "~jack&jill=up-a_b3.c";
  CHECK(expand("%{L}", odd) == "~jack%26jill%3Dup-a_b3.c");
  odd.address = *parse_address("2001:DB8::1");
  CHECK(expand("%{c}", odd) == "2001:db8::1");
}

TEST_CASE("a long domain loses labels in front, and a dot at the end is none", "[spf][macro]") {
  CHECK(expand_domain("%{d}.", kValues) == "email.example.com");
  std::string text;
  for (int i = 0; i < 40; ++i) text += "label" + std::to_string(10 + i) + ".";
  const std::string domain = expand_domain(text + "org", kValues);
  CHECK(domain.size() <= 253);
  CHECK(domain.size() > 253 - 8);
  CHECK(domain.starts_with("label"));
  CHECK(domain.ends_with("label49.org"));
  std::string many;
  for (int i = 0; i < 400; ++i) many += "%{d}.";
  CHECK(expand_domain(many + "org", kValues).empty());
  CHECK(expand(many, kValues).size() == kExpandedOctetsMax);
}

TEST_CASE("what a text depends on is known before it is expanded", "[spf][macro]") {
  CHECK(uses_letter("%{d}.%{P2}", 'p'));
  CHECK_FALSE(uses_letter("%%{p}.p", 'p'));
  CHECK(depends_on_sender("x.%{i}.org"));
  CHECK(depends_on_sender("%{L}"));
  CHECK_FALSE(depends_on_sender("%{d}.%{o2r}.%%.%_%-"));
  CHECK(end_of_last_macro("%{d}.org") == 4);
  CHECK(end_of_last_macro("x}.org") == 0);
}

TEST_CASE("an explanation with a fault has its octet", "[spf][macro]") {
  const auto fault = [](std::string_view text) {
    const auto found = check_macros(text, MacroPlace::explanation);
    return found ? static_cast<int>(found->octet) : -1;
  };
  CHECK(fault("a b %{c}") == -1);
  CHECK(fault("The %{x}-files.") == 6);
  CHECK(fault("100 %") == 4);
  CHECK(fault("\xEF\xBB\xBF text") == 0);
  CHECK(fault("a\tb") == 1);
}

}  // namespace
}  // namespace mxsweep::spf

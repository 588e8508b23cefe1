// SPDX-License-Identifier: MIT
#include "mxsweep/dns/name.h"

#include <string>

#include "mxsweep/dns/message.h"
#include "support/catch.h"

namespace mxsweep::dns {
namespace {

TEST_CASE("a name is read in lower case and without its trailing dot", "[dns][name]") {
  for (const char* text : {"mx1.example.net", "MX1.Example.NET", "mx1.example.net."}) {
    const Name name = read_name(text);
    CHECK(name.error == NameFault::none);
    CHECK(name.ascii == "mx1.example.net");
    CHECK(name.unicode.empty());
    CHECK_FALSE(name.underscore);
    CHECK_FALSE(name.single_label);
    CHECK(is_name(name.ascii));
  }
}

TEST_CASE(
    "an internationalised name has an A-label form for the wire and a U-label form for display",
    "[dns][name]") {
  for (const char* text : {"bücher.example", "BÜCHER.example", "xn--bcher-kva.example",
                           "bücher\u3002example", "bücher.example."}) {
    INFO(text);
    const Name name = read_name(text);
    CHECK(name.error == NameFault::none);
    CHECK(name.ascii == "xn--bcher-kva.example");
    CHECK(name.unicode == "bücher.example");
  }
  CHECK(read_name("straße.example").ascii == "xn--strae-oqa.example");
}

TEST_CASE("an A-label that decodes to nothing is still a name", "[dns][name]") {
  const Name name = read_name("xn--0.example");
  CHECK(name.error == NameFault::none);
  CHECK(name.ascii == "xn--0.example");
  CHECK(name.unicode.empty());
}

TEST_CASE("each fault of a name is named by a word", "[dns][name]") {
  const std::string label(63, 'x');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'x');
  CHECK(read_name(label + ".example").error == NameFault::none);
  CHECK(read_name(longest).error == NameFault::none);
  CHECK(read_name(longest + ".").error == NameFault::none);
  CHECK(read_name(longest + "x").error == NameFault::name_too_long);
  CHECK(read_name(label + "x.example").error == NameFault::label_too_long);
  CHECK(read_name("").error == NameFault::empty);
  CHECK(read_name(".").error == NameFault::empty);
  CHECK(read_name("..").error == NameFault::empty_label);
  CHECK(read_name("a..b").error == NameFault::empty_label);
  CHECK(read_name(".a").error == NameFault::empty_label);
  CHECK(read_name("a..").error == NameFault::empty_label);
  for (const char* text : {"a b", "a@b.example", "*.example", "a/b", "a:25", "a\\046b", "a\tb"}) {
    INFO(text);
    CHECK(read_name(text).error == NameFault::character);
    CHECK(read_name(text).ascii.empty());
  }
  CHECK(read_name(std::string("a\0b", 3)).error == NameFault::character);
  CHECK(read_name(std::string("\xc3\xbc\0b", 4)).error == NameFault::character);
  CHECK(read_name("\xff\xfe.example").error == NameFault::not_idna);
  CHECK(read_name("a\u2028b.example").error == NameFault::not_idna);
  CHECK(read_name("\u00fc" + label + ".example").error == NameFault::label_too_long);
  std::string many;
  for (int i = 0; i < 2000; ++i) many += "\u00fc";
  CHECK(read_name(many).error == NameFault::name_too_long);
}

TEST_CASE("underscores and single labels are reported", "[dns][name]") {
  CHECK(read_name("mail_1.example").underscore);
  CHECK(read_name("mailhost").single_label);
  CHECK(is_localhost("localhost"));
  CHECK(is_localhost("mx.localhost"));
  CHECK_FALSE(is_localhost("notlocalhost"));
  CHECK_FALSE(is_localhost("localhost.example"));
}

TEST_CASE("every error has a word of its own", "[dns][name]") {
  CHECK(to_string(NameFault::none) == "none");
  CHECK(to_string(NameFault::not_idna) == "not_idna");
}

TEST_CASE("an address has a name for the names of its host", "[dns][name]") {
  const auto reverse = [](std::string_view text) { return reverse_name(*parse_address(text)); };
  CHECK(reverse("192.0.2.1") == "1.2.0.192.in-addr.arpa");
  CHECK(reverse("10.0.255.0") == "0.255.0.10.in-addr.arpa");
  CHECK(reverse("2001:db8::567:89ab") ==
        "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
  CHECK(is_name(reverse("2001:db8::567:89ab")));
}

}  // namespace
}  // namespace mxsweep::dns

// SPDX-License-Identifier: MIT
// The format of a table, by tables of one's own.
#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/software/software.h"
#include "software/rules.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::software {
namespace {

// A table with one product, which is known by these signs.
std::string table_of(const std::string& signs) {
  return R"({"products":[{"product":"Ours","vendor":"Us","releases":{"7":"Seven","7.1":"Spring"},)"
         R"("signs":[)" +
         signs + "]}]}";
}

std::string sign(const std::string& text, const std::string& more = "") {
  return R"({"in":"greeting","text":")" + text + R"(","confidence":"certain")" + more + "}";
}

struct Found {
  std::string version;
  std::string release;
};

// Whether a table with these signs takes it for the product.
std::optional<Found> identify(const std::string& signs, const std::string& greeting) {
  Table table;
  const Status added = table.add(table_of(signs));
  CAPTURE(signs);
  REQUIRE(added == Status());
  const std::string reply = "220 " + greeting + "\r\n";
  const std::optional<Software> found = table.identify({.greeting = reply});
  if (!found || found->product != "Ours") return std::nullopt;
  return Found{.version = std::string(found->version), .release = std::string(found->release)};
}

bool knows(const std::string& text, const std::string& greeting) {
  return identify(sign(text), greeting).has_value();
}

std::string why_not(std::string_view json) {
  Table table;
  return table.add(json).sentence();
}

}  // namespace

TEST_CASE("the built-in table is a table", "[software]") {
  const auto rules = Rules::read(builtin_fingerprints());
  CHECK((rules.ok() ? "" : rules.status().sentence()) == std::string());
}

TEST_CASE("a pattern is compared without regard to case, by whole words", "[software]") {
  CHECK(knows("ESMTP Ourmail", "mx.example.org esmtp OURMAIL ready"));
  CHECK(knows("ESMTP Ourmail", "mx.example.org ESMTP   \t Ourmail"));
  CHECK(knows("ESMTP Ourmail", "mx.example.org ESMTP Ourmail; ready"));
  CHECK(knows("ESMTP Ourmail", "mx.example.org ESMTP Ourmail-2.0"));
  CHECK_FALSE(knows("ESMTP Ourmail", "mx.example.org ESMTP Ourmailer"));
  CHECK_FALSE(knows("ESMTP Ourmail", "mx.example.org ESMTP Ourmail.example.org"));
  CHECK_FALSE(knows("ESMTP Ourmail", "mx.example.org ESMTP Ourmail-like"));
  CHECK_FALSE(knows("ESMTP Ourmail", "mx.example.org NESMTP Ourmail"));
  CHECK_FALSE(knows("Ourmail ready", "mx.ourmail ready"));
  CHECK_FALSE(knows("Ourmail ready", "postmaster@ourmail ready"));
}

TEST_CASE("a pattern is anywhere in the line, or at its ends", "[software]") {
  CHECK(knows("Ourmail", "Ourmail"));
  CHECK(knows("^Ourmail", " Ourmail ready"));
  CHECK_FALSE(knows("^Ourmail", "mx Ourmail ready"));
  CHECK(knows("Ourmail$", "mx Ourmail "));
  CHECK_FALSE(knows("Ourmail$", "mx Ourmail ready"));
  CHECK(knows("^Ourmail$", "Ourmail"));
  CHECK(knows(" Ourmail", "mx Ourmail"));
  CHECK_FALSE(knows(" Ourmail", "Ourmail ready"));
  CHECK(knows("Our*mail ready", "Our own mail ready"));
  CHECK(knows("Mail*done$", "Mail done, done"));
  CHECK_FALSE(knows("Mail*done$", "Mail done, or not"));
  CHECK(knows("Mail *", "Mail and more"));
  CHECK(knows("Mail*$", "Mail and more"));
}

TEST_CASE("placeholders stand for what they say", "[software]") {
  CHECK(knows("^{host} Ourmail", "[192.0.2.1] Ourmail"));
  CHECK_FALSE(knows("^{host} Ourmail", "<192.0.2.1> Ourmail"));
  CHECK(knows("^{host:.example.org} ready", "MX.EXAMPLE.ORG ready"));
  CHECK_FALSE(knows("^{host:.example.org} ready", ".example.org ready"));
  CHECK_FALSE(knows("^{host:.example.org} ready", "mx.example.org.test ready"));
  CHECK(knows("Ourmail {word} ready", "Ourmail (x) ready"));
  CHECK_FALSE(knows("Ourmail {word} ready", "Ourmail ready"));
  CHECK(knows("Ourmail {number};", "Ourmail 42;"));
  CHECK_FALSE(knows("Ourmail {number};", "Ourmail x;"));
  CHECK(knows("Ourmail {ip}", "Ourmail [2001:db8::5]"));
  CHECK(knows("Ourmail {ip}", "Ourmail [IPv6:2001:db8::5]"));
  CHECK_FALSE(knows("Ourmail {ip}", "Ourmail [there]"));
  CHECK_FALSE(knows("Ourmail {ip}", "Ourmail [192.0.2.1"));
  CHECK(knows("Ourmail {hex}", "Ourmail 0123456789abcdef"));
  CHECK_FALSE(knows("Ourmail {hex}", "Ourmail 0123456789abcde"));
  CHECK(knows("^{masked}$", "****************2***0"));
  CHECK_FALSE(knows("^{masked}$", "**** hello ****"));
}

TEST_CASE("the version is where the text or a further pattern says", "[software]") {
  const auto version = [](const std::string& more, const std::string& greeting) {
    const auto found = identify(sign("Ourmail", more), greeting);
    return found ? found->version : "nothing";
  };
  const std::string where = R"(,"version":["Ourmail {version}","release {version}"])";
  CHECK(version(where, "mx Ourmail 7.1.2; ready") == "7.1.2");
  CHECK(version(where, "mx Ourmail v7.1_RC2-3+deb12 ready") == "7.1_RC2-3+deb12");
  CHECK(version(where, "mx Ourmail 7.1.") == "7.1");
  CHECK(version(where, "mx Ourmail, release 6") == "6");
  CHECK(version(where, "mx Ourmail, release six").empty());
  CHECK(version("", "mx Ourmail 7.1").empty());
  CHECK(version(where, "mx Ourmail " + std::string(100, '7')).size() == 40);
  CHECK(identify(sign("Ourmail {version}"), "mx Ourmail 7.0.1")->release == "Seven");
  CHECK(identify(sign("Ourmail {version}"), "mx Ourmail 7.1.1")->release == "Spring");
  CHECK(identify(sign("Ourmail {version}"), "mx Ourmail 7.10")->release == "Seven");
  CHECK(identify(sign("Ourmail {version}"), "mx Ourmail 70")->release.empty());
  CHECK(identify(sign("Ourmail", R"(,"release":"Old")"), "Ourmail")->release == "Old");
}

TEST_CASE("a sign may have exceptions, and be of several lines only", "[software]") {
  const std::string but = R"(,"unless":["Ourmail free","without Ourmail"])";
  CHECK(identify(sign("Ourmail", but), "mx Ourmail"));
  CHECK_FALSE(identify(sign("Ourmail", but), "mx Ourmail free zone"));
  const std::string several = R"(,"lines":"several")";
  CHECK_FALSE(identify(sign("Ourmail", several), "mx Ourmail"));
  Table table;
  REQUIRE(table.add(table_of(sign("Ourmail", several))) == Status());
  CHECK(table.identify({.greeting = "220-mx\r\n220 mx Ourmail\r\n"})->product == "Ours");
}

TEST_CASE("what speaks against all signs speaks against each of them", "[software]") {
  Table table;
  REQUIRE(table.add(R"({"unless":"imitation","products":[{"product":"Ours","signs":[)" +
                    sign("Ourmail") + "]}]}") == Status());
  CHECK(table.identify({.greeting = "220 mx Ourmail\r\n"}));
  CHECK_FALSE(table.identify({.greeting = "220 mx Ourmail imitation\r\n"}));
}

TEST_CASE("extensions count by their order, or by what must be among them", "[software]") {
  const auto known = [](const std::string& members, const std::string& ehlo) {
    Table table;
    const std::string sign = R"({"in":"extensions",)" + members + R"(,"confidence":"certain"})";
    REQUIRE(table.add(table_of(sign)) == Status());
    const auto found = table.identify({.ehlo = ehlo});
    return found && found->product == "Ours";
  };
  const std::string order = R"("order":"ALPHA BETA GAMMA DELTA","has":"ALPHA DELTA")";
  CHECK(known(order, "250-mx\r\n250-alpha\r\n250-GAMMA 7\r\n250 DELTA\r\n"));
  CHECK_FALSE(known(order, "250-mx\r\n250-GAMMA\r\n250-ALPHA\r\n250 DELTA\r\n"));
  CHECK_FALSE(known(order, "250-mx\r\n250-ALPHA\r\n250 GAMMA\r\n"));
  CHECK_FALSE(known(order, "250-mx\r\n250-ALPHA\r\n250-OTHER\r\n250 DELTA\r\n"));
  CHECK_FALSE(known(order, "250 ALPHA DELTA\r\n"));
  CHECK(known(R"("has":"ALPHA DELTA")", "250-mx\r\n250-DELTA\r\n250-OTHER\r\n250 ALPHA\r\n"));
}

TEST_CASE("the more certain sign counts, then the earlier part, then the earlier entry",
          "[software]") {
  const auto table_with = [](std::string_view first, std::string_view second) {
    return R"({"products":[{"product":"First","signs":[)" + std::string(first) +
           R"(]},{"product":"Second","signs":[)" + std::string(second) + "]}]}";
  };
  const auto product = [](const std::string& json) {
    Table table;
    REQUIRE(table.add(json) == Status());
    const auto found =
        table.identify({.greeting = "220 mx Ourmail\r\n", .ehlo = "250 mx Ourmail\r\n"});
    return found ? std::string(found->product) : "";
  };
  const std::string likely = R"({"in":"greeting","text":"Ourmail","confidence":"likely"})";
  const std::string certain = R"({"in":"greeting","text":"Ourmail","confidence":"certain"})";
  const std::string of_ehlo = R"({"in":"ehlo","text":"Ourmail","confidence":"certain"})";
  CHECK(product(table_with(likely, certain)) == "Second");
  CHECK(product(table_with(likely, of_ehlo)) == "Second");
  CHECK(product(table_with(of_ehlo, certain)) == "Second");
  CHECK(product(table_with(certain, certain)) == "First");
}

TEST_CASE("a table of one's own is searched before the built-in one", "[software]") {
  const Evidence evidence{.greeting = "220 mx.example.org ESMTP Postfix\r\n"};
  Table table;
  CHECK(table.identify(evidence)->product == "Postfix");
  REQUIRE(table.add(R"({"products":[{"product":"Our Postfix","signs":[{"in":"greeting",)"
                    R"("text":"^mx.example.org ESMTP","confidence":"possible"}]}]})") == Status());
  CHECK(table.identify(evidence)->product == "Our Postfix");
  CHECK(table.identify({.greeting = "220 mx.example.net ESMTP Postfix\r\n"})->product == "Postfix");
  CHECK(table.products().front().name == "Our Postfix");
}

TEST_CASE("a table that cannot be used is refused, with its line and entry", "[software]") {
  CHECK(why_not("{\n\"products\": [\n7,,8]}").starts_with("not JSON, line 3: "));
  CHECK(why_not("[]") == "must be an object with \"products\"");
  CHECK(why_not("{}") == "\"products\" is missing");
  CHECK(why_not(R"({"product":[]})") ==
        "unknown key \"product\"; known are \"products\" and \"unless\"");
  CHECK(why_not("{\"products\":[\n{\"product\":\"A\",\"signs\":[" + sign("abcd") +
                "]},\n{\"product\":\"B {\",\"colour\":1}]}") ==
        "line 3, entry 2 (B {): unknown key \"colour\"; known are \"product\", \"vendor\", "
        "\"releases\" and \"signs\"");
  const auto of = [](const std::string& signs) {
    std::string why = why_not(table_of(signs));
    const std::string place = "line 1, entry 1 (Ours): ";
    CHECK(why.starts_with(place));
    return why.substr(std::min(place.size(), why.size()));
  };
  CHECK(of("") == "needs \"signs\", an array of at least one object");
  CHECK(of(sign("abc")) == "\"text\" has a pattern without four fixed octets in a row");
  CHECK(of(sign("a b {c}")) ==
        "\"text\": the pattern \"a b {c}\" has the unknown placeholder {c}; known are {version}, "
        "{host}, {host:END}, {word}, {number}, {hex}, {ip} and {masked}");
  CHECK(of(sign("abcd {ip")) == "\"text\": the pattern \"abcd {ip\" has a \"{\" without its \"}\"");
  CHECK(of(sign("abcd*a*b*c*d*e")) ==
        "\"text\": the pattern \"abcd*a*b*c*d*e\" has more than four \"*\"");
  CHECK(of(sign("abcd {version} {version}")) ==
        "\"text\": the pattern \"abcd {version} {version}\" has {version} twice");
  CHECK(of(sign("^$")) == "\"text\": the pattern \"^$\" is empty");
  CHECK(of(sign(std::string(300, 'a'))).ends_with("is longer than 256 octets"));
  CHECK(of(sign("abcd", R"(,"version":"abcd")")) == "\"version\" has a pattern without {version}");
  CHECK(of(sign("abcd", R"(,"lines":"two")")) == "\"lines\" must be several");
  CHECK(of(sign("abcd", R"(,"order":"SIZE")")) ==
        "\"order\" and \"has\" are for signs in extensions");
  CHECK(of(R"({"text":"abcd","confidence":"likely"})") ==
        "a sign has no \"in\": greeting, ehlo, reply or extensions");
  CHECK(of(R"({"in":"banner","text":"abcd"})") ==
        "\"in\" must be greeting, ehlo, reply or extensions");
  CHECK(of(R"({"in":"ehlo","text":"abcd"})") ==
        "a sign has no \"confidence\": certain, likely or possible");
  CHECK(of(R"({"in":"ehlo","confidence":"likely"})") == "a sign has no \"text\"");
  CHECK(of(R"({"in":"extensions","order":"A B","has":"C","confidence":"likely"})") ==
        "a sign in extensions has a keyword in \"has\" that is not in \"order\"");
  CHECK(of(R"({"in":"extensions","order":"A A","has":"A","confidence":"likely"})") ==
        "a sign in extensions has A twice");
}

TEST_CASE("no more is read than what is there, whatever it is", "[software]") {
  const Table table;
  for (const std::string text :
       {"", "\r\n", "220", "220 ", "220-mx ESMTP Postfix", "220 mx ESMTP P", "220 ****************",
        "220 mx ESMTP Exim 4", "220 mx [XMail 1"}) {
    const GuardedBytes octets(text);
    static_cast<void>(table.identify(
        {.greeting = octets.view(), .ehlo = octets.view(), .refusal = octets.view()}));
  }
  const std::string far =
      "220-" + std::string(kGreetingOctetsMax, 'x') + "\r\n220 ESMTP Postfix\r\n";
  CHECK_FALSE(table.identify({.greeting = far}));
}

}  // namespace mxsweep::software

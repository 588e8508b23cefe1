// SPDX-License-Identifier: MIT
// Every product of the built-in table by examples of our own, each beside a text that resembles it.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/software/products_page.h"
#include "mxsweep/software/software.h"
#include "support/catch.h"

namespace mxsweep::software {
namespace {

struct Example {
  std::size_t line = 0;
  std::string product;
  std::string version;
  std::string part;
  std::string text;
  bool resembles = false;  // It must not be taken for the product.
};

std::string cut(std::string& rest, std::string_view separator) {
  const std::size_t end = rest.find(separator);
  REQUIRE(end != std::string::npos);
  std::string field = rest.substr(0, end);
  rest.erase(0, end + separator.size());
  return field;
}

std::vector<Example> examples() {
  std::vector<Example> all;
  std::ifstream file(MXSWEEP_SOURCE_DIR "/tests/software/examples.txt");
  Example example;
  for (std::string rest; std::getline(file, rest);) {
    ++example.line;
    if (rest.empty() || rest.starts_with('#')) continue;
    CAPTURE(rest);
    example.resembles = rest.starts_with("! ");
    if (example.resembles) {
      rest.erase(0, 2);
    } else {
      example.product = cut(rest, " | ");
      example.version = cut(rest, " | ");
      if (example.version == "-") example.version.clear();
    }
    example.part = cut(rest, ": ");
    example.text = rest;
    all.push_back(example);
  }
  REQUIRE_FALSE(all.empty());
  return all;
}

// A reply of these lines.
std::string reply_of(int code, const std::vector<std::string>& lines) {
  std::string reply;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    reply += std::to_string(code) + (i + 1 < lines.size() ? '-' : ' ') + lines[i] + "\r\n";
  }
  return reply;
}

std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end != std::string_view::npos) text.remove_prefix(end + separator.size());
  }
  return parts;
}

struct Replies {
  std::string greeting{};
  std::string ehlo{};
  std::string refusal{};
};

Replies replies_of(const Example& example) {
  if (example.part == "greeting") return {.greeting = reply_of(220, split(example.text, " / "))};
  if (example.part == "reply") return {.refusal = reply_of(554, split(example.text, " / "))};
  if (example.part == "ehlo") return {.ehlo = reply_of(250, {example.text, "8BITMIME", "SIZE 1"})};
  REQUIRE(example.part == "extensions");
  std::vector<std::string> lines{"mx.example.org"};
  for (const std::string& keyword : split(example.text, " ")) lines.push_back(keyword);
  return {.ehlo = reply_of(250, lines)};
}

std::optional<Software> identify(const Table& table, const Replies& replies) {
  return table.identify(
      {.greeting = replies.greeting, .ehlo = replies.ehlo, .refusal = replies.refusal});
}

}  // namespace

TEST_CASE("each product is known by its texts, and not by what resembles them", "[software]") {
  const Table table;
  for (const Example& example : examples()) {
    const Replies replies = replies_of(example);
    const std::optional<Software> found = identify(table, replies);
    CAPTURE(example.line, example.product, example.text);
    if (example.resembles) {
      CHECK((found ? found->product : "") != example.product);
      continue;
    }
    CHECK((found ? found->product : "nothing") == example.product);
    if (!found) continue;
    CHECK(found->version == example.version);
    CHECK(to_string(found->evidence) == example.part);
  }
}

TEST_CASE("a host that has a product's name is no evidence of it", "[software]") {
  const Table table;
  for (const Product& product : table.products()) {
    std::string host;
    for (const char octet : product.name) host += octet == ' ' ? '-' : octet;
    for (const std::string& text :
         {host + ".example.org ESMTP", host + ".example.org ESMTP ready", host + " ESMTP ready",
          "mx." + host + ".example.org SMTP Server ready", "mx-" + host + ".example.org ESMTP"}) {
      const Replies replies{.greeting = reply_of(220, {text}),
                            .ehlo = reply_of(250, {text, "SIZE 1"})};
      const std::optional<Software> found = identify(table, replies);
      CAPTURE(text);
      CHECK((found ? found->product : "") == "");
    }
  }
}

TEST_CASE("docs/software.md has the products of the built-in table", "[software]") {
  std::ifstream file(MXSWEEP_SOURCE_DIR "/docs/software.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  const std::size_t table = page.find("\n## Products\n");
  REQUIRE(table != std::string::npos);
  INFO("from its heading Products on, the page has to be what `mxsweep manual software` prints");
  CHECK(page.substr(table + 1) == products_page());
}

TEST_CASE("every product has an example and a text that resembles it", "[software]") {
  const Table table;
  std::set<std::string, std::less<>> known;
  std::set<std::string, std::less<>> resembled;
  for (const Example& example : examples()) {
    (example.resembles ? resembled : known).insert(example.product);
  }
  std::set<std::string, std::less<>> names;
  for (const Product& product : table.products()) {
    CAPTURE(product.name);
    CHECK(known.contains(product.name));
    CHECK(resembled.contains(product.name));
    CHECK(names.emplace(product.name).second);
    CHECK_FALSE(product.vendor.empty());
  }
  CHECK(names.size() >= 60);
}

}  // namespace mxsweep::software

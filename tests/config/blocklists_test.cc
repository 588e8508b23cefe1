// SPDX-License-Identifier: MIT
#include "mxsweep/config/blocklists.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "config/read.h"
#include "mxsweep/config/sections.h"
#include "support/catch.h"

namespace mxsweep::config {
namespace {

using blocklists::Kind;
using blocklists::QueryError;
using blocklists::Zone;

Room room_with_keys() {
  return {{{"/zen.key", "S3CRETkey\n"}, {"/odd.key", "s3cret.key\n"}, {"/empty", "\n"}},
          {{"ZEN_KEY", "s3cret-key"}}};
}

constexpr std::string_view kState = "[state]\nfile = \"/var/lib/lists\"\n";

// With a [state], unless the text has one.
ConfiguredBlocklists read_lists_of(std::string_view text) {
  const Room room = room_with_keys();
  const bool has_state = text.find("[state]") != std::string_view::npos;
  return read_blocklists({"lists.toml", std::string(text) + std::string(has_state ? "" : kState)},
                         room.surroundings());
}

std::vector<Zone> zones_of(std::string_view text) {
  ConfiguredBlocklists configured = read_lists_of(text);
  for (const Problem& problem : configured.problems) UNSCOPED_INFO(problem.text());
  REQUIRE(configured.zones);
  return *std::move(configured.zones);
}

struct ListMistake {
  std::string_view lines;  // From line 5 on, after a list that is whole; or all of it.
  std::string_view sentence;
};

constexpr std::string_view kListHead =
    "[[list]]\n"
    "name = \"zen\"\n"
    "zone = \"zen.example\"\n"
    "kinds = \"ip4\"\n";

void expect_mistakes(std::string_view head, const std::vector<ListMistake>& mistakes) {
  for (const ListMistake& mistake : mistakes) {
    CAPTURE(mistake.lines);
    const ConfiguredBlocklists configured =
        read_lists_of(std::string(head) + std::string(mistake.lines));
    CHECK_FALSE(configured.zones.has_value());
    REQUIRE(configured.problems.size() == 1);
    CHECK(configured.problems[0].text() == "lists.toml:" + std::string(mistake.sentence));
  }
}

}  // namespace

TEST_CASE("a list needs a name, a zone and its kinds", "[config][blocklists]") {
  const std::vector<Zone> zones = zones_of(kListHead);
  REQUIRE(zones.size() == 1);
  CHECK(zones[0].name == "zen");
  CHECK(zones[0].zone == "zen.example");
  CHECK(zones[0].kinds.has(Kind::ip4));
  CHECK_FALSE(zones[0].kinds.has(Kind::ip6));
  CHECK(zones[0].per_day == 50'000);
  CHECK(zones[0].per_second == 50);
  CHECK(zones[0].key.empty());
}

TEST_CASE("a file without a place for the count is not whole", "[config][blocklists]") {
  const Room room = room_with_keys();
  const ConfiguredBlocklists without =
      read_blocklists({"lists.toml", std::string(kListHead)}, room.surroundings());
  REQUIRE(without.problems.size() == 1);
  CHECK(without.problems[0].sentence ==
        "there is no [state] with a file: what a list allows in a day is counted over all runs");
  CHECK(read_lists_of(kListHead).state == "/var/lib/lists");
}

TEST_CASE("everything that a list can have is read", "[config][blocklists]") {
  const std::vector<Zone> zones = zones_of(
      "[[list]]\n"
      "name = \"zen\"\n"
      "zone = \"${key}.ZEN.example.\"\n"
      "kinds = [\"ip6\", \"domain\"]\n"
      "key = \"${ZEN_KEY}\"\n"
      "per_day = 100\n"
      "per_second = 3\n"
      "bits = true\n"
      "test_listed = \"dbltest.com\"\n"
      "test_unlisted = \"Example.COM\"\n"
      "codes = [{ code = [\"127.0.0.10\", \"127.0.0.11\"], word = \"PBL\", severity = \"notice\" "
      "},\n"
      "         { code = \"127.0.0.2\", word = \"SBL\" }]\n"
      "errors = [{ code = \"127.0.0.1\" }, { code = \"127.0.0.99\", error = \"excess_volume\" "
      "}]\n");
  REQUIRE(zones.size() == 1);
  const Zone& zone = zones[0];
  CHECK(query_name(zone, "example.org") == "example.org.s3cret-key.zen.example");
  CHECK(zone.kinds.has(Kind::domain));
  CHECK(zone.per_day == 100);
  CHECK(zone.per_second == 3);
  CHECK(zone.bits);
  CHECK(zone.listed == "dbltest.com");
  CHECK(zone.unlisted == "example.com");
  REQUIRE(zone.codes.size() == 3);
  CHECK(zone.codes[1].address == 0x7f00000b);
  CHECK(zone.codes[1].word == "PBL");
  CHECK(zone.codes[1].severity == Severity::notice);
  CHECK(zone.codes[2].severity == Severity::error);
  REQUIRE(zone.errors.size() == 2);
  CHECK(zone.errors[0].error == QueryError::blocked);
  CHECK(zone.errors[1].error == QueryError::excess_volume);
}

TEST_CASE("a key may come from a file, and is in lower case as DNS has it",
          "[config][blocklists]") {
  const std::vector<Zone> zones = zones_of(
      "[[list]]\nname = \"zen\"\nzone = \"${key}.zen.example\"\nkinds = \"ip4\"\n"
      "key_file = \"/zen.key\"\n");
  REQUIRE(zones.size() == 1);
  CHECK(zones[0].key.reveal() == "s3cretkey");
  CHECK(line_of(zones[0]).find("s3cret") == std::string::npos);
}

TEST_CASE("a list that is not used needs no key, and is left out", "[config][blocklists]") {
  const std::vector<Zone> zones = zones_of(
      std::string(kListHead) +
      "[[list]]\nname = \"dqs\"\nzone = \"${key}.zen.example\"\nkinds = \"ip4\"\nuse = false\n"
      "key_file = \"/missing.key\"\n");
  REQUIRE(zones.size() == 1);
  CHECK(zones[0].name == "zen");
}

TEST_CASE("a mistake in a file of blocklists has its line and column", "[config][blocklists]") {
  expect_mistakes(
      kListHead,
      {
          {"per_day = 5\n", "5:11: per_day must be from 20 to 1000000000, not 5"},
          {"per_secnd = 5\n", "5:1: unknown key 'per_secnd', do you mean 'per_second'?"},
          {"key_file = \"/zen.key\"\n",
           "5:12: key_file: the zone has no place for it: write ${key} there"},
          {"codes = [{ code = \"128.0.0.2\", word = \"x\" }]\n",
           "5:19: code: '128.0.0.2' is not an address of 127.0.0.0/8"},
          {"codes = [{ code = \"127.0.0.2\" }]\n", "5:10: word is missing: word = \"PBL\""},
          {"codes = [{ code = \"127.0.0.2\", word = \"x\", severity = \"fatal\" }]\n",
           "5:55: severity must be error, warn, notice or info, not 'fatal'"},
          {"codes = [{ code = [\"127.0.0.2\", \"127.0.0.2\"], word = \"x\" }]\n",
           "5:19: code: 127.0.0.2 stands twice"},
          {"errors = [{ code = \"127.0.0.1\", error = \"rewritten\" }]\n",
           "5:41: error must be typing_error, open_resolver, excess_volume, wrong_kind or blocked, "
           "not 'rewritten'"},
          {"test_listed = \"..\"\n", "5:15: test_listed: '..' is not the name of a domain"},
          {"[[list]]\nname = \"zen\"\nzone = \"b.example\"\nkinds = \"ip4\"\n",
           "5:1: there are two lists of the name 'zen'"},
          {"[lists]\n", "5:2: unknown section 'lists', do you mean 'list'?"},
          {"[state]\n", "5:1: file is missing: file = \"/var/lib/mxsweep/blocklists\""},
          {"[state]\nfile = 5\n",
           "6:8: file must be a text such as \"/var/lib/mxsweep/blocklists\""},
          {"[[state]]\nfile = \"a\"\n", "5:1: this section is written [state]"},
      });
  expect_mistakes(
      "",
      {
          {"", " there is no [[list]] to use: nothing would be asked"},
          {"[list]\nname = \"zen\"\n", "1:1: this section is written [[list]]"},
          {"[[list]]\nzone = \"a.example\"\nkinds = \"ip4\"\n",
           "1:1: name is missing: name = \"zen\""},
          {"[[list]]\nname = \"a b\"\nzone = \"a.example\"\nkinds = \"ip4\"\n",
           "2:8: name: 'a b' is not 1 to 32 letters, digits, '.', '-' and '_'"},
          {"[[list]]\nname = \"a\"\nzone = \"example\"\nkinds = \"ip4\"\n",
           "3:8: zone: 'example' is not the name of a zone, with ${key} in the place of the key "
           "if it has one"},
          {"[[list]]\nname = \"a\"\nzone = \"a.example\"\nkinds = [\"ip4\", \"ipv6\"]\n",
           "4:17: kinds: 'ipv6' is not ip4, ip6 or domain"},
          {"[[list]]\nname = \"a\"\nzone = \"${key}.example\"\nkinds = \"ip4\"\n",
           "1:1: key is missing (or key_file): key = \"${BLOCKLIST_KEY}\""},
      });
}

TEST_CASE("no problem quotes a key", "[config][blocklists]") {
  constexpr std::string_view kBegin =
      "[[list]]\nname = \"a\"\nzone = \"${key}.zen.example\"\nkinds = \"ip4\"\n";
  expect_mistakes(kBegin,
                  {
                      {"key = \"s3cret key\"\n",
                       "5:7: key: the key is not 1 to 63 letters, digits, '-' and '_'"},
                      {"key_file = \"/odd.key\"\n",
                       "5:12: key_file: the key is not 1 to 63 letters, digits, '-' and '_'"},
                      {"key_file = \"/empty\"\n", "5:12: key_file: the file is empty"},
                      {"key = \"s3cret\"\nkey_file = \"/zen.key\"\n",
                       "6:12: key and key_file are both given: one of them is enough"},
                  });
}

TEST_CASE("the example is whole, and none of its lists is in use", "[config][blocklists]") {
  const std::string example = text_of_file("src/config/blocklists.toml.example");
  const ConfiguredBlocklists unused = read_lists_of(example);
  REQUIRE(unused.problems.size() == 1);
  CHECK(unused.problems[0].sentence == "there is no [[list]] to use: nothing would be asked");

  std::string used = example;
  for (std::size_t at = 0; (at = used.find("use = false", at)) != std::string::npos;) {
    used.replace(at, 11, "use = true");
  }
  const std::string_view kFile = "/etc/mxsweep/spamhaus.key";
  used.replace(used.find(kFile), kFile.size(), "/zen.key");
  CHECK(zones_of(used).size() == 5);
}

TEST_CASE("the page of blocklists has every key", "[config][blocklists]") {
  const std::string page = text_of_file("docs/blocklists.md");
  for (const Section& section : blocklist_sections()) {
    for (const Key& key : section.keys) {
      CAPTURE(key.name);
      CHECK(page.find("`" + std::string(key.name) + "`") != std::string::npos);
    }
  }
}

}  // namespace mxsweep::config

// SPDX-License-Identifier: MIT
// The list as a stream: cuts, limits, random octets.
#include "mxsweep/targets/reader.h"

#include <string>
#include <string_view>

#include "mxsweep/core/random.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"
#include "targets/read_list.h"

using mxsweep::Random;
using mxsweep::targets::BadLine;
using mxsweep::targets::kBadLineOctetsKept;
using mxsweep::targets::kLineOctetsMax;
using mxsweep::targets::Reader;
using mxsweep::targets::Target;
using Next = Reader::Next;

namespace {

constexpr std::string_view kEveryForm =
    "\xef\xbb\xbf# a list\r\n"
    "192.0.2.10\n"
    "192.0.2.10:587\r\n"
    "  192.0.2.10,587\t# submission\n"
    "\n"
    "[2001:db8::5]:25\r\n"
    "2001:db8::5\n"
    "mx1.example.net\n"
    "mx1.example.net:587\n"
    "192.0.2.0/30\n"
    "2001:db8::/127\r\n"
    "192.0.2.10,mx1.example.net\n"
    " \t \r\n"
    "{\"target\":\"192.0.2.0/31\",\"port\":465,\"tls\":\"implicit\",\"name\":\"b\xc3\xbc\",\"meta\""
    ":{\"a\": [1, \"\\u00e9\"]}}\r\n"
    "what is this?\n"
    "{\"target\":\"192.0.2.1\",\"prot\":25}\n"
    "caf\xe9\n"
    "192.0.2.99:99999\n"
    "198.51.100.7";

ReadOptions in_pieces_of(std::size_t octets) {
  ReadOptions options;
  options.piece_octets = octets;
  return options;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

}  // namespace

TEST_CASE("a list with every form of line yields the expected items", "[targets][reader]") {
  CHECK(read_list(kEveryForm) ==
        Items{
            "2 192.0.2.10 25 text=192.0.2.10",
            "3 192.0.2.10 587 text=192.0.2.10:587",
            "4 192.0.2.10 587 text=192.0.2.10,587",
            "6 2001:db8::5 25 text=[2001:db8::5]:25",
            "7 2001:db8::5 25 text=2001:db8::5",
            "8 unresolved 25 text=mx1.example.net",
            "9 unresolved 587 text=mx1.example.net:587",
            "10 192.0.2.0 25 text=192.0.2.0/30",
            "10 192.0.2.1 25 text=192.0.2.0/30",
            "10 192.0.2.2 25 text=192.0.2.0/30",
            "10 192.0.2.3 25 text=192.0.2.0/30",
            "11 2001:db8:: 25 text=2001:db8::/127",
            "11 2001:db8::1 25 text=2001:db8::/127",
            "12 192.0.2.10 25 text=192.0.2.10,mx1.example.net name=mx1.example.net",
            "14 192.0.2.0 465 text=192.0.2.0/31 name=b\xc3\xbc tls=implicit "
            "meta={\"a\": [1, \"\\u00e9\"]}",
            "14 192.0.2.1 465 text=192.0.2.0/31 name=b\xc3\xbc tls=implicit "
            "meta={\"a\": [1, \"\\u00e9\"]}",
            "15 bad input.syntax text=what is this?",
            "16 bad input.unknown_key text={\"target\":\"192.0.2.1\",\"prot\":25}",
            "17 bad input.not_text text=caf\xe9",
            "18 bad input.port text=192.0.2.99:99999",
            "19 198.51.100.7 25 text=198.51.100.7",
        });
}

TEST_CASE("a list does not depend on how it was cut into blocks", "[targets][reader]") {
  const Items whole = read_list(kEveryForm);
  for (std::size_t octets = 1; octets < kEveryForm.size(); ++octets) {
    INFO(octets);
    REQUIRE(read_list(kEveryForm, in_pieces_of(octets)) == whole);
  }
}

TEST_CASE("a list cut in two anywhere reads the same, without reading beyond its octets",
          "[targets][reader]") {
  const Items whole = read_list(kEveryForm);
  for (std::size_t cut = 0; cut <= kEveryForm.size(); ++cut) {
    INFO(cut);
    Reader reader({25});
    Items items;
    {
      const GuardedBytes first(kEveryForm.substr(0, cut));
      reader.feed(first.view());
      REQUIRE(drain(reader, items, SIZE_MAX));
    }
    const GuardedBytes second(kEveryForm.substr(cut));
    reader.feed(second.view());
    REQUIRE(drain(reader, items, SIZE_MAX));
    reader.finish();
    REQUIRE_FALSE(drain(reader, items, SIZE_MAX));
    REQUIRE(items == whole);
  }
}

TEST_CASE("a target is ready as soon as its line is", "[targets][reader]") {
  Reader reader({25});
  Target target;
  BadLine bad;
  CHECK(reader.next(target, bad) == Next::need_more);
  reader.feed("192.0.2.1\n192.0.2.2");
  CHECK(reader.next(target, bad) == Next::target);
  CHECK(target.line == 1);
  CHECK(reader.next(target, bad) == Next::need_more);
  reader.feed("\n");
  CHECK(reader.next(target, bad) == Next::target);
  CHECK(target.text() == "192.0.2.2");
  CHECK(reader.next(target, bad) == Next::need_more);
  reader.finish();
  CHECK(reader.next(target, bad) == Next::end);
  CHECK(reader.next(target, bad) == Next::end);
}

TEST_CASE("the last line needs no line end, whether in the block or carried over",
          "[targets][reader]") {
  Reader reader({25});
  Target target;
  BadLine bad;
  SECTION("still in the block") {
    reader.feed("192.0.2.1\n192.0.2.2");
    reader.finish();
    CHECK(reader.next(target, bad) == Next::target);
  }
  SECTION("carried over") {
    reader.feed("192.0.2.1\n192.0.2.2");
    CHECK(reader.next(target, bad) == Next::target);
    CHECK(reader.next(target, bad) == Next::need_more);
    reader.finish();
  }
  CHECK(reader.next(target, bad) == Next::target);
  CHECK(target.text() == "192.0.2.2");
  CHECK(target.line == 2);
  CHECK(reader.next(target, bad) == Next::end);
  CHECK(reader.next(target, bad) == Next::end);
  CHECK(reader.lines_read() == 2);
}

TEST_CASE("a list without targets ends at once", "[targets][reader]") {
  for (const std::string_view list : {"", "\n", "\r\n\r\n", "#", "# x\n", "\xef\xbb\xbf", " \t"}) {
    INFO(list);
    CHECK(read_list(list).empty());
    CHECK(read_list(list, in_pieces_of(1)).empty());
  }
}

TEST_CASE("a byte order mark is tolerated at the very start only", "[targets][reader]") {
  CHECK(read_list("\xef\xbb\xbf\xef\xbb\xbf"
                  "192.0.2.1") == Items{"1 bad input.syntax text=\xef\xbb\xbf"
                                        "192.0.2.1"});
  CHECK(read_list("\n\xef\xbb\xbf"
                  "192.0.2.1") == Items{"2 bad input.syntax text=\xef\xbb\xbf"
                                        "192.0.2.1"});
}

TEST_CASE("lines read and lines skipped are counted", "[targets][reader]") {
  Reader reader({25, 465});
  Items items;
  reader.feed("# a\n\n192.0.2.0/31\r\n?\n \n192.0.2.9\n  # b\n");
  CHECK(drain(reader, items, SIZE_MAX));
  reader.finish();
  CHECK_FALSE(drain(reader, items, SIZE_MAX));
  CHECK(items.size() == 7);
  CHECK(reader.lines_read() == 7);
  CHECK(reader.lines_skipped() == 4);
}

TEST_CASE("the rest of a line can be left unread", "[targets][reader]") {
  Reader reader({25, 465});
  Target target;
  BadLine bad;
  reader.feed("::/0\n192.0.2.0/31\n192.0.2.9\n");
  REQUIRE(reader.next(target, bad) == Next::target);
  CHECK(describe(target) == "1 ::1 25 text=::/0");
  reader.skip_rest_of_line();
  REQUIRE(reader.next(target, bad) == Next::target);
  REQUIRE(reader.next(target, bad) == Next::target);
  REQUIRE(reader.next(target, bad) == Next::target);
  CHECK(describe(target) == "2 192.0.2.1 25 text=192.0.2.0/31");
  reader.skip_rest_of_line();
  REQUIRE(reader.next(target, bad) == Next::target);
  CHECK(describe(target) == "3 192.0.2.9 25 text=192.0.2.9");
  reader.skip_rest_of_line();
  CHECK(reader.next(target, bad) == Next::need_more);
}

TEST_CASE("a line that is not UTF-8 text is reported as such", "[targets][reader]") {
  using namespace std::string_literals;
  for (const std::string& line :
       {"\0"s, "192.0.2.1\0"s,
        "\0"
        "192.0.2.1"s,
        "192.0.2.1,\xff"s, "b\xc3.example"s, "\xed\xa0\x80.example"s, "\xc0\xaf"s,
        "{\"target\":\"\xff\"}"s, "{\"target\":\"192.0.2.1\",\"meta\":\"\xe9\"}"s,
        "{\"target\":\"192.0.2.1\"}\0"s, "\xff.\xfe\x31\0"s}) {
    CHECK(read_list(line) == Items{"1 bad input.not_text text=" + line});
  }
}

TEST_CASE("a line may be as long as the limit and no longer", "[targets][reader]") {
  const std::string head = "{\"target\":\"192.0.2.1\",\"meta\":\"";
  const std::string longest = head + std::string(kLineOctetsMax - head.size() - 2, 'x') + "\"}";
  REQUIRE(longest.size() == kLineOctetsMax);
  const std::string too_long = " " + longest;
  for (const std::size_t octets : {std::size_t{1}, std::size_t{4096}, kLineOctetsMax - 1,
                                   kLineOctetsMax, kLineOctetsMax + 1, SIZE_MAX}) {
    INFO(octets);
    const Items items =
        read_list(longest + "\n" + too_long + "\n192.0.2.2\n" + longest, in_pieces_of(octets));
    REQUIRE(items.size() == 4);
    CHECK(items[0].starts_with("1 192.0.2.1 25"));
    CHECK(items[1] == "2 bad input.line_too_long text=" + longest.substr(0, kBadLineOctetsKept));
    CHECK(items[2] == "3 192.0.2.2 25 text=192.0.2.2");
    CHECK(items[3].starts_with("4 192.0.2.1 25"));
    CHECK(read_list(too_long, in_pieces_of(octets)) ==
          Items{"1 bad input.line_too_long text=" + longest.substr(0, kBadLineOctetsKept)});
  }
}

TEST_CASE("an endless line is one bad line, reported before it ends", "[targets][reader]") {
  Reader reader({25});
  Items items;
  const std::string block(64 * 1024, 'x');
  for (int i = 0; i < 100; ++i) {
    reader.feed(block);
    REQUIRE(drain(reader, items, SIZE_MAX));
    REQUIRE(items.size() == 1);
  }
  reader.feed("\n192.0.2.1\n");
  CHECK(drain(reader, items, SIZE_MAX));
  CHECK(items == Items{"1 bad input.line_too_long text=" + block.substr(0, kBadLineOctetsKept),
                       "2 192.0.2.1 25 text=192.0.2.1"});
}

TEST_CASE("a comment may be of any length, but blanks do not hide a target", "[targets][reader]") {
  const std::string comment = "# " + std::string(3 * kLineOctetsMax, 'x');
  const std::string blanks = std::string(2 * kLineOctetsMax, ' ') + "192.0.2.1";
  for (const std::size_t octets : {std::size_t{1000}, SIZE_MAX}) {
    CHECK(read_list(comment + "\n192.0.2.1\n", in_pieces_of(octets)) ==
          Items{"2 192.0.2.1 25 text=192.0.2.1"});
    CHECK(read_list(blanks, in_pieces_of(octets)) == Items{"1 bad input.line_too_long text="});
  }
}

TEST_CASE("a long bad line is kept up to a whole character", "[targets][reader]") {
  const std::string letter = "\xc3\xa9";
  CHECK(read_list(repeated(letter, 300)) ==
        Items{"1 bad input.syntax text=" + repeated(letter, kBadLineOctetsKept / 2)});
  CHECK(read_list("x" + repeated(letter, 300)) ==
        Items{"1 bad input.syntax text=x" + repeated(letter, kBadLineOctetsKept / 2 - 1)});
}

TEST_CASE("random octets read the same wherever they are cut, and every line is accounted for",
          "[targets][reader]") {
  const std::vector<std::string> words = {"192.0.2.1",
                                          "2001:db8::5",
                                          "[",
                                          "]",
                                          ":",
                                          ",",
                                          "/",
                                          "25",
                                          "0",
                                          "31",
                                          "127",
                                          "mx",
                                          ".example",
                                          "#",
                                          " ",
                                          "\t",
                                          "\r",
                                          "\n",
                                          "\n",
                                          "\r\n",
                                          "{\"target\":\"",
                                          "\"}",
                                          "\"meta\":",
                                          "{",
                                          "}",
                                          "\"",
                                          "\\",
                                          "\xc3\xa9",
                                          "\xff",
                                          "\xef\xbb\xbf",
                                          std::string(1, '\0')};
  Random random(1);
  for (int round = 0; round < 3000; ++round) {
    std::string list;
    for (std::uint32_t i = random.below(40); i > 0; --i) {
      if (random.below(8) == 0) {
        list += static_cast<char>(random.below(256));
      } else {
        list += words[random.below(static_cast<std::uint32_t>(words.size()))];
      }
    }
    ReadOptions options;
    options.items_max = 300;  // Some of the lines are huge prefixes.
    const Items whole = read_list(list, options);
    for (int cuts = 0; cuts < 3; ++cuts) {
      options.piece_octets = 1 + random.below(static_cast<std::uint32_t>(list.size()) + 1);
      REQUIRE(read_list(list, options) == whole);
    }

    Reader reader({25});
    Items items;
    reader.feed(list);
    if (!drain(reader, items, options.items_max)) continue;
    reader.finish();
    if (drain(reader, items, options.items_max) || items.size() == options.items_max) continue;
    std::uint64_t lines = 0;
    std::string_view last;
    for (const std::string& item : items) {
      const std::string_view number = std::string_view(item).substr(0, item.find(' '));
      if (number != last) ++lines;
      last = number;
    }
    REQUIRE(reader.lines_read() == reader.lines_skipped() + lines);
  }
}

TEST_CASE("the rest of a line is counted before it is skipped", "[targets][reader]") {
  mxsweep::targets::Reader reader({25, 587});
  reader.feed("10.0.0.0/8\nmx.example.net\n192.0.2.1:465\n::/0\n");
  reader.finish();
  mxsweep::targets::Target target;
  mxsweep::targets::BadLine bad;
  for (const std::uint64_t rest :
       {(std::uint64_t{1} << 25U) - 1, std::uint64_t{1}, std::uint64_t{0}, UINT64_MAX}) {
    REQUIRE(reader.next(target, bad) == mxsweep::targets::Reader::Next::target);
    CHECK(reader.rest_of_line() == rest);
    reader.skip_rest_of_line();
  }
}

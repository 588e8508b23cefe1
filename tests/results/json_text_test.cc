// SPDX-License-Identifier: MIT
#include "mxsweep/results/json_text.h"

#include <array>
#include <chrono>
#include <string>

#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::results {
namespace {

std::string quoted(std::string_view octets, Encoding encoding) {
  std::string out;
  {
    JsonText json(out);
    json.quoted(octets, encoding);
  }
  return out;
}

// The reference: the rule applied octet by octet.
std::string quoted_slowly(std::string_view octets, Encoding encoding) {
  constexpr std::string_view kShort = "\b\t\n\f\r\"\\";
  constexpr std::string_view kLetters = "btnfr\"\\";
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char octet : octets) {
    const auto value = static_cast<unsigned char>(octet);
    const std::size_t found = kShort.find(octet);
    if (found != kShort.npos) {
      out += '\\';
      out += kLetters[found];
    } else if (value < 0x20 || (value > 0x7f && encoding == Encoding::latin1)) {
      out += "\\u00";
      out += kHex[value / 16];
      out += kHex[value % 16];
    } else {
      out += octet;
    }
  }
  return out + '"';
}

std::string milliseconds(Duration span) {
  std::string out;
  {
    JsonText json(out);
    json.milliseconds(span);
  }
  return out;
}

std::string wall_time(WallTime time) {
  std::string out;
  {
    JsonText json(out);
    json.wall_time(time);
  }
  return out;
}

std::string wall_second(WallTime time) {
  std::string out;
  {
    JsonText json(out);
    json.wall_second(time);
  }
  return out;
}

}  // namespace

TEST_CASE("an octet is escaped the same wherever it stands in a text", "[results][json]") {
  for (const Encoding encoding : {Encoding::utf8, Encoding::latin1}) {
    for (int value = 0; value < 256; ++value) {
      for (std::size_t place = 0; place < 20; ++place) {
        std::string text(20, 'x');
        text[place] = static_cast<char>(value);
        const GuardedBytes guarded(text);
        REQUIRE(quoted(guarded.view(), encoding) == quoted_slowly(text, encoding));
      }
    }
  }
}

TEST_CASE("a text of any length is escaped completely", "[results][json]") {
  for (const char octet : {'a', '\x80'}) {
    for (std::size_t length = 0; length < 9000; length += length < 600 ? 1 : 251) {
      const std::string text(length, octet);
      const GuardedBytes guarded(text);
      REQUIRE(quoted(guarded.view(), Encoding::latin1) == quoted_slowly(text, Encoding::latin1));
    }
  }
}

TEST_CASE("pieces of JSON are kept in order, whatever their sizes", "[results][json]") {
  std::string out = "before";
  std::string expected = out;
  {
    JsonText json(out);
    for (std::size_t length : {1UL, 6000UL, 200UL, 7000UL, 0UL, 6144UL, 3UL}) {
      const std::string piece(length, static_cast<char>('a' + length % 26));
      json.raw(piece);
      json.number(length);
      expected += piece + std::to_string(length);
    }
  }
  CHECK(out == expected);
}

TEST_CASE("only ASCII letters become capitals", "[results][json]") {
  std::string out;
  {
    JsonText json(out);
    json.escaped_in_capitals("aZz{`@ \xc3\xbc" + std::string(600, 'q'), Encoding::utf8);
  }
  CHECK(out == "AZZ{`@ \xc3\xbc" + std::string(600, 'Q'));
}

TEST_CASE("every octet is two hexadecimal digits", "[results][json]") {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  std::string expected;
  {
    JsonText json(out);
    for (std::size_t begin = 0; begin < 256; begin += 32) {
      std::array<std::uint8_t, 32> octets;
      for (std::size_t i = 0; i < octets.size(); ++i) {
        octets[i] = static_cast<std::uint8_t>(begin + i);
        expected += kHex[octets[i] / 16U];
        expected += kHex[octets[i] % 16U];
      }
      json.hexadecimal(octets);
    }
  }
  CHECK(out == expected);
}

TEST_CASE("numbers have exactly their digits", "[results][json]") {
  std::string out;
  {
    JsonText json(out);
    for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{9}, std::uint64_t{10},
                                      std::uint64_t{9'999'999'999'999'999'999U},
                                      std::uint64_t{10'000'000'000'000'000'000U}, UINT64_MAX}) {
      json.number(value);
      json.raw(" ");
    }
  }
  CHECK(out == "0 9 10 9999999999999999999 10000000000000000000 18446744073709551615 ");
}

TEST_CASE("milliseconds are rounded to whole microseconds", "[results][json]") {
  CHECK(milliseconds(Duration{0}) == "0.000");
  CHECK(milliseconds(Duration{499}) == "0.000");
  CHECK(milliseconds(Duration{500}) == "0.001");
  CHECK(milliseconds(Duration{1'203'999}) == "1.204");
  CHECK(milliseconds(Duration{12'010'000}) == "12.010");
  CHECK(milliseconds(Duration{999'999'500}) == "1000.000");
  CHECK(milliseconds(Duration::max()) == "9223372036854.776");
}

TEST_CASE("wall time is written as RFC 3339 requires", "[results][json]") {
  using namespace std::chrono;
  const auto at = [](sys_days day, microseconds time) { return WallTime{day} + time; };
  CHECK(wall_time(at(1970y / January / 1, 1us)) == "\"1970-01-01T00:00:00.000001Z\"");
  CHECK(wall_time(at(2000y / February / 29, 86'399'999'999us)) ==
        "\"2000-02-29T23:59:59.999999Z\"");
  CHECK(wall_time(at(2026y / November / 22, 36'900'123'456us)) ==
        "\"2026-11-22T10:15:00.123456Z\"");
  CHECK(wall_time(at(9999y / December / 31, 0us)) == "\"9999-12-31T00:00:00.000000Z\"");
}

TEST_CASE("a time to the second has no fraction, in the far past and future too",
          "[results][json]") {
  using namespace std::chrono;
  CHECK(wall_second(WallTime{}) == "\"1970-01-01T00:00:00Z\"");
  CHECK(wall_second(WallTime{microseconds{-1}}) == "\"1969-12-31T23:59:59Z\"");
  CHECK(wall_second(WallTime{sys_days(1950y / March / 1)} - 1us) == "\"1950-02-28T23:59:59Z\"");
  CHECK(wall_second(WallTime{sys_days(0y / January / 1)}) == "\"0000-01-01T00:00:00Z\"");
  CHECK(wall_second(WallTime{sys_days(10000y / January / 1)} - 1us) == "\"9999-12-31T23:59:59Z\"");
}

TEST_CASE("a time that RFC 3339 cannot express counts as not known", "[results][json]") {
  using namespace std::chrono;
  CHECK_FALSE(is_known(WallTime{}));
  CHECK_FALSE(is_known(WallTime{microseconds{-1}}));
  CHECK_FALSE(is_known(WallTime::max()));
  CHECK_FALSE(is_known(WallTime{sys_days{10000y / January / 1}}));
  CHECK(is_known(WallTime{sys_days{10000y / January / 1}} - 1us));
  CHECK(is_known(WallTime{1us}));
  CHECK(can_be_written(WallTime{microseconds{-1}}));
  CHECK(can_be_written(WallTime{sys_days{0y / January / 1}}));
  CHECK_FALSE(can_be_written(WallTime{sys_days{0y / January / 1}} - 1us));
  CHECK_FALSE(can_be_written(WallTime::min()));
  CHECK_FALSE(can_be_written(WallTime::max()));
}

TEST_CASE("a text that is not UTF-8 as a whole is Latin-1", "[results][json]") {
  CHECK(encoding_of("") == Encoding::ascii);
  for (std::size_t place = 0; place < 20; ++place) {
    std::string text(20, 'x');
    CHECK(encoding_of(GuardedBytes(text).view()) == Encoding::ascii);
    text[place] = '\xfc';
    CHECK(encoding_of(GuardedBytes(text).view()) == Encoding::latin1);
    text.replace(place, 1, "\xc3\xbc");
    CHECK(encoding_of(GuardedBytes(text).view()) == Encoding::utf8);
  }
  CHECK(encoding_of("\xed\xa0\x80") == Encoding::latin1);      // A surrogate.
  CHECK(encoding_of("\xc0\x80") == Encoding::latin1);          // NUL, overlong.
  CHECK(encoding_of("\xf4\x90\x80\x80") == Encoding::latin1);  // Beyond U+10FFFF.
}

TEST_CASE("a text that was cut loses the character that the cut divides", "[results][json]") {
  const std::string text = "a\xc3\xbc\xe2\x9c\x89\xf0\x9f\x93\xac";  // 1, 2, 3 and 4 octets.
  const std::size_t whole[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10};
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const GuardedBytes part(std::string_view(text).substr(0, cut));
    CHECK(whole_characters(part.view(), Encoding::utf8).size() == whole[cut]);
    CHECK(whole_characters(part.view(), Encoding::latin1).size() == cut);
  }
}

}  // namespace mxsweep::results

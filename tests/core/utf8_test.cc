// SPDX-License-Identifier: MIT
#include "mxsweep/core/utf8.h"

#include <string>

#include "support/catch.h"

namespace mxsweep {
namespace {

TEST_CASE("a text is cut between its characters", "[core][utf8]") {
  const std::string text = "a\u00fc\u20ac\U0001f4e7z";  // Of 1, 2, 3, 4 and 1 octets.
  REQUIRE(text.size() == 11);
  CHECK(count_characters(text) == 5);
  constexpr std::size_t kKept[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11};
  for (std::size_t octets_max = 0; octets_max < std::size(kKept); ++octets_max) {
    const std::string kept = text.substr(0, kKept[octets_max]);
    CHECK(cut_between_characters(text, octets_max) == kept);
    CHECK(without_cut_character(text.substr(0, octets_max)) == kept);
  }
  CHECK(cut_between_characters(text, 100) == text);
}

TEST_CASE("a text that is not UTF-8 loses four octets at most", "[core][utf8]") {
  const std::string text(100, '\x80');
  CHECK(cut_between_characters(text, 50).size() == 46);
  CHECK(cut_between_characters(text, 2).empty());
}

TEST_CASE("only the shortest form of a character is one", "[core][utf8]") {
  CHECK(octets_of_character("") == 0);
  CHECK(octets_of_character("az") == 1);
  CHECK(octets_of_character(std::string_view("\0", 1)) == 1);
  CHECK(octets_of_character("\u00fcz") == 2);
  CHECK(octets_of_character("\u20acz") == 3);
  CHECK(octets_of_character("\uffffz") == 3);
  CHECK(octets_of_character("\U0010ffffz") == 4);
  for (const std::string_view wrong :
       {"\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xc3", "\xc3z", "\xe0\x80\xaf", "\xe0\x9f\xbf",
        "\xe2\x82", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    INFO(wrong);
    CHECK(octets_of_character(wrong) == 0);
  }
}

}  // namespace
}  // namespace mxsweep

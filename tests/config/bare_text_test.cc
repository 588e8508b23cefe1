// SPDX-License-Identifier: MIT
#include "config/bare_text.h"

#include <string>

#include "config/read.h"
#include "support/catch.h"

namespace mxsweep::config {
namespace {

TEST_CASE("characters beyond ASCII are found outside strings and comments only",
          "[config][bare text]") {
  CHECK(!find_bare_text_beyond_ascii(""));
  CHECK(!find_bare_text_beyond_ascii("\xef\xbb\xbf[watch]\n"));
  CHECK(!find_bare_text_beyond_ascii("a = 1 # für\nb = \"ä\"\nc = 'ö'\n\"ü\" = 1"));
  CHECK(!find_bare_text_beyond_ascii("a = \"\"\"ä\n\"\"ö\\\"\"\"\"\"\nb = '''ä'\n''ö'''''"));
  CHECK(!find_bare_text_beyond_ascii("a = \"\\\"ä\" # \"\nb = 'a\\' # ä"));

  CHECK(find_bare_text_beyond_ascii("größe = 1") == Place{1, 3});
  CHECK(find_bare_text_beyond_ascii("a = 'ä' ї\n") == Place{1, 9});
  CHECK(find_bare_text_beyond_ascii("# ä\n[wätch]") == Place{2, 3});
  CHECK(find_bare_text_beyond_ascii("a = \"\"\"\nä\"\"\"\nü") == Place{3, 1});
  CHECK(find_bare_text_beyond_ascii("a = 5\"ü\"") == Place{1, 7});
  CHECK(find_bare_text_beyond_ascii("a = [\"ü\",'ü']\nb.\"ü\"={\"ü\"=5}# ü") == std::nullopt);
  CHECK(find_bare_text_beyond_ascii("a = \"\"\"\\\n  ü\"\"\"") == Place{2, 3});
  CHECK(find_bare_text_beyond_ascii("a = \"\"\"\\ü\"\"\"") == Place{1, 9});
  CHECK(find_bare_text_beyond_ascii("a = \"\\\\ü\\n ü\"") == std::nullopt);
  // A string that is not closed ends with its line: what follows is looked at.
  CHECK(find_bare_text_beyond_ascii("a = \"ä\nü = 1") == Place{2, 1});
}

TEST_CASE("a key with an umlaut is a mistake with its place, and not undefined behaviour",
          "[config][bare text]") {
  for (const char* letter : {"ä", "ї", "\u00a0", "\u1680", "\u2003", "\xff", "\xc3"}) {
    const std::string text = std::string("[watch]\nhelo") + letter + " = \"probe.example.net\"\n";
    INFO(letter);
    const std::vector<std::string> problems = problems_of(Room{}.read(text));
    REQUIRE(problems.size() == 1);
    CHECK(problems.front() ==
          "2:5: a character beyond ASCII: only texts in quotes and comments may have "
          "one");
  }
}

}  // namespace
}  // namespace mxsweep::config

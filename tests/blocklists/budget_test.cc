// SPDX-License-Identifier: MIT
#include "mxsweep/blocklists/budget.h"

#include <string>

#include "mxsweep/blocklists/zone.h"
#include "support/catch.h"

namespace mxsweep::blocklists {
namespace {

const DaySpent kSpent{.day = std::chrono::sys_days{std::chrono::year{2026} / 11 / 7},
                      .zones = {{.zone = "zen", .questions = 1204}, {.zone = "own"}}};
constexpr std::string_view kText =
    "mxsweep blocklists 1\n"
    "day 2026-11-07\n"
    "zen 1204\n"
    "own 0\n";

TEST_CASE("what was spent is a text for the next run", "[blocklists][budget]") {
  CHECK(write_spent(kSpent) == kText);
  REQUIRE(read_spent(kText).has_value());
  CHECK(*read_spent(kText) == kSpent);
}

TEST_CASE("a text that is cut or of another shape is not read", "[blocklists][budget]") {
  for (std::size_t cut = 0; cut < kText.size(); ++cut) {
    const auto read = read_spent(kText.substr(0, cut));
    // At the end of a line it is the text of fewer lists.
    if (read) CHECK(kText[cut - 1] == '\n');
  }
  for (const std::string_view text :
       {"mxsweep blocklists 2\nday 2026-11-07\n", "mxsweep blocklists 1\nday 2026-11-31\n",
        "mxsweep blocklists 1\nday 2026-1-7\n", "mxsweep blocklists 1\nday 2026-11-07\nzen -1\n",
        "mxsweep blocklists 1\nday 2026-11-07\nzen\n", "mxsweep blocklists 1\nday 2026-11-07\n 5\n",
        "mxsweep blocklists 1\nday 2026-11-07\nzen 5000000000\n"}) {
    CAPTURE(text);
    CHECK_FALSE(read_spent(text).has_value());
  }
}

TEST_CASE("lists of another configuration keep their count, on the same day",
          "[blocklists][budget]") {
  DaySpent spent{.day = kSpent.day, .zones = {{.zone = "zen", .questions = 1300}}};
  add_others(spent, kSpent);
  CHECK(spent.zones == std::vector<Spent>{{"zen", 1300}, {"own", 0}});

  DaySpent next{.day = kSpent.day + std::chrono::days{1}, .zones = {{.zone = "zen"}}};
  add_others(next, kSpent);
  CHECK(next.zones == std::vector<Spent>{{"zen", 0}});

  DaySpent many{.day = kSpent.day, .zones = {{.zone = "zen"}}};
  DaySpent before{.day = kSpent.day};
  for (std::size_t i = 0; i < kZonesMax; ++i) before.zones.push_back({std::to_string(i), 1});
  add_others(many, before);
  CHECK(many.zones.size() == kZonesMax);
  CHECK(read_spent(write_spent(many)).has_value());
}

}  // namespace
}  // namespace mxsweep::blocklists

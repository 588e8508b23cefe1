// SPDX-License-Identifier: MIT
#include "mxsweep/store/history_store.h"

#include <vector>

#include "store/database.h"
#include "store/folder.h"
#include "store/history_schema.h"
#include "support/catch.h"

namespace mxsweep::store {
namespace {

constexpr std::int64_t kHour = 494'400;  // 2026-05-27 00:00 UTC, the first of a day.
static_assert(kHour % kHoursOfDay == 0);
constexpr std::uint64_t kPlenty = 1'000'000'000;

WallTime hour_and(std::int64_t hour, std::int64_t seconds) {
  return WallTime{std::chrono::hours{kHour + hour} + std::chrono::seconds{seconds}};
}

// The results of an hour: one a minute of each monitor.
std::vector<watch::HistoryRow> rows_of(std::int64_t hour, std::uint32_t monitors) {
  std::vector<watch::HistoryRow> rows;
  for (std::int64_t minute = 0; minute < 60; ++minute) {
    for (std::uint32_t monitor = 1; monitor <= monitors; ++monitor) {
      watch::HistoryRow& row = rows.emplace_back();
      row.monitor = monitor;
      row.at_ms = (kHour + hour) * kHourMs + minute * 60'000;
      row.total_us = 1000 * monitor + static_cast<std::uint32_t>(minute);
      row.connect_us = 100;
    }
  }
  return rows;
}

int compact_all(HistoryStore& store, WallTime now) {
  int pieces = 0;
  for (bool more = true; more; ++pieces) {
    REQUIRE(store.compact(now, more).ok());
    REQUIRE(pieces < 100'000);
  }
  return pieces;
}

std::int64_t number(const Folder& folder, const std::string& sql) {
  Database database;
  REQUIRE(database.open(folder / "history.db", false));
  const auto value = database.number(sql);
  INFO(sql);
  REQUIRE(value.has_value());
  return *value;
}

void name(HistoryStore& store, std::uint32_t monitors) {
  for (std::uint32_t i = 1; i <= monitors; ++i) {
    REQUIRE(store.number_of("edge " + std::to_string(i)) == i);
  }
}

}  // namespace

TEST_CASE("a monitor keeps its number over restarts", "[store][history]") {
  const Folder folder;
  HistoryStore store;
  REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
  name(store, 5000);
  CHECK(store.number_of("edge 7") == 7);
  REQUIRE(store.add({}).ok());
  CHECK(store.number_of("edge late") == 5001);  // Given, and lost with the process.
  REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
  CHECK(store.number_of("edge 5000") == 5000);
  CHECK(store.number_of("edge other") == 5001);
}

TEST_CASE("an hour of results becomes a row for each monitor, and then goes", "[store][history]") {
  const Folder folder;
  HistoryStore store;
  REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
  name(store, 200);
  REQUIRE(store.add(rows_of(0, 200)).ok());
  REQUIRE(store.add(rows_of(1, 200)).ok());
  CHECK(number(folder, "SELECT count(*) FROM raw") == 2 * 60 * 200);
  compact_all(store, hour_and(1, 30));
  CHECK(number(folder, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'hourly%'") == 0);

  compact_all(store, hour_and(1, 61));
  CHECK(number(folder, "SELECT count(*) FROM hourly") == 200);
  CHECK(number(folder, "SELECT total_p50_us FROM hourly WHERE monitor = 150") == 150'029);
  CHECK(number(folder, "SELECT up_s FROM hourly WHERE monitor = 1") == 3600);
  CHECK(number(folder, "SELECT total_n FROM hourly WHERE monitor = 1") == 60);
  CHECK(number(folder, "SELECT tls_max_us IS NULL FROM hourly WHERE monitor = 1") == 1);
  CHECK(number(folder, "SELECT count(*) FROM " + raw_name(kHour)) == 60 * 200);

  compact_all(store, hour_and(3, 0));
  CHECK(number(folder,
               "SELECT count(*) FROM sqlite_schema WHERE name = '" + raw_name(kHour) + "'") == 0);
  CHECK(number(folder, "SELECT count(*) FROM hourly") == 400);
  CHECK(store.lost() == 0);
}

TEST_CASE("a compaction that a restart cut off is made anew", "[store][history]") {
  const Folder folder;
  HistoryStore store;
  REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
  name(store, 3000);
  REQUIRE(store.add(rows_of(0, 3000)).ok());
  for (int pieces = 1; pieces < 10; pieces += 3) {
    bool more = false;
    for (int i = 0; i < pieces; ++i) REQUIRE(store.compact(hour_and(1, 61), more).ok());
    REQUIRE(store.open(folder.path(), kPlenty, hour_and(1, 61)).ok());
  }
  compact_all(store, hour_and(1, 61));
  CHECK(number(folder, "SELECT count(*) FROM hourly") == 3000);
  CHECK(number(folder, "SELECT sum(results) FROM hourly") == 60 * 3000);
  CHECK(number(folder, "SELECT min(up_s) FROM hourly") == 3600);
}

TEST_CASE("the hours of a day become a row of the day", "[store][history]") {
  const Folder folder;
  HistoryStore store;
  REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
  name(store, 150);
  for (std::int64_t hour = 0; hour < 24; ++hour) {
    REQUIRE(store.add(rows_of(hour, 150)).ok());
    compact_all(store, hour_and(hour + 1, 61));
  }
  CHECK(number(folder, "SELECT count(*) FROM daily") == 150);
  CHECK(number(folder, "SELECT min(results) FROM daily") == 24 * 60);
  CHECK(number(folder, "SELECT min(up_s) FROM daily") == 24 * 3600);
  CHECK(number(folder, "SELECT day FROM daily LIMIT 1") == kHour / 24);
}

TEST_CASE("a result that comes after its hour was compacted is not lost", "[store][history]") {
  const Folder folder;
  HistoryStore store;
  REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
  name(store, 2);
  REQUIRE(store.add(rows_of(0, 2)).ok());
  compact_all(store, hour_and(1, 61));
  REQUIRE(store.add(rows_of(0, 1)).ok());
  CHECK(number(folder, "SELECT count(*) FROM " + raw_name(kHour + 1)) == 60);
}

TEST_CASE("the budget is kept, and the space of what goes is used again", "[store][history]") {
  const Folder folder(true);
  HistoryStore store;
  constexpr std::uint64_t kBudget = 1'000'000;
  REQUIRE(store.open(folder.path(), kBudget, hour_and(0, 0)).ok());
  name(store, 200);
  for (std::int64_t hour = 0; hour < 50; ++hour) {
    REQUIRE(store.add(rows_of(hour, 200)).ok());
    compact_all(store, hour_and(hour + 1, 61));
    CHECK(store.octets() < kBudget);
  }
  CHECK(folder.octets("history.db") < kBudget * 3 / 2);
  CHECK(number(folder, "SELECT count(*) FROM daily") == 2 * 200);
  CHECK(number(folder, "SELECT min(hour) FROM hourly") > kHour);

  // A smaller budget shrinks the file.
  REQUIRE(store.open(folder.path(), 500'000, hour_and(52, 0)).ok());
  compact_all(store, hour_and(60, 0));
  REQUIRE(store.open(folder.path(), 500'000, hour_and(90, 0)).ok());
  compact_all(store, hour_and(90, 0));
  store.close();
  CHECK(folder.octets("history.db") <= 500'000);
}

TEST_CASE("a damaged history is set aside, and a new one begun with the same numbers",
          "[store][history]") {
  const Folder folder;
  HistoryStore store;
  REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
  name(store, 100);
  REQUIRE(store.add(rows_of(0, 100)).ok());
  store.close();
  SECTION("before it is opened") {
    folder.write("history.db", folder.read("history.db").substr(0, 10'000));
    REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
    CHECK(store.damage().find("set aside as") != std::string::npos);
    name(store, 100);
  }
  SECTION("an empty file") {
    folder.write("history.db", "");
    REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
    CHECK_FALSE(store.damage().empty());
    name(store, 100);
  }
  SECTION("while it is in use") {
    REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
    {
      Database database;
      REQUIRE(database.open(folder / "history.db", false));
      REQUIRE(
          database.execute("PRAGMA writable_schema=ON; PRAGMA schema_version=99;"
                           "UPDATE sqlite_schema SET rootpage = 99999 WHERE name = 'monitor'"));
    }
    CHECK_FALSE(store.add(rows_of(1, 100)).ok());
    CHECK(store.lost() == 6000);
    CHECK(store.damage().find("set aside as") != std::string::npos);
  }
  REQUIRE(store.add(rows_of(1, 100)).ok());
  CHECK(folder.beginning("history.db.corrupt-").size() >= 1);
  CHECK(number(folder, "SELECT count(*) FROM monitor") == 100);
  CHECK(number(folder, "SELECT id FROM monitor WHERE key = 'edge 42'") == 42);
  CHECK(number(folder, "SELECT count(*) FROM raw") == 6000);
}

TEST_CASE("a history of a later version is refused and left alone", "[store][history]") {
  const Folder folder;
  HistoryStore store;
  REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
  store.close();
  {
    Database database;
    REQUIRE(database.open(folder / "history.db", false));
    REQUIRE(
        database.execute("PRAGMA user_version=2; UPDATE meta SET value = 2"
                         " WHERE name = 'version'"));
  }
  const Status opened = store.open(folder.path(), kPlenty, hour_and(0, 0));
  CHECK(opened.kind() == Status::Kind::unusable);
  CHECK(folder.beginning("history.db.corrupt-").empty());
}

}  // namespace mxsweep::store

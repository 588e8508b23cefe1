// SPDX-License-Identifier: MIT
#include "mxsweep/store/history_reader.h"

#include <map>
#include <utility>
#include <vector>

#include "mxsweep/store/history_store.h"
#include "store/folder.h"
#include "store/history_schema.h"
#include "support/cases.h"
#include "support/catch.h"

namespace mxsweep::store {
namespace {

using namespace std::chrono_literals;
using Resolution = HistoryReader::Resolution;

constexpr std::int64_t kHour = 494'400;  // 2026-05-27 00:00 UTC, the first of a day.
constexpr std::int32_t kDay = static_cast<std::int32_t>(kHour / kHoursOfDay);
constexpr std::uint64_t kPlenty = 1'000'000'000;
constexpr Duration kLong = 60s;

WallTime hour_and(std::int64_t hour, std::int64_t seconds) {
  return WallTime{std::chrono::hours{kHour + hour} + std::chrono::seconds{seconds}};
}

// A history of some hours: of two monitors, one is down in the second half of each hour.
void fill(HistoryStore& store, std::int64_t hours, std::uint32_t monitors = 2) {
  for (std::uint32_t i = 1; i <= monitors; ++i) {
    REQUIRE(store.number_of("edge " + std::to_string(i)) == i);
  }
  for (std::int64_t hour = 0; hour < hours; ++hour) {
    std::vector<watch::HistoryRow> rows;
    for (std::int64_t minute = 0; minute < 60; ++minute) {
      for (std::uint32_t monitor = 1; monitor <= monitors; ++monitor) {
        watch::HistoryRow& row = rows.emplace_back();
        row.monitor = monitor;
        row.at_ms = (kHour + hour) * kHourMs + minute * 60'000;
        const bool down = monitor == 2 && minute >= 30;
        row.outcome = down ? Outcome::failed : Outcome::ok;
        row.state = down ? watch::State::down : watch::State::up;
        row.total_us = 1000 * monitor + static_cast<std::uint32_t>(minute);
        row.connect_us = 100;
      }
    }
    REQUIRE(store.add(rows).ok());
  }
  for (bool more = true; more;) {
    REQUIRE(store.compact(hour_and(hours - 1, 3661), more).ok());
  }
}

using DaysByKey = std::map<std::pair<std::string, std::int32_t>, watch::Shares>;

DaysByKey read_days(HistoryReader& reader, WallTime until) {
  DaysByKey days;
  const Status status =
      reader.days(until, kLong, [&days](std::span<const watch::MonitorDay> piece) {
        CHECK(piece.size() <= kDayRowsOfPiece);
        for (const watch::MonitorDay& day : piece) {
          CHECK(days.emplace(std::pair(day.key, day.day), day.shares).second);
        }
      });
  CHECK(status.ok());
  return days;
}

}  // namespace

TEST_CASE("days are read while the store is open", "[store][history]") {
  const Folder folder;
  HistoryStore store;
  REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
  fill(store, 26);
  HistoryReader reader(folder.path());
  const DaysByKey days = read_days(reader, hour_and(26, 600));
  REQUIRE(days.size() == 4);
  CHECK(days.at({"edge 1", kDay}).up == 24h);
  CHECK(days.at({"edge 2", kDay}).down == 12h);
  CHECK(days.at({"edge 2", kDay}).up == 12h);
  CHECK(days.at({"edge 1", kDay + 1}).up == 2h);
}

TEST_CASE("of the day on which the process began, the hours before count", "[store][history]") {
  const Folder folder;
  HistoryStore store;
  REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
  fill(store, 26);
  HistoryReader reader(folder.path());
  CHECK(read_days(reader, hour_and(25, 600)).at({"edge 1", kDay + 1}).up == 1h);
  CHECK_FALSE(read_days(reader, hour_and(24, 600)).contains({"edge 1", kDay + 1}));
  // Even if the day is complete by now.
  CHECK(read_days(reader, hour_and(5, 0)).at({"edge 1", kDay}).up == 5h);
}

TEST_CASE("days of many monitors come in pieces", "[store][history]") {
  const Folder folder;
  HistoryStore store;
  REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
  fill(store, 1, 5000);
  HistoryReader reader(folder.path());
  int pieces = 0;
  std::size_t rows = 0;
  REQUIRE(reader
              .days(hour_and(1, 0), kLong,
                    [&](std::span<const watch::MonitorDay> piece) {
                      ++pieces;
                      rows += piece.size();
                    })
              .ok());
  CHECK(pieces == 2);
  CHECK(rows == 5000);
}

TEST_CASE("hours and days of a monitor are read with their quantiles", "[store][history]") {
  const Folder folder;
  HistoryStore store;
  REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
  fill(store, 26);
  HistoryReader reader(folder.path());
  const auto hours =
      reader.spans("edge 2", hour_and(22, 1), hour_and(30, 0), Resolution::hour, 100, kLong);
  REQUIRE(hours.ok());
  REQUIRE(hours->spans.size() == 3);
  CHECK(hours->next == hour_and(30, 0));
  const HistorySpan& first = hours->spans[0];
  CHECK(first.from == hour_and(23, 0));
  CHECK(first.lasts == 1h);
  CHECK(first.outcomes[static_cast<std::size_t>(Outcome::ok)] == 30);
  CHECK(first.outcomes[static_cast<std::size_t>(Outcome::failed)] == 30);
  CHECK(first.shares.down == 30min);
  CHECK(first.total.count == 30);
  CHECK(first.total.p50 == 2014us);
  CHECK(first.connect.count == 60);
  CHECK(first.tls.count == 0);

  const auto days =
      reader.spans("edge 2", WallTime{}, hour_and(30, 0), Resolution::day, 100, kLong);
  REQUIRE(days.ok());
  REQUIRE(days->spans.size() == 1);
  CHECK(days->spans[0].from == hour_and(0, 0));
  CHECK(days->spans[0].shares.down == 12h);
  const auto none = reader.spans("edge 3", WallTime{}, hour_and(30, 0), Resolution::day, 9, kLong);
  REQUIRE(none.ok());
  CHECK(none->spans.empty());
}

TEST_CASE("a long answer goes on where the first part ended", "[store][history]") {
  const Folder folder;
  HistoryStore store;
  REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
  fill(store, 26);
  HistoryReader reader(folder.path());
  std::vector<WallTime> all;
  WallTime from = hour_and(0, 0);
  for (int parts = 0; from < hour_and(30, 0) && parts < 10; ++parts) {
    const auto part = reader.spans("edge 1", from, hour_and(30, 0), Resolution::hour, 7, kLong);
    REQUIRE(part.ok());
    for (const HistorySpan& span : part->spans) all.push_back(span.from);
    from = part->next;
  }
  REQUIRE(all.size() == 26);
  for (std::int64_t hour = 0; hour < 26; ++hour) {
    CHECK(all[static_cast<std::size_t>(hour)] == hour_and(hour, 0));
  }
}

TEST_CASE("a history that cannot be read is a status", "[store][history]") {
  const Folder folder;
  HistoryReader reader(folder.path());
  const auto ignore = [](std::span<const watch::MonitorDay>) {};
  CHECK_FALSE(reader.days(hour_and(1, 0), kLong, ignore).ok());
  folder.write("history.db", std::string(8192, 'x'));
  CHECK_FALSE(reader.days(hour_and(1, 0), kLong, ignore).ok());
  CHECK_FALSE(reader.spans("edge 1", WallTime{}, hour_and(1, 0), Resolution::hour, 9, kLong).ok());
  folder.write("history.db", "");
  CHECK_FALSE(reader.days(hour_and(1, 0), kLong, ignore).ok());
}

TEST_CASE("reading ends when its time is over", "[store][history]") {
  const Folder folder;
  HistoryStore store;
  REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
  fill(store, 2);
  HistoryReader reader(folder.path());
  const auto ignore = [](std::span<const watch::MonitorDay>) {};
  CHECK_FALSE(reader.days(hour_and(2, 0), Duration::zero(), ignore).ok());
  CHECK(reader.days(hour_and(2, 0), kLong, ignore).ok());
  reader.interrupt();
  CHECK_FALSE(reader.days(hour_and(2, 0), kLong, ignore).ok());
}

TEST_CASE("damage within the history is a status, wherever it is", "[store][history]") {
  const Folder folder;
  {
    HistoryStore store;
    REQUIRE(store.open(folder.path(), kPlenty, hour_and(0, 0)).ok());
    fill(store, 26, cases_of(50));
  }
  const std::string whole = folder.read("history.db");
  HistoryReader reader(folder.path());
  for (std::size_t at = 0; at + 4096 <= whole.size(); at += 4096) {
    std::string damaged = whole;
    damaged.replace(at, 4096, 4096, '\xa5');
    folder.write("history.db", damaged);
    static_cast<void>(
        reader.days(hour_and(26, 0), kLong, [](std::span<const watch::MonitorDay>) {}));
    static_cast<void>(
        reader.spans("edge 1", WallTime{}, hour_and(26, 0), Resolution::hour, 99, kLong));
  }
}

}  // namespace mxsweep::store

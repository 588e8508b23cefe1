// SPDX-License-Identifier: MIT
// The queries of docs/watch-storage.md, run on databases that the stores have made.
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "mxsweep/ring/clock.h"
#include "mxsweep/store/history_store.h"
#include "mxsweep/store/state_store.h"
#include "store/batches.h"
#include "store/database.h"
#include "store/folder.h"
#include "store/history_schema.h"
#include "support/catch.h"

namespace mxsweep::store {
namespace {

std::vector<std::string> queries() {
  std::ifstream file(std::string(MXSWEEP_SOURCE_DIR) + "/docs/watch-storage.md");
  const std::string page{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::vector<std::string> found;
  const std::string begin = "```sql\n";
  for (std::size_t at = page.find(begin); at != std::string::npos; at = page.find(begin, at)) {
    at += begin.size();
    found.push_back(page.substr(at, page.find("```", at) - at));
  }
  return found;
}

}  // namespace

TEST_CASE("the queries of the page on storage give what they say", "[store][docs]") {
  const std::vector<std::string> sql = queries();
  REQUIRE(sql.size() == 3);
  const Folder folder;
  const WallTime now = ring::wall_now();
  {
    StateStore state;
    REQUIRE(state.open(folder.path(), now).ok());
    watch::StateBatch batch;
    batch.delivery_log = {{.at = at(0),
                           .incident = 1,
                           .channel = "ops",
                           .kind = "opening",
                           .ok = true,
                           .status = 250,
                           .took = {},
                           .text = "queued"}};
    REQUIRE(state.commit(batch, now).ok());
    HistoryStore history;
    REQUIRE(history.open(folder.path(), 1'000'000'000, now).ok());
    REQUIRE(history.number_of("edge slow.example.org:25") == 1);
    REQUIRE(history.number_of("edge mx.example.org:25") == 2);
    std::vector<watch::HistoryRow> rows(2);
    for (std::uint32_t i = 0; i < 2; ++i) {
      rows[i].monitor = i + 1;
      rows[i].at_ms = std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count();
      rows[i].total_us = 90'000 / (i + 1);
    }
    REQUIRE(history.add(rows).ok());
  }
  Database database;
  REQUIRE(database.open(folder / "state.db", false));
  Statement row = database.prepare(sql[0]);
  REQUIRE(row.start());
  REQUIRE(row.next());
  CHECK(row.text(0) == "2027-01-15 08:00:00");
  CHECK(row.text(3) == "delivered");
  row = {};

  REQUIRE(database.open(folder / "history.db", false));
  const auto today = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
  for (const auto days_ago : {1, 7, 8}) {
    REQUIRE(database
                .prepare("INSERT INTO daily(day, monitor, up_s, degraded_s, down_s)"
                         " VALUES(?, 2, ?, 400, ?)")
                .run(static_cast<std::int64_t>(today - days_ago), 80'000 + days_ago,
                     days_ago == 8 ? 80'000 : 800));
  }
  row = database.prepare(sql[1]);
  REQUIRE(row.start());
  REQUIRE(row.next());
  CHECK(row.text(0) == "edge mx.example.org:25");
  CHECK(row.real(1) == 99.015);
  row = database.prepare(sql[2]);
  REQUIRE(row.start());
  REQUIRE(row.next());
  CHECK(row.text(0) == "edge slow.example.org:25");
  CHECK(row.real(1) == 90.0);
  REQUIRE(row.next());
  CHECK(row.real(1) == 45.0);
}

}  // namespace mxsweep::store

// SPDX-License-Identifier: MIT
#include "mxsweep/store/keeper.h"

#include <mutex>

#include "store/batches.h"
#include "store/database.h"
#include "store/folder.h"
#include "store/keeping.h"
#include "store/merge.h"
#include "support/catch.h"

namespace mxsweep::store {
namespace {

constexpr std::uint64_t kBudget = 1'000'000'000;
constexpr std::chrono::seconds kLongest{60};  // Never reached, unless something hangs.

watch::StateBatch batch_of(int n) {
  watch::StateBatch batch;
  batch.monitors = {monitor_row("monitor " + std::to_string(n), watch::State::up)};
  return batch;
}

std::vector<watch::Send> send_of(int n) {
  std::vector<watch::Send> sends(1);
  sends[0].message.incident = static_cast<watch::IncidentId>(n);
  return sends;
}

std::vector<watch::HistoryRow> results(std::uint32_t count) {
  std::vector<watch::HistoryRow> rows(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    rows[i].monitor = i + 1;
    rows[i].at_ms = at(0).time_since_epoch().count() / 1000;
  }
  return rows;
}

std::int64_t number(const std::string& path, const std::string& sql) {
  Database database;
  if (!database.open(path, false)) return -1;
  return database.number(sql).value_or(-1);
}

// From now on each commit of a monitor fails, as long as it lives.
class Breakage {
 public:
  explicit Breakage(std::string path) : path_(std::move(path)) {
    execute("CREATE TRIGGER broken BEFORE INSERT ON monitor BEGIN SELECT RAISE(ABORT, 'no'); END");
  }
  ~Breakage() { execute("DROP TRIGGER broken"); }
  Breakage(const Breakage&) = delete;
  Breakage& operator=(const Breakage&) = delete;

 private:
  void execute(const std::string& sql) {
    Database database;
    REQUIRE(database.open(path_, false));
    REQUIRE(database.execute(sql));
  }
  std::string path_;
};

}  // namespace

TEST_CASE("a message is passed on when its batch is committed", "[store][keeper]") {
  const Folder folder;
  threads::Doorbell changed;
  std::vector<std::int64_t> committed;  // Monitors in the database when each message came.
  Keeper keeper(
      [&](watch::Send&& send) {
        const auto rows = number(folder / "state.db", "SELECT count(*) FROM monitor");
        if (rows >= static_cast<std::int64_t>(send.message.incident)) committed.push_back(rows);
      },
      changed);
  REQUIRE(keeper.open(folder.path(), kBudget, at(0)).ok());
  REQUIRE(keeper.number_of("monitor 1") == 1);
  REQUIRE(keeper.start().ok());
  constexpr int kSubmits = 1000;  // More than the queue has room for.
  for (int n = 1; n <= kSubmits; ++n) keeper.submit(batch_of(n), send_of(n), results(3));
  REQUIRE(keeper.flush(kLongest));
  CHECK(committed.size() == kSubmits);
  CHECK(number(folder / "history.db", "SELECT count(*) FROM raw") == 3 * kSubmits);
  CHECK(keeper.troubles() == Troubles{});
  CHECK(keeper.history_octets() > 0);
  CHECK(keeper.history_lost() == 0);
  CHECK(keeper.damage().empty());
}

TEST_CASE("a message is passed on although its batch cannot be committed", "[store][keeper]") {
  const Folder folder;
  threads::Doorbell changed;
  std::mutex mutex;
  int sent = 0;
  Keeper keeper(
      [&](watch::Send&&) {
        const std::lock_guard lock(mutex);
        ++sent;
      },
      changed);
  REQUIRE(keeper.open(folder.path(), kBudget, at(0)).ok());
  REQUIRE(keeper.start().ok());
  {
    const Breakage breakage(folder / "state.db");
    keeper.submit(batch_of(1), send_of(1), {});
    changed.wait();
    CHECK(keeper.troubles().state.find("state.db: no") != std::string::npos);
    CHECK_FALSE(keeper.flush(std::chrono::milliseconds{1}));
  }
  keeper.submit(batch_of(2), send_of(2), {});
  REQUIRE(keeper.flush(kLongest));
  CHECK(number(folder / "state.db", "SELECT count(*) FROM monitor") == 2);
  CHECK(keeper.troubles().state.empty());
  const std::lock_guard lock(mutex);
  CHECK(sent == 2);
}

TEST_CASE("what was not committed is tried again each second, in order", "[store][keeper]") {
  const Folder folder;
  int sent = 0;
  Keeping keeping([&](watch::Send&&) { ++sent; });
  REQUIRE(keeping.open(folder.path(), kBudget, at(0)).ok());
  Instant now{std::chrono::hours{1}};
  {
    const Breakage breakage(folder / "state.db");
    for (int n = 1; n <= 3; ++n) {
      keeping.take({.batch = batch_of(n), .sends = send_of(n), .history = {}});
      keeping.turn(now, at(n));
      CHECK(sent == n);
      CHECK_FALSE(keeping.settled());
    }
    CHECK(keeping.next() == now + std::chrono::seconds{1});
  }
  keeping.turn(now + std::chrono::milliseconds{999}, at(4));
  CHECK_FALSE(keeping.settled());
  keeping.turn(now + std::chrono::seconds{1}, at(5));
  CHECK(keeping.settled());
  CHECK(keeping.troubles() == Troubles{});
  CHECK(number(folder / "state.db", "SELECT count(*) FROM monitor") == 3);
  CHECK(sent == 3);
}

TEST_CASE("a batch that waits grows only with its keys", "[store][keeper]") {
  watch::StateBatch waiting;
  for (int round = 0; round < 100; ++round) {
    watch::StateBatch later;
    for (int n = 0; n < 100; ++n) append(later, batch_of(n));
    later.monitors.back().state = watch::State::down;
    later.deliveries = {delivery_row(1), delivery_row(2)};
    later.timeline.resize(1000);
    later.timeline.back().text = std::to_string(round);
    append(waiting, std::move(later));
  }
  condense(waiting);
  CHECK(waiting.monitors.size() == 100);
  CHECK(waiting.monitors.back().state == watch::State::down);
  CHECK(waiting.deliveries.size() == 2);
  CHECK(waiting.timeline.size() == 20'000);
  CHECK(waiting.timeline.back().text == "99");
}

TEST_CASE("a removal takes with it what waits of the monitor, and what comes later stays",
          "[store][keeper]") {
  watch::StateBatch waiting = batch_of(1);
  append(waiting, batch_of(2));
  watch::StateBatch removal;
  removal.monitors_removed = {"monitor 1"};
  append(waiting, std::move(removal));
  REQUIRE(waiting.monitors.size() == 1);
  CHECK(waiting.monitors[0].key == "monitor 2");
  append(waiting, batch_of(1));
  const Folder folder;
  StateStore store;
  REQUIRE(store.open(folder.path(), at(0)).ok());
  REQUIRE(store.commit(waiting, at(0)).ok());
  CHECK(store.open(folder.path(), at(0))->monitors.size() == 2);
}

TEST_CASE("results that the history cannot take in time are counted", "[store][keeper]") {
  Work work;
  for (int i = 0; i < 3; ++i) append(work, {.batch = {}, .sends = {}, .history = results(150'000)});
  CHECK(work.history.size() == 200'000);
  CHECK(work.history_dropped == 250'000);
}

TEST_CASE("each hour the state is backed up, and hours of the history are compacted",
          "[store][keeper]") {
  const Folder folder;
  Keeping keeping([](watch::Send&&) {});
  REQUIRE(keeping.open(folder.path(), kBudget, at(0)).ok());
  REQUIRE(keeping.number_of("monitor 1") == 1);
  Instant now{std::chrono::hours{1}};
  keeping.take({.batch = batch_of(1), .sends = {}, .history = results(1)});
  keeping.turn(now, at(0));
  CHECK_FALSE(folder.has("state.db.bak"));
  const Instant end = now + std::chrono::minutes{125};
  while (now < end) {
    now = std::max(keeping.next(), now + std::chrono::milliseconds{1});
    keeping.turn(now, at((now - Instant{std::chrono::hours{1}}) / std::chrono::seconds{1}));
  }
  CHECK(folder.has("state.db.bak"));
  CHECK(number(folder / "history.db", "SELECT count(*) FROM hourly") == 1);
}

TEST_CASE("a history that cannot be opened is a trouble, and the state works", "[store][keeper]") {
  const Folder folder;
  std::filesystem::create_directory(folder / "history.db.new");
  Keeping keeping([](watch::Send&&) {});
  REQUIRE(keeping.open(folder.path(), kBudget, at(0)).ok());
  CHECK(keeping.troubles().history.find("no history until the next start") != std::string::npos);
  keeping.take({.batch = batch_of(1), .sends = {}, .history = results(5)});
  keeping.turn(Instant{std::chrono::hours{1}}, at(0));
  CHECK(keeping.settled());
  CHECK(keeping.history_lost() == 5);
}

}  // namespace mxsweep::store

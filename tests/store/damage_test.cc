// SPDX-License-Identifier: MIT
// What happens to the files of state.db: cut off, changed, missing.
#include <string>

#include "mxsweep/store/state_store.h"
#include "store/batches.h"
#include "store/folder.h"
#include "support/catch.h"

namespace mxsweep::store {
namespace {

class Random {
 public:
  std::uint32_t below(std::size_t bound) {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return static_cast<std::uint32_t>((state_ >> 33) % bound);
  }

 private:
  std::uint64_t state_ = 7;
};

watch::StateBatch sample() {
  watch::StateBatch batch;
  for (int i = 0; i < 300; ++i) {
    const std::string key = "edge host-" + std::to_string(i) + ".example.org:25";
    batch.monitors.push_back(monitor_row(key, watch::State::up));
    batch.fingerprints.push_back({.monitor = key,
                                  .field = "greeting",
                                  .value = "Postfix",
                                  .adopted = true,
                                  .first = at(1),
                                  .last = at(2),
                                  .seen = 1});
  }
  for (watch::IncidentId id = 1; id <= 20; ++id) {
    batch.incidents.push_back(incident_row(id));
    batch.deliveries.push_back(delivery_row(id));
    batch.evidence.push_back(
        {.incident = id, .monitor = "edge a:25", .at = at(1), .record = std::string(5000, 'x')});
  }
  return batch;
}

// The octets of a database with these rows.
std::string made(const Folder& folder) {
  StateStore store;
  REQUIRE(store.open(folder.path(), at(0)).ok());
  REQUIRE(store.commit(sample(), at(0)).ok());
  store.close();
  return folder.read("state.db");
}

watch::StateBatch one_more() {
  watch::StateBatch batch;
  batch.monitors = {monitor_row("after the damage", watch::State::down)};
  return batch;
}

void expect_usable(StateStore& store, const Folder& folder) {
  REQUIRE(store.commit(one_more(), at(2)).ok());
  store.close();
  const auto saved = store.open(folder.path(), at(3));
  REQUIRE(saved.ok());
  CHECK(store.damage().empty());
  CHECK(saved->monitors.back().key == "after the damage");
}

}  // namespace

TEST_CASE("a database that was cut off anywhere is set aside and replaced", "[store][damage]") {
  const Folder folder(true);
  const std::string octets = made(folder);
  Random random;
  for (int round = 0; round < 200; ++round) {
    const std::size_t length =
        round < 3 ? static_cast<std::size_t>(round) : random.below(octets.size());
    INFO("length " << length << " of " << octets.size());
    folder.write("state.db", octets.substr(0, length));
    StateStore store;
    const auto saved = store.open(folder.path(), at(round));
    REQUIRE(saved.ok());
    CHECK(store.damage().find("set aside as") != std::string::npos);
    CHECK(saved->monitors.empty());
    if (round % 20 == 0) expect_usable(store, folder);
  }
  CHECK(folder.beginning("state.db.corrupt-").size() == 200);
}

TEST_CASE("a database with octets changed anywhere opens, and is usable", "[store][damage]") {
  const Folder folder(true);
  const std::string octets = made(folder);
  Random random;
  int noticed = 0;
  for (int round = 0; round < 200; ++round) {
    std::string changed = octets;
    for (std::uint32_t i = random.below(8) + 1; i != 0; --i) {
      // The first page and the headers of the others are where it matters most.
      const std::size_t page = random.below(4) == 0 ? 0 : random.below(octets.size() / 4096) * 4096;
      changed[page + random.below(round % 2 == 0 ? 100 : 4096)] ^=
          static_cast<char>(1U << random.below(8));
    }
    folder.write("state.db", changed);
    INFO("round " << round);
    StateStore store;
    const auto saved = store.open(folder.path(), at(round));
    INFO(saved.status().sentence());
    REQUIRE(saved.ok());
    if (!store.damage().empty()) ++noticed;
    REQUIRE(store.commit(one_more(), at(round)).ok());
  }
  CHECK(noticed > 100);  // The others are within texts, which have no checksum.
}

TEST_CASE("the backup takes the place of a damaged database", "[store][damage]") {
  const Folder folder;
  StateStore store;
  REQUIRE(store.open(folder.path(), at(0)).ok());
  REQUIRE(store.commit(sample(), at(0)).ok());
  REQUIRE(store.back_up().ok());
  REQUIRE(store.commit(one_more(), at(0)).ok());
  REQUIRE(store.back_up().ok());
  CHECK(folder.has("state.db.bak"));
  CHECK(folder.beginning("state.db.bak").size() == 1);
  store.close();
  std::size_t monitors = 301;
  std::string says = "the last backup is in use";
  SECTION("cut off") { folder.write("state.db", folder.read("state.db").substr(0, 5000)); }
  SECTION("empty") { folder.write("state.db", ""); }
  SECTION("missing") {
    std::filesystem::remove(folder / "state.db");
    says = "the database is missing; the last backup is in use";
  }
  SECTION("both damaged") {
    folder.write("state.db", "no");
    folder.write("state.db.bak", "nor");
    monitors = 0;
    says = "a new one was begun";
    CHECK(folder.beginning("state.db.bak.corrupt").empty());
  }
  const auto saved = store.open(folder.path(), at(1));
  REQUIRE(saved.ok());
  INFO(store.damage());
  CHECK(store.damage().find(says) != std::string::npos);
  CHECK(saved->monitors.size() == monitors);
  CHECK(saved->incidents.size() == (monitors == 0 ? 0 : 20));
  expect_usable(store, folder);
}

TEST_CASE("a log without its database is not taken for that of a new one", "[store][damage]") {
  const Folder folder;
  {
    StateStore store;
    REQUIRE(store.open(folder.path(), at(0)).ok());
    REQUIRE(store.commit(sample(), at(0)).ok());
    folder.write("log", folder.read("state.db-wal"));
    REQUIRE(folder.octets("log") > 0);
  }
  std::filesystem::remove(folder / "state.db");
  std::filesystem::rename(folder / "log", folder / "state.db-wal");
  StateStore store;
  const auto saved = store.open(folder.path(), at(1));
  REQUIRE(saved.ok());
  CHECK(saved->monitors.empty());
}

}  // namespace mxsweep::store

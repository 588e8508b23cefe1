// SPDX-License-Identifier: MIT
#include <algorithm>

#include "mxsweep/store/state_store.h"
#include "store/batches.h"
#include "store/folder.h"
#include "support/catch.h"

namespace mxsweep::store {
namespace {

watch::StateBatch incidents(watch::IncidentId first, watch::IncidentId last, bool closed) {
  watch::StateBatch batch;
  for (watch::IncidentId id = first; id <= last; ++id) {
    watch::IncidentRow row = incident_row(id);
    if (closed) {
      row.incident.closed = row.incident.until = at(100);
      row.member_keys.clear();
    }
    batch.incidents.push_back(row);
  }
  return batch;
}

}  // namespace

TEST_CASE("closed incidents are read with all that belongs to them", "[store][past]") {
  const Folder folder;
  StateStore store;
  REQUIRE(store.open(folder.path(), at(0)).ok());
  watch::StateBatch batch = incidents(7, 7, false);
  batch.evidence.push_back({7, "edge a:25", at(11), "{\"target\":\"a\"}"});
  batch.deliveries.push_back(delivery_row(7));
  batch.delivery_log.push_back({at(21), 7, "ops", "opening", true, 200, {}, "accepted"});
  batch.timeline.push_back({at(20), "", 7, "opened", "down"});
  batch.timeline.push_back({at(20), "edge a:25", 0, "down", "net.timeout"});
  REQUIRE(store.commit(batch, at(20)).ok());
  REQUIRE(store.commit(incidents(7, 7, true), at(100)).ok());
  const auto past = store.read_past(10);
  REQUIRE(past.ok());
  REQUIRE(past->incidents.size() == 1);
  CHECK(past->incidents[0].incident.closed == at(100));
  CHECK(past->incidents[0].member_keys == std::vector<std::string>{"edge a:25", "edge b:25"});
  REQUIRE(past->evidence.size() == 1);
  CHECK(past->evidence[0].record == "{\"target\":\"a\"}");
  REQUIRE(past->deliveries.size() == 1);
  CHECK(past->deliveries[0].tries == 2);
  REQUIRE(past->delivery_log.size() == 1);
  CHECK(past->delivery_log[0].status == 200);
  REQUIRE(past->timeline.size() == 2);
  CHECK(past->timeline[0].incident == 7);
  CHECK(past->timeline[1].monitor == "edge a:25");
}

TEST_CASE("of many incidents the latest are read, in the order of their ids", "[store][past]") {
  const Folder folder;
  StateStore store;
  REQUIRE(store.open(folder.path(), at(0)).ok());
  watch::StateBatch batch = incidents(1, 50, true);
  batch.timeline.push_back({at(20), "", 3, "opened", "down"});
  batch.timeline.push_back({at(20), "", 45, "opened", "down"});
  REQUIRE(store.commit(batch, at(20)).ok());
  const auto past = store.read_past(10);
  REQUIRE(past.ok());
  REQUIRE(past->incidents.size() == 10);
  CHECK(past->incidents.front().incident.id == 41);
  CHECK(past->incidents.back().incident.id == 50);
  REQUIRE(past->timeline.size() == 1);
  CHECK(past->timeline[0].incident == 45);
}

TEST_CASE("without a database there is no past", "[store][past]") {
  StateStore store;
  CHECK_FALSE(store.read_past(10).ok());
}

}  // namespace mxsweep::store

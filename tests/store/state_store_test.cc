// SPDX-License-Identifier: MIT
#include "mxsweep/store/state_store.h"

#include "store/batches.h"
#include "store/database.h"
#include "store/folder.h"
#include "support/catch.h"

namespace mxsweep::store {
namespace {

watch::Saved reopened(const Folder& folder) {
  StateStore store;
  auto saved = store.open(folder.path(), at(100));
  INFO(saved.status().sentence());
  REQUIRE(saved.ok());
  CHECK(store.damage().empty());
  return *saved;
}

std::int64_t count(const Folder& folder, const std::string& sql) {
  Database database;
  REQUIRE(database.open(folder / "state.db", false));
  const auto number = database.number(sql);
  REQUIRE(number.has_value());
  return *number;
}

void commit(const Folder& folder, const watch::StateBatch& batch, std::int64_t now = 100) {
  StateStore store;
  REQUIRE(store.open(folder.path(), at(now)).ok());
  REQUIRE(store.commit(batch, at(now)).ok());
}

}  // namespace

TEST_CASE("a new state directory has no rows and is not damaged", "[store][state]") {
  const Folder folder;
  const watch::Saved saved = reopened(folder);
  CHECK(saved.monitors.empty());
  CHECK(saved.last_incident == 0);
  CHECK(folder.octets("state.db.reserve") == 64U * 1024 * 1024);
}

TEST_CASE("a monitor's row comes back as it was committed", "[store][state]") {
  const Folder folder;
  watch::StateBatch batch;
  batch.monitors = {monitor_row("edge a:25", watch::State::down)};
  commit(folder, batch);
  batch.monitors = {monitor_row("edge a:25", watch::State::up)};
  commit(folder, batch);
  const watch::Saved saved = reopened(folder);
  REQUIRE(saved.monitors.size() == 1);
  const watch::MonitorRow& row = saved.monitors[0];
  const watch::MonitorRow& put = batch.monitors[0];
  CHECK(row.key == put.key);
  CHECK(row.state == watch::State::up);
  CHECK(row.soft == put.soft);
  CHECK(row.since == put.since);
  CHECK(row.first_bad == put.first_bad);
  CHECK(row.cause == put.cause);
  CHECK(row.phase == put.phase);
  CHECK(row.penalty == put.penalty);
  CHECK(row.penalty_at == put.penalty_at);
  CHECK(row.flapping);
  CHECK(row.last_good == put.last_good);
  CHECK(row.last_bad == put.last_bad);
}

TEST_CASE("an incident comes back with its members, evidence and deliveries", "[store][state]") {
  const Folder folder;
  watch::StateBatch batch;
  batch.incidents = {incident_row(7)};
  batch.incidents[0].incident.acknowledged =
      watch::Acknowledgement{.by = "ann", .note = "known", .at = at(40), .until = at(400)};
  batch.evidence = {{.incident = 7, .monitor = "edge a:25", .at = at(11), .record = "{}"}};
  batch.deliveries = {delivery_row(7)};
  commit(folder, batch);
  watch::Saved saved = reopened(folder);
  REQUIRE(saved.incidents.size() == 1);
  const watch::Incident& incident = saved.incidents[0].incident;
  CHECK(incident.id == 7);
  CHECK(incident.scope == watch::ScopeKind::prefix);
  CHECK(incident.scope_value == "192.0.2.0/24");
  CHECK(incident.open());
  CHECK(incident.acknowledged == batch.incidents[0].incident.acknowledged);
  CHECK(saved.incidents[0].member_keys == batch.incidents[0].member_keys);
  REQUIRE(saved.evidence.size() == 1);
  CHECK(saved.evidence[0].record == "{}");
  REQUIRE(saved.deliveries.size() == 1);
  CHECK(saved.deliveries[0].tries == 2);
  CHECK(saved.deliveries[0].last_error == "451 try again");
  CHECK(saved.last_incident == 7);

  SECTION("a member that has left stays in the table with the moment") {
    batch = {};
    batch.incidents = {incident_row(7)};
    batch.incidents[0].member_keys = {"edge b:25"};
    commit(folder, batch, 200);
    CHECK(reopened(folder).incidents[0].member_keys == batch.incidents[0].member_keys);
    CHECK(count(folder, "SELECT left_us FROM incident_member WHERE monitor = 'edge a:25'") ==
          at(200).time_since_epoch().count());
  }
  SECTION("closed, it comes back only as long as a channel must get a message") {
    batch = {};
    batch.incidents = {incident_row(7)};
    batch.incidents[0].incident.closed = at(50);
    batch.deliveries = {delivery_row(7)};
    batch.deliveries[0].opening_told = true;
    commit(folder, batch);
    CHECK(reopened(folder).incidents.size() == 1);
    batch.deliveries[0].next_try = {};
    commit(folder, batch);
    CHECK(reopened(folder).incidents.size() == 1);  // The end was not delivered.
    batch.deliveries[0].closing_told = true;
    commit(folder, batch);
    saved = reopened(folder);
    CHECK(saved.incidents.empty());
    CHECK(saved.deliveries.empty());
    CHECK(saved.last_incident == 7);
  }
}

TEST_CASE("a notice comes back until it was delivered, a day at most", "[store][state]") {
  const Folder folder;
  watch::StateBatch batch;
  batch.incidents = {incident_row(1), incident_row(2)};
  batch.incidents[0].incident.kind = watch::IncidentKind::change;
  batch.incidents[1].incident.kind = watch::IncidentKind::change;
  batch.incidents[1].incident.opened = at(-90'000);
  commit(folder, batch);
  watch::Saved saved = reopened(folder);
  REQUIRE(saved.incidents.size() == 1);
  CHECK(saved.incidents[0].incident.id == 1);
  batch = {};
  batch.deliveries = {delivery_row(1)};
  batch.deliveries[0].opening_told = true;
  batch.deliveries[0].next_try = {};
  commit(folder, batch);
  CHECK(reopened(folder).incidents.empty());
}

TEST_CASE("of an incident's evidence the first, the last and each kind are kept",
          "[store][state]") {
  const Folder folder;
  watch::StateBatch batch;
  for (int i = 0; i < 100; ++i) {
    const std::string cause = i == 50 ? "net.refused" : "net.timeout";
    batch.evidence.push_back({.incident = 1,
                              .monitor = "edge " + std::to_string(i),
                              .at = at(i),
                              .record = R"({"phase":"connect","cause":")" + cause + "\"}"});
  }
  batch.incidents = {incident_row(1)};
  commit(folder, batch);
  std::vector<std::string> kept;
  for (const watch::EvidenceRow& row : reopened(folder).evidence) kept.push_back(row.monitor);
  CHECK(kept == std::vector<std::string>{"edge 0", "edge 50", "edge 99"});

  for (int i = 0; i < 100; ++i) {
    batch.evidence[static_cast<std::size_t>(i)].record =
        R"({"phase":"ehlo","reply":{"code":)" + std::to_string(400 + i) + "}}";
  }
  commit(folder, batch);
  const watch::Saved saved = reopened(folder);
  CHECK(saved.evidence.size() == 20);
  CHECK(saved.evidence.front().monitor == "edge 0");
  CHECK(saved.evidence.back().monitor == "edge 99");
}

TEST_CASE("silences come back with what they match, until they have ended", "[store][state]") {
  const Folder folder;
  watch::StateBatch batch;
  batch.silences.resize(2);
  watch::SilenceRow& row = batch.silences[0];
  row.id = 1;
  row.maintenance = true;
  row.match.group = "edge";
  row.match.severity = watch::Severity::warning;
  row.match.labels = {{"rack", "b7"}, {"site", "x"}};
  row.by = "ann";
  row.from = at(0);
  row.until = at(1000);
  batch.silences[1].id = 2;
  batch.silences[1].until = at(50);
  commit(folder, batch);
  const watch::Saved saved = reopened(folder);
  REQUIRE(saved.silences.size() == 1);
  CHECK(saved.silences[0].match.group == row.match.group);
  CHECK(saved.silences[0].match.severity == row.match.severity);
  CHECK_FALSE(saved.silences[0].match.target.has_value());
  CHECK(saved.silences[0].match.labels == row.match.labels);
  CHECK(saved.last_silence == 2);
}

TEST_CASE("what a removed monitor alone has shown is removed with it", "[store][state]") {
  const Folder folder;
  watch::StateBatch batch;
  batch.monitors = {monitor_row("edge a:25", watch::State::up),
                    monitor_row("edge b:25", watch::State::up)};
  batch.certificates.resize(2);
  batch.certificates[0].sha256 = "aa";
  batch.certificates[1].sha256 = "bb";
  batch.certificates[1].latch = 3;
  batch.certificate_hosts = {
      {.sha256 = "aa", .monitor = "edge a:25", .first = at(1), .last = at(2)},
      {.sha256 = "bb", .monitor = "edge a:25", .first = at(1), .last = at(2)},
      {.sha256 = "bb", .monitor = "edge b:25", .first = at(3), .last = at(4)}};
  watch::FingerprintRow shown{.monitor = "edge a:25",
                              .field = "greeting",
                              .value = "Postfix",
                              .adopted = true,
                              .first = at(1),
                              .last = at(2),
                              .seen = 7};
  batch.fingerprints = {shown};
  shown.monitor = "edge b:25";
  batch.fingerprints.push_back(shown);
  batch.digest_sent = at(77);
  commit(folder, batch);
  watch::Saved saved = reopened(folder);
  CHECK(saved.certificates.size() == 2);
  CHECK(saved.certificate_hosts.size() == 3);
  CHECK(saved.fingerprints.size() == 2);
  CHECK(saved.digest_sent == at(77));

  batch = {};
  batch.monitors_removed = {"edge a:25", "never seen"};
  shown.adopted = false;
  shown.seen = 0;
  batch.fingerprints = {shown};
  commit(folder, batch);
  saved = reopened(folder);
  REQUIRE(saved.monitors.size() == 1);
  REQUIRE(saved.certificates.size() == 1);
  CHECK(saved.certificates[0].sha256 == "bb");
  CHECK(saved.certificates[0].latch == 3);
  REQUIRE(saved.certificate_hosts.size() == 1);
  CHECK(saved.certificate_hosts[0].monitor == "edge b:25");
  CHECK(saved.certificate_hosts[0].last == at(4));
  CHECK(saved.fingerprints.empty());
}

TEST_CASE("the logs keep their newest rows", "[store][state]") {
  const Folder folder;
  StateStore store;
  REQUIRE(store.open(folder.path(), at(0)).ok());
  watch::StateBatch batch;
  batch.delivery_log.resize(60'000);
  batch.timeline.resize(110'000);
  REQUIRE(store.commit(batch, at(0)).ok());
  batch.delivery_log.back().text = "the last";
  REQUIRE(store.commit(batch, at(1)).ok());
  CHECK(count(folder, "SELECT count(*) FROM delivery_log") == 100'000);
  CHECK(count(folder, "SELECT count(*) FROM delivery_log WHERE text = 'the last'") == 1);
  CHECK(count(folder, "SELECT count(*) FROM timeline") == 200'000);
  CHECK(folder.octets("state.db-wal") < 40'000'000);
  // The next commit after a large one begins the log anew, and cuts it back.
  REQUIRE(store.commit({}, at(2)).ok());
  batch = {};
  batch.timeline.resize(1);
  REQUIRE(store.commit(batch, at(3)).ok());
  CHECK(folder.octets("state.db-wal") < 5'000'000);
}

TEST_CASE("a second monitor on the same directory is refused", "[store][state]") {
  const Folder folder;
  StateStore first;
  REQUIRE(first.open(folder.path(), at(0)).ok());
  StateStore second;
  const auto opened = second.open(folder.path(), at(0));
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.status().kind() == Status::Kind::unusable);
  CHECK(opened.status().sentence() ==
        folder / "state.db.lock: another mxsweep watch uses this directory");
  first.close();
  CHECK(second.open(folder.path(), at(0)).ok());
}

TEST_CASE("a database of a later version is refused and left alone", "[store][state]") {
  const Folder folder;
  reopened(folder);
  {
    Database database;
    REQUIRE(database.open(folder / "state.db", false));
    REQUIRE(
        database.execute("PRAGMA user_version=9; UPDATE meta SET value = 9"
                         " WHERE name = 'version'"));
  }
  StateStore store;
  const auto opened = store.open(folder.path(), at(0));
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.status().kind() == Status::Kind::unusable);
  CHECK(opened.status().sentence().find("later version") != std::string::npos);
  CHECK(folder.beginning("state.db.corrupt").empty());
  CHECK(count(folder, "PRAGMA user_version") == 9);
}

TEST_CASE("a database of the version before is brought up to date", "[store][state]") {
  const Folder folder;
  watch::StateBatch batch;
  batch.monitors = {monitor_row("edge a:25", watch::State::down)};
  commit(folder, batch);
  {
    Database database;
    REQUIRE(database.open(folder / "state.db", false));
    REQUIRE(
        database.execute("DROP TABLE finding; PRAGMA user_version=1; UPDATE meta SET value = 1"
                         " WHERE name = 'version'"));
  }
  const watch::Saved saved = reopened(folder);
  REQUIRE(saved.monitors.size() == 1);
  CHECK(saved.monitors[0].state == watch::State::down);
  CHECK(count(folder, "PRAGMA user_version") == 2);
  CHECK(folder.beginning("state.db.corrupt").empty());
}

TEST_CASE("findings are kept until they end or their monitor is removed", "[store][state]") {
  const Folder folder;
  const auto row = [](const std::string& monitor, const std::string& place) {
    return watch::FindingRow{.monitor = monitor,
                             .check = "spf",
                             .report = {.finding = CheckFinding::spf_lookups_over,
                                        .at = place,
                                        .detail = "include:a.test",
                                        .n = 12,
                                        .most = 10},
                             .severity = Severity::error,
                             .since = at(3)};
  };
  watch::StateBatch batch;
  batch.monitors = {monitor_row("mail a:25", watch::State::up),
                    monitor_row("mail b:25", watch::State::up)};
  batch.findings = {row("mail a:25", "a.test"), row("mail a:25", "b.test"),
                    row("mail b:25", "b.test")};
  commit(folder, batch);
  watch::Saved saved = reopened(folder);
  REQUIRE(saved.findings.size() == 3);
  CHECK(saved.findings[0].report == row("mail a:25", "a.test").report);
  CHECK(saved.findings[0].since == at(3));

  batch = {};
  batch.findings = {row("mail a:25", "a.test")};
  batch.findings[0].ended = true;
  batch.monitors_removed = {"mail b:25"};
  commit(folder, batch);
  saved = reopened(folder);
  REQUIRE(saved.findings.size() == 1);
  CHECK(saved.findings[0].report.at == "b.test");
}

TEST_CASE("what ended long ago is removed, and what is open stays", "[store][state]") {
  const Folder folder;
  StateStore store;
  REQUIRE(store.open(folder.path(), at(0)).ok());
  watch::StateBatch batch;
  batch.incidents = {incident_row(1), incident_row(2), incident_row(60'000)};
  batch.incidents[0].incident.closed = at(5);
  REQUIRE(store.commit(batch, at(0)).ok());
  REQUIRE(store.tidy(at(0)).ok());
  CHECK(count(folder, "SELECT count(*) FROM incident") == 2);
  CHECK(count(folder, "SELECT count(*) FROM incident_member WHERE incident = 1") == 0);
  CHECK(count(folder, "SELECT count(*) FROM incident_member WHERE incident = 2") == 2);
}

}  // namespace mxsweep::store

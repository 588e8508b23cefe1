// SPDX-License-Identifier: MIT
#include "mxsweep/results/summary.h"

#include <simdjson.h>

#include <limits>
#include <string>

#include "support/catch.h"
#include "support/sample_records.h"

namespace mxsweep::results {
namespace {

// Ten unreadable lines, 1990 targets: all of them written.
Summary finished() {
  Summary summary;
  summary.lines_read = 2005;
  summary.lines_skipped = 5;
  summary.lines_invalid = 10;
  summary.targets = 1990;
  summary.probes = 1990;
  summary.records_written = 2000;
  summary.octets_written = 1'234'567;
  for (int i = 0; i < 1400; ++i) summary.tally.count(samples::typical());
  for (int i = 0; i < 300; ++i) summary.tally.count(samples::too_busy());
  for (int i = 0; i < 290; ++i) summary.tally.count(samples::not_smtp());
  for (int i = 0; i < 10; ++i) summary.tally.count(samples::invalid_line());
  summary.in_flight_peak = 1000;
  summary.memory_peak_octets = 21'000'000;
  summary.cpu_seconds = 0.9;
  summary.elapsed = std::chrono::milliseconds{12'300};
  summary.start = samples::typical().at;
  summary.end = summary.start + std::chrono::milliseconds{12'300};
  summary.command_line = "mxsweep scan -f \"list of\ttargets\"";
  summary.version = "0.1.0";
  summary.kernel = "Linux 6.1.0";
  summary.seed = 7;
  summary.ring_features = {"single_issuer", "defer_taskrun"};
  return summary;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("counts agree when every target and every bad line has its record",
          "[results][summary]") {
  Summary summary = finished();
  CHECK(summary.agrees());
  ++summary.targets;
  CHECK_FALSE(summary.agrees());
  ++summary.targets_not_started;
  CHECK(summary.agrees());
  ++summary.records_written;
  CHECK_FALSE(summary.agrees());
  CHECK(Summary{}.agrees());
}

TEST_CASE("records that were not written are counted separately", "[results][summary]") {
  Summary summary = finished();
  summary.records_written -= 300;
  CHECK_FALSE(summary.agrees());
  summary.records_unwritten = 300;
  CHECK(summary.agrees());
  summary.stopped = "standard output: its reader has closed it";
  CHECK(contains(summary_json(summary),
                 R"("records":2000,"records_written":1700,"records_unwritten":300,)"));
  const std::string line = summary_line(summary);
  CHECK(contains(line,
                 ", 2000 records (ok 1400, refused 300, failed 290, invalid 10), 300 of them "
                 "NOT WRITTEN in 12.3 s"));
  CHECK_FALSE(contains(line, "DISAGREE"));
  // A record that is missing altogether is reported.
  --summary.records_unwritten;
  CHECK_FALSE(summary.agrees());
}

TEST_CASE("a count of one has the singular", "[results][summary]") {
  Summary summary;
  summary.targets = 1;
  summary.targets_not_started = 1;
  summary.lines_invalid = 1;
  summary.records_written = 1;
  summary.tally.count(samples::invalid_line());
  summary.servers_forgotten = 1;
  summary.local_shortages = 1;
  summary.stopped = "a signal";
  CHECK(summary_line(summary) ==
        "mxsweep: 1 target, 1 unreadable line, 1 record (invalid 1) in 0.0 s, 0 visits/s, peak 0 "
        "in flight, 0 MB, CPU 0.0 s, 1 server forgotten and possibly visited twice, slowed down 1 "
        "time for lack of local resources; STOPPED EARLY: a signal, 1 target not started");
}

TEST_CASE("the summary as JSON has everything that was counted", "[results][summary]") {
  const std::string line = summary_json(finished());
  CHECK(line.find('\n') == line.size() - 1);
  simdjson::dom::parser parser;
  const simdjson::dom::element root = parser.parse(line).value();
  const auto json = [&root](const char* pointer) {
    return std::string(simdjson::minify(root.at_pointer(pointer).value()));
  };
  CHECK(json("/v") == "1");
  CHECK(json("/agrees") == "true");
  CHECK(json("/lines_read") == "2005");
  CHECK(json("/lines_skipped") == "5");
  CHECK(json("/lines_invalid") == "10");
  CHECK(json("/targets") == "1990");
  CHECK(json("/targets_not_started") == "0");
  CHECK(json("/seed") == "7");
  CHECK(json("/probes") == "1990");
  CHECK(json("/records") == "2000");
  CHECK(json("/records_written") == "2000");
  CHECK(json("/octets_written") == "1234567");
  CHECK(
      json("/outcomes") ==
      R"({"ok":1400,"degraded":0,"refused":300,"failed":290,"invalid":10,"excluded":0,"local":0})");
  CHECK(json("/causes") ==
        R"({"none":1400,"input.syntax":10,"protocol.not_smtp":290,"throttled.connections":300})");
  CHECK(contains(line, R"("elapsed_seconds":12.300,)"));
  CHECK(contains(line, R"("probes_per_second":161.789,)"));
  CHECK(contains(line, R"("cpu_seconds":0.900})"));
  CHECK(json("/in_flight_peak") == "1000");
  CHECK(json("/memory_peak_octets") == "21000000");
  CHECK(json("/local_shortages") == "0");
  CHECK(json("/command_line") == R"("mxsweep scan -f \"list of\ttargets\"")");
  CHECK(json("/version") == R"("0.1.0")");
  CHECK(json("/kernel") == R"("Linux 6.1.0")");
  CHECK(json("/ring_features") == R"(["single_issuer","defer_taskrun"])");
  CHECK(json("/start") == R"("2026-11-22T10:15:00.123456Z")");
  CHECK(json("/end") == R"("2026-11-22T10:15:12.423456Z")");
  CHECK_FALSE(contains(line, "stopped"));
  CHECK_FALSE(contains(line, "latin1"));
}

TEST_CASE("the summary has percentiles for the phases that were reached", "[results][summary]") {
  simdjson::dom::parser parser;
  const simdjson::dom::element root = parser.parse(summary_json(finished())).value();
  const simdjson::dom::object ms = root["ms"];
  std::string phases;
  for (const auto member : ms) phases.append(member.key) += ' ';
  CHECK(phases == "connect greeting ehlo quit total ");
  CHECK(double(ms["greeting"]["p50"]) >= 13.377);
  CHECK(double(ms["greeting"]["p50"]) <= 13.377 * 33 / 32);
  CHECK(double(ms["greeting"]["p99"]) == 6001.377);
  CHECK(double(ms["greeting"]["max"]) == 6001.377);
  CHECK(std::uint64_t(ms["greeting"]["count"]) == 1990);
  CHECK(std::uint64_t(ms["ehlo"]["count"]) == 1400);
}

TEST_CASE("the summary counts the TLS results of the records", "[results][summary]") {
  Summary summary;
  const auto count = [&](int times, const Record& record) {
    for (int i = 0; i < times; ++i) summary.tally.count(record);
  };
  count(5, samples::typical_tls());                  // STARTTLS, 1.3, verified.
  count(4, samples::implicit_tls());                 // 1.2, verified; without STARTTLS.
  count(3, samples::expired_and_old());              // STARTTLS, 1.0, not verified.
  count(2, samples::handshake_refused());            // Not completed, no certificate.
  count(1, samples::client_certificate_required());  // Not completed, certificate verified.
  count(7, samples::too_busy());                     // Unknown whether STARTTLS is offered.
  Record without = samples::typical();
  without.starttls_offered = Offered::no;
  count(6, without);
  summary.deadline_late_max = std::chrono::microseconds{1'234};

  simdjson::dom::parser parser;
  const std::string line = summary_json(summary);
  const simdjson::dom::element root = parser.parse(line).value();
  CHECK(std::string(simdjson::minify(root["starttls"].value())) ==
        R"({"yes":9,"no":6,"unknown":7})");
  CHECK(std::string(simdjson::minify(root["tls"].value())) ==
        R"({"handshakes":12,"versions":{"TLSv1.0":3,"TLSv1.1":0,"TLSv1.2":4,"TLSv1.3":5},)"
        R"("verified":10,"not_verified":3})");
  CHECK(std::uint64_t(root["ms"]["starttls"]["count"]) == 9);
  CHECK(std::uint64_t(root["ms"]["tls"]["count"]) == 15);
  CHECK(std::uint64_t(root["ms"]["ehlo_tls"]["count"]) == 8);
  CHECK(contains(line, R"("deadline_late_ms_max":1.234,)"));
  CHECK(root["certificates_written"].error() == simdjson::NO_SUCH_FIELD);

  summary.certificates_written = 0;
  summary.deadline_late_max = Duration{-1};
  CHECK(contains(summary_json(summary), R"("certificates_written":0,)"));
  CHECK(contains(summary_json(summary), R"("deadline_late_ms_max":0.000,)"));
}

TEST_CASE("the summary is JSON for any command line", "[results][summary]") {
  Summary summary = finished();
  summary.command_line = "mxsweep \xff\x01";
  summary.stopped = "output: \"No space left on device\"";
  summary.elapsed = Duration::zero();
  summary.cpu_seconds = std::numeric_limits<double>::quiet_NaN();
  simdjson::dom::parser parser;
  const simdjson::dom::element root = parser.parse(summary_json(summary)).value();
  CHECK(std::string_view(root["command_line"]) == "mxsweep \xc3\xbf\x01");
  CHECK(bool(root["latin1"]));
  CHECK(std::string_view(root["stopped"]) == summary.stopped);
  CHECK(double(root["cpu_seconds"]) == 0);
  CHECK(double(root["probes_per_second"]) == 0);
  summary.cpu_seconds = std::numeric_limits<double>::infinity();
  CHECK(parser.parse(summary_json(summary)).error() == simdjson::SUCCESS);
}

TEST_CASE("the summary for the user is one line", "[results][summary]") {
  CHECK(summary_line(finished()) ==
        "mxsweep: 1990 targets, 10 unreadable lines, 2000 records (ok 1400, refused 300, failed "
        "290, invalid 10) in 12.3 s, 162 visits/s, p50 101.3 ms p99 101.3 ms, peak 1000 in flight, "
        "21 MB, "
        "CPU 0.9 s, seed 7");
  CHECK(summary_line(Summary{}) ==
        "mxsweep: 0 targets, 0 records in 0.0 s, 0 visits/s, peak 0 in flight, 0 MB, CPU 0.0 s");
}

TEST_CASE("the line reports that the sweep stopped early or that counts disagree",
          "[results][summary]") {
  Summary summary = finished();
  summary.targets_not_started = 500;
  summary.targets += 500;
  summary.stopped = "interrupted";
  std::string line = summary_line(summary);
  CHECK(contains(line, "; STOPPED EARLY: interrupted, 500 targets not started"));
  CHECK_FALSE(contains(line, "DISAGREE"));
  summary.records_written = 1999;
  summary.local_shortages = 7;
  line = summary_line(summary);
  CHECK(contains(line, ", slowed down 7 times for lack of local resources"));
  CHECK(contains(line,
                 "; COUNTS DISAGREE: 2490 targets and 10 unreadable lines came to 2000 records, of "
                 "which 1999 were written and 0 were not, and 500 targets not started"));
}

TEST_CASE("a shared record counts as a record but not as a visit", "[results][summary]") {
  Tally tally;
  tally.count(samples::shared());
  CHECK(tally.records == 1);
  CHECK(tally.shared == 1);
  CHECK(tally.outcomes[static_cast<std::size_t>(Outcome::ok)] == 1);
  CHECK(tally.causes[static_cast<std::size_t>(Cause::none)] == 1);
  CHECK(tally.total.count() == 0);
  for (const Histogram& phase : tally.phases) CHECK(phase.count() == 0);
  CHECK(tally.starttls == Tally{}.starttls);
  CHECK(tally.tls_versions == Tally{}.tls_versions);
  CHECK(tally.handshakes + tally.verified + tally.not_verified == 0);

  Record visit = samples::shared();
  visit.shared = false;
  tally.count(visit);
  CHECK(tally.records == 2);
  CHECK(tally.shared == 1);
  CHECK(tally.total.count() == 1);
  CHECK(tally.handshakes == 1);
}

TEST_CASE("the summary counts lookups, domains and servers", "[results][summary]") {
  Summary summary = finished();
  std::string line = summary_json(summary);
  CHECK(contains(line, R"("probes":1990,"retries":0,"waited":0,"shared":0,"records":2000,)"));
  CHECK(contains(line, R"("servers_forgotten":0,"local_shortages":0,)"));
  CHECK_FALSE(contains(line, "domains_written"));
  CHECK_FALSE(contains(line, "lookups"));
  CHECK_FALSE(contains(summary_line(summary), "shared"));
  CHECK_FALSE(contains(summary_line(summary), "forgotten"));

  for (int i = 0; i < 30; ++i) summary.tally.count(samples::shared());
  summary.records_written += 30;
  summary.targets += 30;
  CHECK(summary.agrees());
  summary.domains_written = 0;
  summary.servers_forgotten = 4;
  summary.retries = 7;
  summary.waited = 40;
  summary.lookups = LookupCounts{
      .asked = 7, .from_cache = 6, .coalesced = 5, .failed = 2, .sent = 4, .retried = 3, .tcp = 1};
  line = summary_json(summary);
  simdjson::dom::parser parser;
  REQUIRE(parser.parse(line).error() == simdjson::SUCCESS);
  CHECK(contains(line, R"("probes":1990,"retries":7,"waited":40,"shared":30,"records":2030,)"));
  CHECK(contains(line, R"("domains_written":0,"outcomes":)"));
  CHECK(contains(line, R"("lookups":{"asked":7,"from_cache":6,"coalesced":5,"sent":4,"retried":3,)"
                       R"("failed":2,"tcp":1},)"));
  CHECK(contains(line, R"("servers_forgotten":4,)"));
  CHECK(contains(summary_line(summary),
                 ", 2030 records (ok 1430, refused 300, failed 290, invalid 10), 30 shared, "
                 "7 retries in 12.3 s, 162 visits/s,"));
  CHECK(contains(summary_line(summary), ", 4 servers forgotten and possibly visited twice"));
}

TEST_CASE("merged tallies equal one that counted everything", "[results][summary]") {
  Tally all;
  Tally parts[2];
  std::size_t next = 0;
  for (const Record& record : samples::sample_records()) {
    all.count(record);
    parts[next++ % 2].count(record);
  }
  Tally merged;
  merged.merge(parts[0]);
  merged.merge(parts[1]);
  CHECK(merged.records == samples::sample_records().size());
  CHECK(merged.records == all.records);
  CHECK(all.shared > 0);
  CHECK(merged.shared == all.shared);
  CHECK(merged.outcomes == all.outcomes);
  CHECK(merged.causes == all.causes);
  CHECK(merged.total.count() == all.total.count());
  CHECK(merged.starttls == all.starttls);
  CHECK(merged.handshakes == all.handshakes);
  CHECK(merged.tls_versions == all.tls_versions);
  CHECK(merged.verified == all.verified);
  CHECK(merged.not_verified == all.not_verified);
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    CHECK(merged.phases[i].count() == all.phases[i].count());
    CHECK(merged.phases[i].highest() == all.phases[i].highest());
  }
}

}  // namespace mxsweep::results

// SPDX-License-Identifier: MIT
#include <simdjson.h>

#include <algorithm>
#include <string>

#include "mxsweep/api/api.h"
#include "support/catch.h"
#include "support/sample_facts.h"

namespace mxsweep::api {
namespace {

namespace samples = view::samples;
using simdjson::dom::element;

class Parsed {
 public:
  explicit Parsed(const std::string& text) : root_(parser_.parse(text).value()) {}
  [[nodiscard]] element operator[](const char* pointer) const {
    return root_.at_pointer(pointer).value();
  }
  [[nodiscard]] bool has(const char* pointer) const {
    return root_.at_pointer(pointer).error() == simdjson::SUCCESS;
  }
  [[nodiscard]] std::string text(const char* pointer) const {
    return std::string((*this)[pointer].get_string().value());
  }

 private:
  simdjson::dom::parser parser_;
  element root_;
};

TEST_CASE("every answer says when it was true", "[api]") {
  for (const std::string& answer :
       {summary(samples::calm_overview(), false), monitors(samples::many_monitors()),
        monitor(samples::up_monitor()), history(samples::probe_history()),
        incidents(samples::many_incidents(), false), incident(samples::open_incident(), false),
        certificates(samples::many_certificates())}) {
    CHECK(Parsed(answer).text("/observed_at") == "2026-11-26T10:09:30.000000Z");
  }
}

TEST_CASE("an incident has the keys of a webhook's", "[api]") {
  const Parsed page(incident(samples::open_incident(), true));
  CHECK(page["/incident/id"].get_uint64().value() == 412);
  CHECK(page.text("/incident/kind") == "down");
  CHECK(page.text("/incident/scope/kind") == "prefix");
  CHECK(page.text("/incident/scope/value") == "192.0.2.0/24");
  CHECK(page.text("/incident/cause") == "net.timeout");
  CHECK(page.text("/targets/0/ip") == "192.0.2.0");
  CHECK(page.text("/evidence/0/cause") == "net.timeout");
}

TEST_CASE("what needs the right to see targets is in no public answer", "[api]") {
  for (const std::string& answer : {
           summary(samples::marked_overview(), false),
           incident(samples::marked_incident(), false),
           incidents(samples::marked_incidents(), false),
           incident_lines(samples::marked_incidents(), false),
       }) {
    CHECK(answer.find(samples::kMark) == std::string::npos);
    CHECK(answer.find("example.net") == std::string::npos);
    CHECK(answer.find("192.0.2.") == std::string::npos);
  }
  CHECK(summary(samples::marked_overview(), true).find(samples::kMark) != std::string::npos);
  CHECK(incident(samples::marked_incident(), true).find(samples::kMark) != std::string::npos);
}

TEST_CASE("a silence of single targets does not look like one of everything", "[api]") {
  view::Overview overview = samples::calm_overview();
  watch::SilenceRow hold;
  hold.match.target = "mx1.example.net";
  overview.holds = {hold};
  hold.match = {};
  hold.match.group = "edge";
  overview.holds.push_back(hold);
  const Parsed shown(summary(overview, false));
  CHECK_FALSE(shown.has("/holds/0/match"));
  CHECK(shown.text("/holds/1/match/group") == "edge");
  CHECK(Parsed(summary(overview, true)).text("/holds/0/match/target") == "mx1.example.net");
}

TEST_CASE("a list has a cursor unless it is the last page", "[api]") {
  view::MonitorList list = samples::many_monitors();
  CHECK(Parsed(monitors(list)).text("/next") == list.next);
  list.next.clear();
  CHECK_FALSE(Parsed(monitors(list)).has("/next"));
  CHECK(Parsed(incidents(samples::many_incidents(), false)).text("/next") == "363");
  CHECK_FALSE(Parsed(incidents(samples::empty_incidents(), false)).has("/next"));
  view::CertificateList page = samples::many_certificates();
  page.first = 100;
  CHECK(Parsed(certificates(page)).text("/next") == "200");
  page.first = 130;  // Of 230.
  CHECK_FALSE(Parsed(certificates(page)).has("/next"));
}

TEST_CASE("lines are the items of the list, one on each", "[api]") {
  const view::MonitorList list = samples::marked_monitors();
  const std::string lines = monitor_lines(list);
  CHECK(static_cast<std::size_t>(std::ranges::count(lines, '\n')) == list.monitors.size());
  const std::string page = monitors(list);
  const std::string first = lines.substr(0, lines.find('\n'));
  CHECK(page.find("\"items\":[" + first + ",") != std::string::npos);
  CHECK(monitor_lines({}).empty());
}

TEST_CASE("a long text is cut, and a record that is not one is left out", "[api]") {
  view::MonitorPage page = samples::down_monitor();
  page.monitor.target.assign(100'000, 'a');
  page.meta = R"({"rack":)" + std::string(10'000, ' ') + "1}";
  page.failure->record = "{\"target\":\"" + std::string(40'000, 'a') + "\"}";
  const std::string answer = monitor(page);
  const Parsed parsed(answer);
  CHECK(parsed.text("/monitor/target").size() == 1024);
  CHECK_FALSE(parsed.has("/monitor/meta"));
  CHECK_FALSE(parsed.has("/failure"));
  page.failure->record = "not a record";
  CHECK_FALSE(Parsed(monitor(page)).has("/failure"));
}

TEST_CASE("evidence is at most twenty records", "[api]") {
  view::IncidentPage page = samples::open_incident();
  page.evidence.resize(1);
  page.evidence.resize(1000, page.evidence.front());
  const Parsed parsed(incident(page, true));
  CHECK(parsed["/evidence"].get_array().value().size() == 20);
}

TEST_CASE("a day of which nothing is known is null", "[api]") {
  view::MonitorPage page = samples::up_monitor();
  page.days = {};
  page.days.back().up = std::chrono::hours{3};
  page.days.back().down = std::chrono::hours{1};
  const Parsed parsed(monitor(page));
  CHECK(parsed["/uptime_days/0"].is_null());
  CHECK(parsed["/uptime_days/89"].get_double().value() == 0.75);
}

TEST_CASE("a time that was not reached is absent from a result", "[api]") {
  const view::History history_facts = samples::probe_history();
  const Parsed parsed(history(history_facts));
  CHECK(parsed.has("/items/0/ms/total"));
  CHECK_FALSE(parsed.has("/items/59/ms/tls"));  // It ended in connect.
  CHECK(parsed.text("/items/59/cause") == "net.timeout");
}

TEST_CASE("an error is a sentence", "[api]") {
  CHECK(error("there is no \"such\"") == R"({"error":"there is no \"such\""})");
}

TEST_CASE("the description has the words of all closed lists", "[api]") {
  const Parsed parsed{std::string(openapi())};
  const auto size_of = [&parsed](const std::string& schema) {
    const std::string pointer = "/components/schemas/" + schema + "/enum";
    return parsed[pointer.c_str()].get_array().value().size();
  };
  CHECK(size_of("Cause") == kCauseCount);
  CHECK(size_of("Phase") == kPhaseCount);
  CHECK(size_of("Outcome") == kOutcomeCount);
  CHECK(parsed.text("/components/schemas/State/enum/3") == "down");
  CHECK(parsed.text("/components/schemas/Incident/properties/kind/enum/9") == "digest");
  CHECK(parsed.text("/components/schemas/Scope/properties/kind/enum/9") == "several");
}

}  // namespace
}  // namespace mxsweep::api

// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>

#include "mxsweep/api/api.h"
#include "support/catch.h"
#include "support/sample_facts.h"

namespace mxsweep::api {
namespace {

namespace samples = view::samples;

std::string exposed(const view::Metrics& facts) {
  ProcessFacts process;
  process.version = "1.2.3";
  return metrics(facts, process, metrics::Format::prometheus);
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

std::size_t series(const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    count += text[at] == '#' ? 0 : 1;
  }
  return count;
}

TEST_CASE("the states of a group are disjoint series", "[api][metrics]") {
  const std::string text = exposed(samples::many_metrics());
  CHECK(has_line(text, R"(mxsweep_watch_monitors{group="edge",state="down"} 400)"));
  CHECK(has_line(text, R"(mxsweep_watch_monitors{group="relays",state="up"} 3)"));
  CHECK(has_line(
      text,
      R"(mxsweep_watch_probes_total{group="edge",outcome="failed",cause="net.timeout"} 2801)"));
  CHECK(has_line(text, R"(mxsweep_build_info{version="1.2.3"} 1)"));
  CHECK(has_line(text, "mxsweep_watch_vantage_up 1"));
}

TEST_CASE("an incident that is over goes back to zero and does not vanish", "[api][metrics]") {
  view::Metrics facts = samples::many_metrics();
  CHECK(has_line(exposed(facts),
                 R"(mxsweep_watch_incidents_open{kind="down",severity="critical"} 2)"));
  facts.open.clear();
  CHECK(has_line(exposed(facts),
                 R"(mxsweep_watch_incidents_open{kind="down",severity="critical"} 0)"));
}

TEST_CASE("no name or address is in what all monitors have together", "[api][metrics]") {
  view::Metrics facts = samples::marked_metrics();
  CHECK(exposed(facts).find(samples::kMark) != std::string::npos);
  facts.monitors.clear();
  CHECK(exposed(facts).find(samples::kMark) == std::string::npos);
}

TEST_CASE("a monitor has as many series in a small as in a large fleet", "[api][metrics]") {
  view::Metrics facts = samples::many_metrics();
  facts.monitors.resize(1);
  const std::size_t one = series(exposed(facts));
  facts.monitors.resize(2, facts.monitors.front());
  const std::size_t two = series(exposed(facts));
  facts.monitors.clear();
  const std::size_t none = series(exposed(facts));
  CHECK(two - one == one - none);
  CHECK(one - none <= 16);
}

TEST_CASE("of a monitor that is not known to be up or down there is no up", "[api][metrics]") {
  view::Metrics facts = samples::many_metrics();
  facts.monitors.resize(1);
  facts.monitors.front().line.state = watch::State::unknown;
  const std::string text = exposed(facts);
  CHECK(text.find("\nmxsweep_monitor_up{") == std::string::npos);
  CHECK(text.find("state=\"unknown\"} 1") != std::string::npos);
}

TEST_CASE("a blind monitor says that its vantage is not up", "[api][metrics]") {
  view::Metrics facts = samples::many_metrics();
  facts.now.sight = watch::Sight::doubtful;
  CHECK(has_line(exposed(facts), "mxsweep_watch_vantage_up 1"));
  facts.now.sight = watch::Sight::blind;
  CHECK(has_line(exposed(facts), "mxsweep_watch_vantage_up 0"));
}

TEST_CASE("/probe hashes an address as blackbox_exporter does", "[api][probe]") {
  view::MonitorPage page = samples::up_monitor();
  page.monitor.address = "127.0.0.1";
  const auto text = [&page] { return probe(page, metrics::Format::prometheus); };
  CHECK(has_line(text(), "probe_ip_addr_hash 3668918509"));
  CHECK(has_line(text(), "probe_ip_protocol 4"));
  page.monitor.address = "::1";
  CHECK(has_line(text(), "probe_ip_protocol 6"));
  page.monitor.address.clear();
  CHECK(has_line(text(), "probe_ip_protocol 0"));
}

TEST_CASE("/probe has a verdict, and the TLS of a probe that was good", "[api][probe]") {
  const std::string good = probe(samples::up_monitor(), metrics::Format::prometheus);
  CHECK(has_line(good, "probe_success 1"));
  CHECK(has_line(good, R"(probe_tls_version_info{version="TLS 1.3"} 1)"));
  CHECK(has_line(good, "probe_ssl_last_chain_expiry_timestamp_seconds -62135596800"));
  view::MonitorPage page = samples::up_monitor();
  page.last = samples::down_monitor().last;
  const std::string bad = probe(page, metrics::Format::prometheus);
  CHECK(has_line(bad, "probe_success 0"));
  CHECK(bad.find("_ssl_") == std::string::npos);
  CHECK(bad.find("_tls_") == std::string::npos);
}

TEST_CASE("/probe shows the end of a path only if it leads to an authority", "[api][probe]") {
  view::MonitorPage page = samples::up_monitor();
  page.verified = true;
  page.path_end = WallTime{std::chrono::seconds{1'803'501'065}};
  CHECK(has_line(probe(page, metrics::Format::prometheus),
                 "probe_ssl_last_chain_expiry_timestamp_seconds 1803501065"));
}

}  // namespace
}  // namespace mxsweep::api

// SPDX-License-Identifier: MIT
#include <string>

#include "mxsweep/pages/pages.h"
#include "pages/pages_under_test.h"
#include "support/catch.h"
#include "support/sample_facts.h"

namespace mxsweep::pages {
namespace {

namespace samples = view::samples;
using Colour = Badge::Colour;

TEST_CASE("a badge says the state of a monitor, unless it is not observed", "[pages][badges]") {
  CHECK(status_badge("mx", samples::up_monitor()).text == "up");
  CHECK(status_badge("mx", samples::up_monitor()).colour == Colour::good);
  CHECK(status_badge("mx", samples::down_monitor()).text == "down");
  CHECK(status_badge("mx", samples::down_monitor()).colour == Colour::bad);
  view::MonitorPage blind = samples::up_monitor();
  blind.now.sight = watch::Sight::blind;
  CHECK(status_badge("mx", blind).text == "not observed");
  CHECK(status_badge("mx", blind).colour == Colour::grey);
  CHECK(status_badge("mx", samples::empty_monitor()).text == "unknown");
}

TEST_CASE("badges of uptime, time and groups have the colour of what they say", "[pages][badges]") {
  CHECK(uptime_badge("30 days", 0.99951).text == "99.951 %");
  CHECK(uptime_badge("30 days", 0.99951).colour == Colour::good);
  CHECK(uptime_badge("30 days", 0.995).colour == Colour::warning);
  CHECK(uptime_badge("30 days", 0.5).colour == Colour::bad);
  CHECK(uptime_badge("30 days", std::nullopt).text == "no data");
  CHECK(latency_badge("time", samples::up_monitor()).text == "101 ms");
  CHECK(latency_badge("time", samples::down_monitor()).text == "failed");
  CHECK(latency_badge("time", samples::empty_monitor()).text == "no data");
  CHECK(group_badge("edge", samples::outage_group().group.counts).text == "400 of 2,113 down");
  CHECK(group_badge("edge", samples::calm_group().group.counts).text == "3 up");
  CHECK(group_badge("edge", {}).colour == Colour::grey);
}

TEST_CASE("the picture of a badge is well-formed, has a title, and its text fits",
          "[pages][badges]") {
  for (const Badge& badge :
       {Badge{"mx", "up", Colour::good}, Badge{"", "99.951 %", Colour::warning},
        Badge{samples::marked("label"), samples::marked("text"), Colour::bad}, Badge{}}) {
    const std::string picture = svg(badge);
    INFO(picture);
    CHECK(fault_of(picture) == "");
    CHECK(count(picture, "<title>") == 1);
    CHECK(count(picture, "<script") == 0);
    double texts = 0;
    for (const std::string& length : values_of(picture, "textLength")) texts += std::stod(length);
    CHECK(std::stod(values_of(picture, "width").front()) >= texts + 12);
  }
}

TEST_CASE("shields.io gets label, message and colour", "[pages][badges]") {
  CHECK(shields_json({"mx", "down", Colour::bad}) ==
        R"({"schemaVersion":1,"label":"mx","message":"down","color":"red"})");
}

TEST_CASE("the feed has an entry for each incident, with an id that stays", "[pages][feed]") {
  const std::string xml = feed(samples::many_incidents(), insiders());
  CHECK(fault_of(xml) == "");
  CHECK(xml.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed"));
  CHECK(count(xml, "<entry>") == samples::many_incidents().incidents.size());
  CHECK(count(xml, "<id>") == count(xml, "<entry>") + 1);
  CHECK(count(xml, "<updated>") == count(xml, "<entry>") + 1);
  CHECK(count(xml, "<author><name>") == 1);
  CHECK(count(xml,
              "rel=\"self\" type=\"application/atom+xml\" "
              "href=\"https://status.example.net/feed.atom\"") == 1);
  CHECK(count(xml, "<id>tag:mxsweep,2026:status.example.net:incident:412</id>") == 1);
  CHECK(count(xml, "href=\"https://status.example.net/incident/412\"") == 1);
  // The incident that is over was updated when it was closed.
  CHECK(count(xml, "(over)</title>") == 28);
  CHECK(count(feed(samples::marked_incidents(), strangers()), samples::kMark) == 0);
}

}  // namespace
}  // namespace mxsweep::pages

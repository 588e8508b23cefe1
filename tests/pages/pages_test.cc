// SPDX-License-Identifier: MIT
#include "mxsweep/pages/pages.h"

#include <algorithm>
#include <string>

#include "mxsweep/tls/sha256.h"
#include "pages/pages_under_test.h"
#include "support/catch.h"
#include "support/sample_fact_parts.h"
#include "support/sample_facts.h"

namespace mxsweep::pages {
namespace {

namespace samples = view::samples;

bool has(std::string_view page, std::string_view part) { return page.find(part) != page.npos; }

std::string style_of(std::string_view page) {
  const std::size_t begin = page.find("<style>") + 7;
  return std::string(page.substr(begin, page.find("</style>") - begin));
}

std::string heading_of(std::string_view page) {
  const std::size_t begin = page.find("<h1>") + 4;
  return std::string(page.substr(begin, page.find("</h1>") - begin));
}

TEST_CASE("every page is well-formed, whatever its facts are", "[pages]") {
  for (const Audience& audience : {insiders(), strangers()}) {
    for (const auto& pages : {usual_pages(audience), marked_pages(audience)}) {
      for (const auto& [name, page] : pages) {
        INFO(name);
        CHECK(fault_of(page) == "");
      }
    }
  }
}

TEST_CASE("texts of servers and users never become markup", "[pages]") {
  for (const auto& [name, page] : marked_pages(insiders())) {
    INFO(name);
    CHECK(count(page, samples::kMark) > 0);
    CHECK_FALSE(has(page, "<script"));
    CHECK_FALSE(has(page, "<img"));
    CHECK_FALSE(has(page, "]]>"));
    CHECK(count(page, "</title>") == count(page, "<title>"));
    CHECK(count(page, "<style>") == count(page, "</style>"));
    CHECK(std::ranges::none_of(page, [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f;
    }));
  }
}

TEST_CASE("without targets no name, address, evidence or text of a user is in a page",
          "[pages][audience]") {
  for (const auto& [name, page] : marked_pages(strangers())) {
    INFO(name);
    CHECK(count(page, samples::kMark) == 0);
  }
  for (const auto& [name, page] : usual_pages(strangers())) {
    INFO(name);
    for (const std::string_view secret : {"192.0.2", "example.net", "ada", "ticket", "rack",
                                          "oncall", "watch.toml", "/monitor/", "/certificates"}) {
      INFO(secret);
      CHECK(count(page, secret) == 0);
    }
  }
}

TEST_CASE("where single monitors have no pages they are named, not linked", "[pages][audience]") {
  Audience audience = insiders();
  audience.monitors = false;
  for (const auto& [name, page] : usual_pages(audience)) {
    INFO(name);
    CHECK(count(page, "href=\"/monitor/") == 0);
  }
  CHECK(has(group(samples::outage_group(), audience), "mx3.example.net"));
  CHECK(has(group(samples::outage_group(), insiders()), "href=\"/monitor/"));
}

TEST_CASE("nothing in a page is requested from anywhere", "[pages][policy]") {
  for (const auto& pages : {usual_pages(insiders()), marked_pages(insiders())}) {
    for (const auto& [name, page] : pages) {
      INFO(name);
      if (name == "feed") continue;
      CHECK(values_of(page, "src").empty());
      CHECK(values_of(page, "srcset").empty());
      CHECK(values_of(page, "style").empty());
      CHECK(values_of(page, "onload").empty());
      CHECK_FALSE(has(style_of(page), "url("));
      CHECK_FALSE(has(style_of(page), "@import"));
      for (const std::string& href : values_of(page, "href")) {
        INFO(href);
        const bool own = href.starts_with('/') && !href.starts_with("//");
        CHECK((own || href.starts_with('?') || href.starts_with('#') ||
               href.starts_with("data:image/svg+xml,")));
      }
    }
  }
}

TEST_CASE("the policy allows the page's style sheet by its hash, and nothing unsafe",
          "[pages][policy]") {
  const std::string& policy = content_security_policy();
  CHECK(policy.starts_with("default-src 'none'; style-src 'sha256-"));
  CHECK_FALSE(has(policy, "unsafe"));
  CHECK_FALSE(has(policy, "http"));
  for (const std::string_view rule :
       {"form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"}) {
    CHECK(has(policy, rule));
  }
  // The digits of base64, back to octets.
  const std::size_t begin = policy.find("sha256-") + 7;
  const std::string digits = policy.substr(begin, policy.find('\'', begin) - begin);
  REQUIRE(digits.size() == 44);
  std::string hexadecimal;
  std::uint32_t bits = 0;
  std::uint32_t held = 0;
  for (const char digit : digits) {
    static constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (digit == '=') break;
    bits = bits << 6U | static_cast<std::uint32_t>(kDigits.find(digit));
    held += 6;
    for (; held >= 4; held -= 4) {
      hexadecimal += "0123456789abcdef"[bits >> (held - 4) & 0xfU];
    }
  }
  for (const auto& [name, page] : usual_pages(strangers())) {
    INFO(name);
    tls::Sha256 hash;
    hash.add(style_of(page));
    CHECK(hexadecimal.substr(0, 64) == tls::to_hexadecimal(hash.finish()));
  }
}

TEST_CASE("the heading of the overview says what is wrong, where and since when", "[pages]") {
  const auto heading = [](const view::Overview& facts) {
    return heading_of(overview(facts, insiders()));
  };
  CHECK(heading(samples::outage_overview()) ==
        "2 incidents: 400 hosts in 192.0.2.0/24 down since 10:02");
  CHECK(heading(samples::calm_overview()) == "All 12,345 monitors are up");
  CHECK(heading(samples::empty_overview()) == "Nothing is watched yet");
  CHECK(heading(samples::blind_overview()) == "Blind: no server can be observed");
  CHECK(heading(samples::trouble_overview()) ==
        "The channel pager does not take messages, since 09:19");
  CHECK(heading_of(overview(samples::outage_overview(), strangers())) ==
        "2 incidents: 400 hosts of group edge down since 10:02");
  view::Overview one = samples::outage_overview();
  one.incidents.pop_back();
  one.open_incidents = 1;
  CHECK(heading(one) == "400 hosts in 192.0.2.0/24 down since 10:02");
}

TEST_CASE("the heading names the incident that most servers have, unless it is acknowledged",
          "[pages]") {
  view::Overview facts = samples::outage_overview();
  facts.incidents.insert(facts.incidents.begin(), samples::prefix_outage());
  facts.incidents[0].headline = "mx1.example.net: greeting silent";
  facts.incidents[0].members = 1;
  facts.open_incidents = 3;
  CHECK(heading_of(overview(facts, insiders())) ==
        "3 incidents: 400 hosts in 192.0.2.0/24 down since 10:02");
  facts.incidents[1].incident.acknowledged = watch::Acknowledgement{};
  CHECK(heading_of(overview(facts, insiders())) == "3 incidents: mx1.example.net down since 10:02");
}

TEST_CASE("before an incident is opened the heading counts what is down", "[pages]") {
  view::Overview facts = samples::outage_overview();
  facts.incidents.clear();
  facts.open_incidents = 0;
  CHECK(heading_of(overview(facts, insiders())) == "400 monitors down, 10 degraded, 11,931 up");
}

TEST_CASE("of monitors that cannot be observed the heading does not say that they are up",
          "[pages]") {
  view::Overview facts = samples::calm_overview();
  facts.counts = {};
  facts.counts.monitors = 36;
  facts.counts.up = 36;
  facts.counts.unobserved = 6;
  CHECK(heading_of(overview(facts, insiders())) ==
        "30 of 36 monitors are up, 6 cannot be observed now");
}

TEST_CASE("an incident shows blame, beginning and acknowledgement", "[pages]") {
  const std::string page = overview(samples::outage_overview(), insiders());
  CHECK(has(page, "Whose fault: <b>the network or the server</b>"));
  CHECK(has(page, "<time datetime=\"2026-11-26T10:02:30Z\">10:02</time> (7 min)"));
  CHECK(has(page, "Acknowledged by <b>ada</b>"));
}

TEST_CASE("a state is a class for its shape and colour, and a word", "[pages]") {
  const std::string page = group(samples::outage_group(), insiders());
  CHECK(has(page, "<span class=\"s down\">400 down</span>"));
  CHECK(has(page, "<span class=\"s up\">1,699 up</span>"));
  CHECK(has(page, "<span class=\"tag\">flapping</span>"));
}

TEST_CASE("a monitor that sees nothing, or has trouble, says so before all else", "[pages]") {
  const std::string blind = overview(samples::blind_overview(), strangers());
  CHECK(blind.find("This monitor is blind") < blind.find("<h1>"));
  CHECK(has(blind, "0 of 3 canaries and 1 of 20 healthy servers answer."));
  const std::string trouble = group(
      [] {
        view::GroupPage page = samples::calm_group();
        page.now = samples::trouble_overview().now;
        return page;
      }(),
      insiders());
  CHECK(trouble.find("the channel pager does not take messages") < trouble.find("<h1>"));
  CHECK(trouble.find("unknown key &#39;intervall&#39;") < trouble.find("<h1>"));
}

TEST_CASE("a page in a folder says until when it can be believed", "[pages][files]") {
  Audience audience = strangers();
  audience.files = true;
  audience.expires = samples::kNow + std::chrono::minutes{3};
  const std::string page = overview(samples::calm_overview(), audience);
  CHECK(has(page,
            "If it is later than <time datetime=\"2026-11-26T10:12:30Z\">10:12</time> UTC, "
            "this page is stale: the monitor has stopped."));
}

TEST_CASE("lists have links to the rows before and behind", "[pages]") {
  const std::string page = group(samples::outage_group(), insiders());
  CHECK(has(page, "<a rel=\"prev\" href=\"/group/edge\">"));
  CHECK(has(page, "<a rel=\"next\" href=\"/group/edge?page=3\">"));
  CHECK(has(page, "Monitors 101 to 200 of 2,113"));
  CHECK(has(incidents(samples::many_incidents(), insiders()),
            "<a rel=\"next\" href=\"/incidents?below=363\">"));
  CHECK_FALSE(has(group(samples::calm_group(), insiders()), "rel=\"next\""));
}

TEST_CASE("a page loads itself anew only if it was asked to", "[pages]") {
  Audience audience = insiders();
  CHECK(has(group(samples::outage_group(), audience), "href=\"?page=2&amp;refresh=60\""));
  audience.refresh = 60;
  const std::string page = group(samples::outage_group(), audience);
  CHECK(has(page, "Reloads every 60 s"));
  CHECK(has(page, "href=\"?page=2\">Stop reloading"));
  CHECK_FALSE(has(page, "http-equiv"));
}

TEST_CASE("the transcript of a failure is shown as it is in messages", "[pages]") {
  const std::string page = incident(samples::open_incident(), insiders());
  CHECK(has(page, "421 try &lt;again&gt; &amp; &quot;later&quot;"));
  CHECK(has(page, "ended in the phase connect: net.timeout"));
  CHECK(has(page, "3 attempts failed"));
  CHECK(has(page, "given up") == false);
  CHECK(has(incident(samples::closed_incident(), insiders()), "given up"));
}

TEST_CASE("a timeline has seconds, and the name and reason of an acknowledgement", "[pages]") {
  view::IncidentPage facts = samples::open_incident();
  facts.timeline = {{samples::kNow - std::chrono::seconds{30}, "", 412, "ack", "ada: on my way"}};
  CHECK(has(incident(facts, insiders()),
            "10:09:00</time> <b>acknowledged</b> by ada: on my way</li>"));
  CHECK(has(incident(facts, strangers()), "10:09:00</time> <b>acknowledged</b></li>"));
  const std::string timeline = "<time datetime=\"2026-11-26T10:02:30Z\">10:02:30</time> <b>opened";
  CHECK(has(incident(samples::open_incident(), insiders()), timeline));
}

TEST_CASE("of an incident that is over is said how many it had, not how many it has", "[pages]") {
  CHECK(has(incident(samples::open_incident(), insiders()), " now, "));
  CHECK_FALSE(has(incident(samples::closed_incident(), insiders()), " now, "));
  CHECK(has(incident(samples::closed_incident(), insiders()), " at most, of "));
}

TEST_CASE("the words of a protocol are not written like names", "[pages]") {
  view::Overview facts = samples::outage_overview();
  facts.incidents[0].headline = "400 hosts in 192.0.2.0/24: ehlo reset";
  CHECK(has(overview(facts, insiders()), "Problem: ehlo reset; whose fault: "));
}

TEST_CASE("readers who could see more with the token are led to where it is asked for",
          "[pages][audience]") {
  Audience audience = strangers();
  CHECK_FALSE(has(overview(samples::calm_overview(), audience), "Sign in"));
  audience.sign_in = true;
  CHECK(has(overview(samples::calm_overview(), audience), "href=\"/certificates\">Sign in"));
  audience.targets = true;
  CHECK_FALSE(has(overview(samples::calm_overview(), audience), "Sign in"));
}

TEST_CASE("only those who may acknowledge are led to it", "[pages][audience]") {
  CHECK(has(incident(samples::open_incident(), insiders()),
            "href=\"/incident/412/acknowledge?mac=&quot;&#39;&lt;&gt;&amp;\""));
  CHECK_FALSE(has(incident(samples::open_incident(), strangers()), "Acknowledge"));
  CHECK_FALSE(has(incident(samples::closed_incident(), insiders()), "/acknowledge"));
  Audience audience = insiders();
  audience.acknowledge = [](watch::IncidentId) { return std::string(); };
  CHECK_FALSE(has(incident(samples::open_incident(), audience), "Acknowledge"));
}

TEST_CASE("the form sends a name and a note to the signed address", "[pages]") {
  const std::string page =
      acknowledge_form(samples::open_incident(), "/incident/412/acknowledge?mac=a&b", insiders());
  CHECK(has(page, "<form method=\"post\" action=\"/incident/412/acknowledge?mac=a&amp;b\""));
  CHECK(has(page, "name=\"by\""));
  CHECK(has(page, "name=\"note\""));
}

TEST_CASE("the form is answered with how long reminders stop, and the way back", "[pages]") {
  const std::string page = acknowledged(412, std::chrono::hours{24}, insiders());
  CHECK(heading_of(page) == "Incident 412 is acknowledged");
  CHECK(has(page, "No reminders are sent for 24 h, unless it becomes worse."));
  CHECK(has(page, "href=\"/incident/412\">Back to the incident"));
}

TEST_CASE("an overview of 40 groups and 30 incidents has at most 100 KB", "[pages][size]") {
  CHECK(overview(samples::large_overview(40, 30), insiders()).size() <= 100'000);
}

}  // namespace
}  // namespace mxsweep::pages

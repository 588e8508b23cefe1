// SPDX-License-Identifier: MIT
#include "mxsweep/watch/changes.h"

#include <algorithm>
#include <set>

#include "mxsweep/core/ascii.h"
#include "support/catch.h"
#include "support/corpora.h"
#include "watch/greeting_software.h"

namespace mxsweep::watch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using FieldWhat = FieldChange::What;

constexpr WallTime kFirstDay{std::chrono::seconds{1'790'000'000}};

std::string monitor_key(MonitorId monitor) { return "fleet mx" + std::to_string(monitor) + ":25"; }

struct ChangeWorld {
  Changes changes{[this](MonitorId monitor) {
    key = monitor_key(monitor);
    return std::string_view(key);
  }};
  std::vector<FieldChange> said;
  StateBatch batch;
  WallTime now = kFirstDay;
  std::string key;

  void show(Field field, std::string_view value, int times = 1, MonitorId monitor = 1) {
    for (int i = 0; i < times; ++i) {
      changes.on_value(monitor, field, value, now, said, batch);
      now += minutes{1};
    }
  }
  std::vector<FieldChange> take() { return std::exchange(said, {}); }
};

// A row replaces the one with the same key.
std::vector<FingerprintRow> latest(const StateBatch& batch) {
  std::vector<FingerprintRow> rows;
  for (const FingerprintRow& row : batch.fingerprints) {
    std::erase_if(rows, [&](const FingerprintRow& other) {
      return other.field == row.field && other.value == row.value;
    });
    rows.push_back(row);
  }
  return rows;
}

TEST_CASE("the first value of a field is adopted silently", "[watch][changes]") {
  ChangeWorld world;
  world.show(Field::greeting, "ESMTP Postfix", 100);
  CHECK(world.take().empty());
  REQUIRE(world.batch.fingerprints.size() == 1);
  const FingerprintRow& row = world.batch.fingerprints.front();
  CHECK(row.monitor == "fleet mx1:25");
  CHECK(row.field == "greeting");
  CHECK(row.value == "ESMTP Postfix");
  CHECK(row.adopted);
  CHECK(row.first == kFirstDay);
}

TEST_CASE("a value is adopted after two sightings five minutes apart, and once",
          "[watch][changes]") {
  ChangeWorld world;
  world.show(Field::greeting, "ESMTP Postfix 3.7", 40);
  world.show(Field::greeting, "ESMTP Postfix 3.8", 5);
  CHECK(world.take().empty());
  world.show(Field::greeting, "ESMTP Postfix 3.8", 1);
  const auto said = world.take();
  REQUIRE(said.size() == 1);
  CHECK(said[0].what == FieldWhat::adopted);
  CHECK(said[0].value == "ESMTP Postfix 3.8");
  CHECK(said[0].before == "ESMTP Postfix 3.7");
  CHECK(said[0].percent == 100);
  CHECK(said[0].severity == Severity::info);
  world.batch = {};
  world.show(Field::greeting, "ESMTP Postfix 3.8", 100);
  CHECK(world.take().empty());
  REQUIRE(world.batch.fingerprints.size() == 1);  // The old one is lost; that was said already.
  CHECK(world.batch.fingerprints[0].value == "ESMTP Postfix 3.7");
  CHECK_FALSE(world.batch.fingerprints[0].adopted);
}

TEST_CASE("a value that was seen once is forgotten", "[watch][changes]") {
  ChangeWorld world;
  world.show(Field::greeting, "ESMTP Postfix", 40);
  for (int i = 0; i < 10; ++i) {
    world.show(Field::greeting, "ESMTP Odd");
    world.show(Field::greeting, "ESMTP Postfix", 40);
  }
  CHECK(world.take().empty());
  CHECK(world.batch.fingerprints.size() == 1);
}

TEST_CASE("a backend that differs from its siblings is said once, as mixed", "[watch][changes]") {
  ChangeWorld world;
  world.show(Field::greeting, "ESMTP Exim 4.96", 40);
  for (int i = 0; i < 100; ++i) {
    world.show(Field::greeting, "ESMTP Exim 4.97");
    world.show(Field::greeting, "ESMTP Exim 4.96", 9);
  }
  auto said = world.take();
  REQUIRE(said.size() == 1);
  CHECK(said[0].what == FieldWhat::mixed);
  CHECK(said[0].value == "ESMTP Exim 4.97");
  CHECK(said[0].before == "ESMTP Exim 4.96");
  CHECK(said[0].percent < 25);
  world.show(Field::greeting, "ESMTP Exim 4.96", 40);
  said = world.take();
  REQUIRE(said.size() == 1);
  CHECK(said[0].what == FieldWhat::lost);
  CHECK(said[0].value == "ESMTP Exim 4.97");
  // It is steady again: the next difference is news.
  for (int i = 0; i < 10; ++i) {
    world.show(Field::greeting, "ESMTP Exim 4.97");
    world.show(Field::greeting, "ESMTP Exim 4.96", 9);
  }
  CHECK(world.take().size() == 1);
}

TEST_CASE("STARTTLS that is gone is critical", "[watch][changes]") {
  ChangeWorld world;
  world.show(Field::starttls, "yes", 1000);
  world.show(Field::starttls, "no", 100);
  const auto said = world.take();
  REQUIRE(said.size() == 1);
  CHECK(said[0].what == FieldWhat::adopted);
  CHECK(said[0].value == "no");
  CHECK(said[0].severity == Severity::critical);
  world.show(Field::starttls, "yes", 100);
  const auto back = world.take();
  REQUIRE(back.size() == 1);
  CHECK(back[0].severity == Severity::info);
}

TEST_CASE("STARTTLS that is missing now and then is a warning, and critical when it is nearly gone",
          "[watch][changes]") {
  ChangeWorld world;
  world.show(Field::starttls, "yes", 40);
  for (int i = 0; i < 30; ++i) {
    world.show(Field::starttls, "no");
    world.show(Field::starttls, "yes", 4);
  }
  auto said = world.take();
  REQUIRE(said.size() == 1);
  CHECK(said[0].what == FieldWhat::mixed);
  CHECK(said[0].severity == Severity::warning);
  for (int i = 0; i < 10; ++i) {
    world.show(Field::starttls, "no", 20);
    world.show(Field::starttls, "yes");
  }
  said = world.take();
  REQUIRE(said.size() == 1);
  CHECK(said[0].what == FieldWhat::mixed);
  CHECK(said[0].value == "no");
  CHECK(said[0].percent >= 90);
  CHECK(said[0].severity == Severity::critical);
}

TEST_CASE("a server with a new value each time takes little memory and says nothing",
          "[watch][changes]") {
  ChangeWorld world;
  for (int i = 0; i < 1000; ++i) world.show(Field::greeting, "ESMTP " + std::to_string(i));
  CHECK(world.take().empty());
  CHECK(world.batch.fingerprints.size() == 1);
  CHECK(world.changes.octets_held() < 8192);
}

TEST_CASE("what was adopted before a restart is not said again", "[watch][changes]") {
  ChangeWorld before;
  before.show(Field::greeting, "ESMTP Postfix 3.7", 40);
  before.show(Field::greeting, "ESMTP Postfix 3.8", 100);
  before.show(Field::tls, "TLSv1.3 X25519", 1);
  ChangeWorld world;
  world.changes.restore(latest(before.batch), {{monitor_key(1), 1}});
  world.now = before.now;
  world.show(Field::greeting, "ESMTP Postfix 3.8", 40);
  CHECK(world.take().empty());
  world.show(Field::greeting, "ESMTP Postfix 3.9", 10);
  CHECK(world.take().size() == 1);
  world.show(Field::tls, "TLSv1.2 X25519", 10);
  CHECK(world.take().size() == 1);
}

TEST_CASE("a replacement that a restart interrupts is not taken for a mixture",
          "[watch][changes]") {
  ChangeWorld before;
  before.show(Field::starttls, "yes", 40);
  before.show(Field::starttls, "no", 10);
  CHECK(before.take().size() == 1);
  ChangeWorld world;
  world.changes.restore(latest(before.batch), {{monitor_key(1), 1}});
  world.now = before.now;
  world.show(Field::starttls, "no", 100);
  CHECK(world.take().empty());
  world.show(Field::starttls, "yes", 10);
  CHECK(world.take().size() == 1);
}

TEST_CASE("a mixture that was said before a restart is not said again", "[watch][changes]") {
  ChangeWorld before;
  before.show(Field::starttls, "yes", 40);
  for (int i = 0; i < 10; ++i) {
    before.show(Field::starttls, "no");
    before.show(Field::starttls, "yes", 4);
  }
  CHECK(before.take().size() == 1);
  ChangeWorld world;
  world.changes.restore(latest(before.batch), {{monitor_key(1), 1}});
  world.now = before.now;
  for (int i = 0; i < 30; ++i) {
    world.show(Field::starttls, "no");
    world.show(Field::starttls, "yes", 4);
  }
  CHECK(world.take().empty());
}

TEST_CASE("a monitor that was removed leaves nothing behind", "[watch][changes]") {
  ChangeWorld world;
  world.show(Field::greeting, std::string(500, 'a'), 40);
  world.show(Field::greeting, std::string(500, 'b'), 3);
  world.changes.remove(1);
  world.show(Field::greeting, "ESMTP new", 10);
  CHECK(world.take().empty());
}

struct Probe {
  tls::Chain chain;
  results::Record record;

  Probe() {
    record.outcome = Outcome::ok;
    record.phase = Phase::quit;
    record.replies[Phase::greeting] = {220, "220 mx.example.net ESMTP Postfix (Debian)\r\n"};
    record.replies[Phase::ehlo] = {
        250, "250-mx.example.net\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250 8bitmime\r\n"};
    record.starttls_known = true;
    record.starttls_offered = results::Offered::yes;
    tls::Certificate leaf;
    leaf.key = "EC P-256";
    leaf.issuer = "CN=Authority";
    chain.certificates.push_back(leaf);
  }
  void with_tls() {
    record.tls.emplace();
    record.tls->session.version = "TLSv1.3";
    record.tls->session.cipher = "TLS_AES_256_GCM_SHA384";
    record.tls->session.group = "X25519";
    record.tls->chain = &chain;
  }
  void pass(ChangeWorld& world, int times) const {
    for (int i = 0; i < times; ++i) {
      world.changes.on_record(1, record, world.now, world.said, world.batch);
      world.now += minutes{1};
    }
  }
};

TEST_CASE("a record shows the fields that its conversation reached", "[watch][changes]") {
  ChangeWorld world;
  Probe probe;
  probe.pass(world, 1);
  std::vector<std::pair<std::string, std::string>> fields;
  for (const FingerprintRow& row : world.batch.fingerprints)
    fields.emplace_back(row.field, row.value);
  CHECK(fields ==
        std::vector<std::pair<std::string, std::string>>{{"greeting", "ESMTP Postfix (Debian)"},
                                                         {"extensions", "8BITMIME SIZE"},
                                                         {"starttls", "yes"}});
  probe.with_tls();
  probe.pass(world, 1);
  CHECK(world.batch.fingerprints.size() == 6);
  // Probes without TLS say nothing of it.
  Probe().pass(world, 100);
  CHECK(world.take().empty());
  CHECK(world.batch.fingerprints.size() == 6);
}

TEST_CASE("a probe that failed or was refused says nothing", "[watch][changes]") {
  ChangeWorld world;
  Probe().pass(world, 40);
  Probe probe;
  probe.record.replies[Phase::greeting] = {220, "220 mx.example.net ESMTP Other\r\n"};
  for (const Outcome outcome : {Outcome::failed, Outcome::refused, Outcome::local}) {
    probe.record.outcome = outcome;
    probe.pass(world, 40);
  }
  CHECK(world.take().empty());
  probe.record.outcome = Outcome::degraded;
  probe.pass(world, 10);
  CHECK(world.take().size() == 1);
}

TEST_CASE("100,000 monitors with six fields take at most 12 MB", "[watch][changes]") {
  ChangeWorld world;
  for (MonitorId monitor = 0; monitor < 100'000; ++monitor) {
    for (const Field field : {Field::greeting, Field::extensions, Field::starttls, Field::tls,
                              Field::issuer, Field::addresses}) {
      world.changes.on_value(monitor, field, "a value that many servers share", kFirstDay,
                             world.said, world.batch);
    }
    world.batch = {};
  }
  CHECK(world.changes.octets_held() <= 12'000'000);
}

std::string software(std::string_view greeting) {
  return std::string(software_of("220 " + std::string(greeting) + "\r\n").text());
}

TEST_CASE("the software of a greeting is what does not change with the moment",
          "[watch][changes]") {
  CHECK(software("mx.example.net ESMTP Postfix (Debian/GNU)") == "ESMTP Postfix (Debian/GNU)");
  CHECK(software("mx.example.net ESMTP Exim 4.96 Thu, 26 Nov 2026 10:02:10 +0000") ==
        "ESMTP Exim 4.96");
  CHECK(software("AM6EUR05FT047.mail.protection.example.com Microsoft ESMTP MAIL Service ready at "
                 "Thu, 26 Nov 2026 10:02:10 +0000 [08DE2C4F11A0B3C7]") ==
        "Microsoft ESMTP MAIL Service");
  CHECK(software("mx.example.com ESMTP ffacd0b85a97d-42b8f2e1a5csi123456 - gsmtp") ==
        "ESMTP - gsmtp");
  CHECK(software("mail ESMTP MailEnable Service, Version: 10.27-- ready at 07/07/21 18:24:47") ==
        "ESMTP MailEnable Service, Version: 10.27--");
  CHECK(software("mx.example.net ESMTP Sendmail 8.15.2/8.15.2; Thu, 26 Nov 2026 10:02:10 GMT") ==
        "ESMTP Sendmail 8.15.2/8.15.2");
  CHECK(software("2.0.0 mx.example.net ESMTP ecelerity 4.0.0.43760 r(Platform:4.0.0.1) Thu, 30") ==
        "ESMTP ecelerity 4.0.0.43760 r(Platform:4.0.0.1)");
  CHECK(software("ESMTP Ready") == "ESMTP");
  CHECK(software("***************************").empty());  // A middlebox hides it.
  CHECK(software("").empty());
  CHECK(software(std::string(4000, 'a')).size() == kSoftwareOctetsMax);
  CHECK(software_of("").text().empty());
}

bool has_time_of_day(std::string_view text) {
  for (std::size_t at = text.find(':'); at != text.npos; at = text.find(':', at + 1)) {
    if (at >= 2 && at + 2 < text.size() && is_digit(text[at - 2]) && is_digit(text[at - 1]) &&
        is_digit(text[at + 1]) && is_digit(text[at + 2])) {
      return true;
    }
  }
  return false;
}

TEST_CASE("the software of real greetings has no time in it", "[watch][changes][corpora]") {
  for (const std::string& banner : corpus_lines("banners.txt")) {
    const std::string text = software(banner);
    INFO(banner);
    INFO(text);
    CHECK_FALSE(has_time_of_day(text));
    CHECK_FALSE(text.starts_with("foo.bar"));
  }
}

TEST_CASE("a digest of changes has a line for each change, the worst first", "[watch][changes]") {
  const std::vector<FieldChange> changes = {
      {1, Field::extensions, FieldWhat::adopted, "8BITMIME SIZE SMTPUTF8", "8BITMIME DSN SIZE", 100,
       Severity::info},
      {2, Field::starttls, FieldWhat::adopted, "no", "yes", 100, Severity::critical},
      {3, Field::starttls, FieldWhat::adopted, "no", "yes", 100, Severity::critical},
      {4, Field::starttls, FieldWhat::adopted, "no", "yes", 100, Severity::critical},
      {5, Field::starttls, FieldWhat::adopted, "no", "yes", 100, Severity::critical},
      {6, Field::greeting, FieldWhat::mixed, "Exim <b>\x1b[31m", "Exim 4.96", 10, Severity::info},
  };
  const Notice notice = notice_of(
      changes, [](MonitorId monitor) { return "mx" + std::to_string(monitor) + ".example.net"; });
  CHECK(notice.severity == Severity::critical);
  CHECK(notice.title == "3 changes on 6 servers");
  CHECK(notice.text ==
        "* STARTTLS is no longer offered\n"
        "  on mx2.example.net, mx3.example.net, mx4.example.net and 1 more\n"
        "* the greeting: mixed, \"Exim <b>\\u001b[31m\" in 10 % of the probes, beside\n"
        "  \"Exim 4.96\"\n"
        "  on mx6.example.net\n"
        "* new extensions: SMTPUTF8; extensions gone: DSN\n"
        "  on mx1.example.net\n");
  const Notice one = notice_of(std::span(changes).subspan(1, 1),
                               [](MonitorId) { return std::string("mx2.example.net"); });
  CHECK(one.title == "mx2.example.net: STARTTLS is no longer offered");
}

}  // namespace
}  // namespace mxsweep::watch

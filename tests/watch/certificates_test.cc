// SPDX-License-Identifier: MIT
#include "mxsweep/watch/certificates.h"

#include <cstring>

#include "support/catch.h"

namespace mxsweep::watch {
namespace {

using std::chrono::hours;

constexpr WallTime kStart{std::chrono::seconds{1'790'000'000}};

WallTime day(int days) { return kStart + hours{24 * days}; }
std::string key_of(MonitorId monitor) { return "fleet mx" + std::to_string(monitor) + ":25"; }
std::string name_of(MonitorId monitor) { return "mx" + std::to_string(monitor) + ".example.net"; }

tls::Digest digest(std::uint32_t number) {
  tls::Digest digest{};
  const std::uint64_t spread = (number + 1) * 0x9e3779b97f4a7c15U;
  std::memcpy(digest.data(), &spread, sizeof spread);
  return digest;
}

tls::Certificate certificate(std::uint32_t number, WallTime not_before, WallTime not_after) {
  tls::Certificate one;
  one.sha256 = digest(number);
  one.spki_sha256 = digest(number);
  one.subject = "CN=mx" + std::to_string(number) + ".example.net";
  one.issuer = "CN=Authority,O=Example";
  one.key = "EC P-256";
  one.not_before = not_before;
  one.not_after = not_after;
  return one;
}

tls::Chain chain(std::uint32_t number, WallTime not_before, WallTime not_after) {
  tls::Chain chain;
  chain.certificates.push_back(certificate(number, not_before, not_after));
  chain.expiry = tls::Expiry{not_after, digest(number)};
  return chain;
}

struct CertificateWorld {
  Certificates ledger{[this](MonitorId monitor) {
    key = key_of(monitor);
    return std::string_view(key);
  }};
  StateBatch batch;
  std::string key;

  void show(MonitorId monitor, const tls::Chain& chain, WallTime now) {
    ledger.on_chain(monitor, chain, now, batch);
  }
  std::vector<Certificates::Expiring> news(WallTime now) { return ledger.take_news(now, batch); }
};

TEST_CASE("thresholds are a share of the lifetime, or days if that is less",
          "[watch][certificates]") {
  // A year: 30 and 7 days.
  CHECK(expiry(day(0), day(365), day(334)) == Expiry::far);
  CHECK(expiry(day(0), day(365), day(336)) == Expiry::soon);
  CHECK(expiry(day(0), day(365), day(357)) == Expiry::soon);
  CHECK(expiry(day(0), day(365), day(359)) == Expiry::urgent);
  CHECK(expiry(day(0), day(365), day(365)) == Expiry::expired);
  // 6 days: 48 hours and 14.4 hours.
  CHECK(expiry(day(0), day(6), day(3)) == Expiry::far);
  CHECK(expiry(day(0), day(6), day(4)) == Expiry::far);
  CHECK(expiry(day(0), day(6), day(4) + hours{1}) == Expiry::soon);
  CHECK(expiry(day(0), day(6), day(5) + hours{9}) == Expiry::soon);
  CHECK(expiry(day(0), day(6), day(5) + hours{10}) == Expiry::urgent);
  // A lifetime that ends before it begins.
  CHECK(expiry(day(9), day(6), day(5)) == Expiry::far);
  CHECK(expiry(day(9), day(6), day(7)) == Expiry::expired);
}

TEST_CASE("a certificate is kept once, with every monitor that shows it", "[watch][certificates]") {
  CertificateWorld world;
  const tls::Chain shown = chain(1, day(0), day(90));
  for (MonitorId monitor = 0; monitor < 5; ++monitor) world.show(monitor, shown, day(1));
  for (MonitorId monitor = 0; monitor < 5; ++monitor) world.show(monitor, shown, day(2));
  CHECK(world.ledger.size() == 1);
  REQUIRE(world.batch.certificates.size() == 1);
  CHECK(world.batch.certificates[0].subject == "CN=mx1.example.net");
  CHECK(world.batch.certificates[0].issuer == "CN=Authority,O=Example");
  CHECK(world.batch.certificates[0].not_after == day(90));
  REQUIRE(world.batch.certificate_hosts.size() == 5);
  CHECK(world.batch.certificate_hosts[3].monitor == "fleet mx3:25");
  CHECK(world.batch.certificate_hosts[3].first == day(1));
  const auto news = world.news(day(61));
  REQUIRE(news.size() == 1);
  CHECK(news[0].monitors.size() == 5);
}

TEST_CASE("each threshold is reported once for a certificate", "[watch][certificates]") {
  CertificateWorld world;
  const tls::Chain shown = chain(1, day(0), day(90));
  std::vector<std::pair<int, Expiry>> reports;
  for (int now = 0; now < 120; ++now) {
    world.show(1, shown, day(now));
    for (const auto& one : world.news(day(now))) reports.emplace_back(now, one.expiry);
  }
  CHECK(reports == std::vector<std::pair<int, Expiry>>{
                       {61, Expiry::soon}, {84, Expiry::urgent}, {90, Expiry::expired}});
  CHECK(world.batch.certificates.back().latch == 3);
  CHECK(world.ledger.all_expiring(day(119)).size() == 1);
}

TEST_CASE("the earliest end of the path counts", "[watch][certificates]") {
  CertificateWorld world;
  tls::Chain shown = chain(1, day(0), day(90));
  shown.certificates.push_back(certificate(2, day(-1000), day(40)));
  shown.expiry = tls::Expiry{day(40), digest(2)};
  world.show(1, shown, day(1));
  const auto news = world.news(day(11));
  REQUIRE(news.size() == 1);
  CHECK(news[0].certificate.not_after == day(40));
  // The intermediate certificate is replaced: the leaf is reported at its own thresholds.
  const tls::Chain mended = chain(1, day(0), day(90));
  world.show(1, mended, day(12));
  CHECK(world.news(day(12)).empty());
  world.show(1, mended, day(13));
  CHECK(world.news(day(13)).empty());
  CHECK(world.ledger.all_expiring(day(13)).empty());
  CHECK(world.news(day(61)).size() == 1);
}

TEST_CASE("a monitor that shows a new certificate leaves the old one", "[watch][certificates]") {
  CertificateWorld world;
  const tls::Chain old = chain(1, day(0), day(90));
  world.show(1, old, day(1));
  world.show(2, old, day(1));
  world.show(1, chain(2, day(60), day(150)), day(60));
  auto news = world.news(day(62));
  REQUIRE(news.size() == 1);
  CHECK(news[0].monitors == std::vector<MonitorId>{2});
  world.show(2, chain(2, day(60), day(150)), day(63));
  CHECK(world.news(day(89)).empty());
  CHECK(world.ledger.size() == 1);
}

TEST_CASE("a host that alternates between two certificates repeats no report and no row",
          "[watch][certificates]") {
  CertificateWorld world;
  const tls::Chain old = chain(1, day(0), day(90));
  const tls::Chain renewed = chain(2, day(60), day(150));
  std::size_t reports = 0;
  for (int hour = 0; hour < 24 * 20; ++hour) {
    world.show(1, hour % 2 == 0 ? old : renewed, day(62) + hours{hour});
    if (hour % 23 == 0) reports += world.news(day(62) + hours{hour}).size();
  }
  CHECK(reports == 1);
  CHECK(world.batch.certificate_hosts.size() == 3);
}

TEST_CASE("what was reported before a restart is not reported again", "[watch][certificates]") {
  CertificateWorld before;
  before.show(1, chain(1, day(0), day(90)), day(1));
  before.show(2, chain(1, day(0), day(90)), day(1));
  before.show(2, chain(2, day(0), day(200)), day(2));
  CHECK(before.news(day(62)).size() == 1);
  std::unordered_map<std::string, CertificateRow> latest;
  for (const CertificateRow& row : before.batch.certificates) latest[row.sha256] = row;
  std::vector<CertificateRow> rows;
  for (const auto& [sha256, row] : latest) rows.push_back(row);

  CertificateWorld world;
  world.ledger.restore(rows, before.batch.certificate_hosts, {{key_of(1), 1}, {key_of(2), 2}});
  CHECK(world.ledger.size() == 2);
  world.show(1, chain(1, day(0), day(90)), day(63));
  world.show(2, chain(2, day(0), day(200)), day(63));
  CHECK(world.batch.empty());
  CHECK(world.news(day(63)).empty());
  const auto news = world.news(day(84));
  REQUIRE(news.size() == 1);
  CHECK(news[0].monitors == std::vector<MonitorId>{1});
  CHECK(news[0].expiry == Expiry::urgent);
}

TEST_CASE("a certificate that cannot be parsed is left out", "[watch][certificates]") {
  CertificateWorld world;
  tls::Chain shown;
  world.show(1, shown, day(1));
  shown.certificates.emplace_back();
  world.show(1, shown, day(1));
  CHECK(world.ledger.size() == 0);
  CHECK(world.batch.empty());
}

TEST_CASE("a certificate without monitors is forgotten", "[watch][certificates]") {
  CertificateWorld world;
  world.show(1, chain(1, day(0), day(90)), day(1));
  world.ledger.remove(1);
  CHECK(world.news(day(2)).empty());
  CHECK(world.ledger.size() == 0);
}

TEST_CASE("100,000 monitors with a certificate each take 250 octets for a certificate",
          "[watch][certificates]") {
  CertificateWorld world;
  for (std::uint32_t number = 0; number < 100'000; ++number) {
    world.show(number, chain(number, day(0), day(90)), day(1));
    world.batch = {};
  }
  CHECK(world.ledger.size() == 100'000);
  CHECK(world.ledger.octets_held() <= 100'000 * (250 + 12));
}

TEST_CASE("the digest has a line for each certificate, not for each host",
          "[watch][certificates]") {
  CertificateWorld world;
  for (MonitorId monitor = 0; monitor < 2000; ++monitor) {
    world.show(monitor, chain(1, day(0), day(90)), day(1));
  }
  world.show(2000, chain(2, day(0), day(64)), day(1));
  tls::Chain odd = chain(3, day(0), day(60));
  odd.certificates[0].subject = "CN=<b>\r\n@everyone\xe2\x80\xae";
  world.show(2001, odd, day(1));
  const Notice notice = notice_of(world.news(day(62)), name_of, day(62));
  CHECK(notice.title == "3 certificates on 2,002 hosts expire within 30 days, 1 already expired");
  CHECK(notice.severity == Severity::critical);
  CHECK(notice.text ==
        "* CN=<b>\\u000d\\u000a@everyone\\u202e has expired on 2026-11-20\n"
        "  1 host: mx2001.example.net\n"
        "* CN=mx2.example.net expires in 2 days (2026-11-24)\n"
        "  1 host: mx2000.example.net\n"
        "* CN=mx1.example.net expires in 28 days (2026-12-20)\n"
        "  2,000 hosts: mx0.example.net, mx1.example.net, mx2.example.net and 1,997\n"
        "  more\n");
}

}  // namespace
}  // namespace mxsweep::watch

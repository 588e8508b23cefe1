// SPDX-License-Identifier: MIT
// Certificates: the paths that servers have sent, and what the pages show of them.
#include <array>
#include <string>

#include "mxsweep/results/record.h"
#include "mxsweep/tls/facts.h"
#include "mxsweep/tls/sha256.h"
#include "view/board_scene.h"
#include "view/paths.h"

namespace mxsweep::view {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kAuthority = 1'000'000;

tls::Digest numbered_digest(std::uint32_t number) {
  tls::Sha256 hash;
  hash.add("certificate " + std::to_string(number));
  return hash.finish();
}

std::string hexadecimal_of(std::uint32_t number) {
  return tls::to_hexadecimal(numbered_digest(number));
}

tls::Certificate numbered_certificate(std::uint32_t number) {
  tls::Certificate certificate;
  certificate.sha256 = numbered_digest(number);
  certificate.spki_sha256 = numbered_digest(number);
  certificate.subject = "CN=mx" + std::to_string(number) + ".example.net";
  certificate.issuer = "CN=Authority";
  certificate.names = {"mx.example.net", "192.0.2.1"};
  certificate.dns_names = 1;
  certificate.key = "EC P-256";
  certificate.not_before = kNoon.wall - 24h * 90;
  certificate.not_after = kNoon.wall + 24h * (number % 100 + 1);
  return certificate;
}

// The server's own, and that of the authority that has issued all of them.
tls::Chain numbered_chain(std::uint32_t number) {
  tls::Chain chain;
  chain.certificates = {numbered_certificate(number), numbered_certificate(kAuthority)};
  chain.expiry = tls::Expiry{chain.certificates[0].not_after, numbered_digest(number)};
  return chain;
}

}  // namespace

TEST_CASE("a path is found by the server's own certificate", "[view][certificates]") {
  Paths paths;
  paths.add(numbered_chain(1));
  const std::vector<CertificateStep> path = paths.find(hexadecimal_of(1));
  REQUIRE(path.size() == 2);
  CHECK(path[0].subject == "CN=mx1.example.net");
  CHECK(path[0].issuer == "CN=Authority");
  CHECK(path[0].key == "EC P-256");
  CHECK(path[0].sha256 == hexadecimal_of(1));
  CHECK(path[0].names == std::vector<std::string>{"mx.example.net"});  // Not its addresses.
  CHECK(path[1].sha256 == hexadecimal_of(kAuthority));
  CHECK(path[1].names.empty());
  CHECK(paths.is_trusted(hexadecimal_of(1)));
  CHECK(paths.find(hexadecimal_of(kAuthority)).empty());
  CHECK_FALSE(paths.is_trusted(hexadecimal_of(2)));
  for (const char* no_digest : {"", "0", "no digest"}) CHECK(paths.find(no_digest).empty());
}

TEST_CASE("a path that leads to no trusted authority is remembered as such",
          "[view][certificates]") {
  Paths paths;
  tls::Chain chain = numbered_chain(1);
  chain.error = tls::VerifyError::certificate_not_trusted;
  paths.add(chain);
  CHECK(paths.find(hexadecimal_of(1)).size() == 2);
  CHECK_FALSE(paths.is_trusted(hexadecimal_of(1)));
  // What is known of it stays as it was first seen.
  paths.add(numbered_chain(1));
  CHECK_FALSE(paths.is_trusted(hexadecimal_of(1)));
}

TEST_CASE("what a server sends of a path is kept within limits", "[view][certificates]") {
  Paths paths;
  paths.add({});
  CHECK(paths.octets_held() == 0);

  tls::Chain chain = numbered_chain(1);
  chain.certificates[0].subject = "CN=" + std::string(1000, 'x');
  chain.certificates[0].names.assign(100, std::string(1000, 'n'));
  chain.certificates[0].dns_names = 100;
  chain.certificates.push_back(chain.certificates[0]);  // Again.
  for (std::uint32_t i = 2; i < 10; ++i) chain.certificates.push_back(numbered_certificate(i));
  paths.add(chain);
  const std::vector<CertificateStep> path = paths.find(hexadecimal_of(1));
  REQUIRE(path.size() == kStepsMost);
  CHECK(path[0].subject.size() == kNameOctetsMost);
  REQUIRE(path[0].names.size() == kNamesMost);
  CHECK(path[0].names[0].size() == kNameOctetsMost);
  CHECK(path[2].sha256 == hexadecimal_of(2));

  // One that cannot be parsed ends what is shown.
  tls::Chain broken = numbered_chain(20);
  broken.certificates[1].key.clear();
  paths.add(broken);
  CHECK(paths.find(hexadecimal_of(20)).size() == 1);
}

TEST_CASE("the oldest path makes room, and its authority stays while another needs it",
          "[view][certificates]") {
  Paths paths;
  const auto number = static_cast<std::uint32_t>(kPathsMost);
  for (std::uint32_t i = 0; i < number; ++i) paths.add(numbered_chain(i));
  const std::size_t full = paths.octets_held();
  paths.add(numbered_chain(number));
  CHECK(paths.find(hexadecimal_of(0)).empty());
  CHECK(paths.find(hexadecimal_of(1)).size() == 2);
  CHECK(paths.find(hexadecimal_of(number)).size() == 2);
  for (std::uint32_t i = number + 1; i < 3 * number; ++i) paths.add(numbered_chain(i));
  CHECK(paths.octets_held() < full + full / 100);
  CHECK(paths.find(hexadecimal_of(3 * number - 1)).size() == 2);
}

TEST_CASE("the page of a monitor has the path that its server sent last", "[view][certificates]") {
  BoardScene scene;
  scene.begin(2, [](watch::Monitor& monitor, std::uint32_t i) {
    if (i == 0) monitor.host = "mx.example.net";
  });
  const tls::Chain chain = numbered_chain(1);
  scene.show(0, chain);
  scene.pass(1h);
  const MonitorPage page = scene.page(0);
  REQUIRE(page.path.size() == 2);
  CHECK(page.path[0].subject == "CN=mx1.example.net");
  CHECK(page.verified);
  CHECK(page.path_end == chain.expiry->at);
  CHECK(page.server_name == "mx.example.net");
  CHECK(page.tls.starts_with("TLSv1.3"));
  CHECK(scene.page(1).path.empty());

  // Of a handshake that this process has not seen, what the monitor itself remembers.
  const Board later({}, *scene.watch, scene.now);
  const auto remembered = later.monitor(id_of(scene.key(0)), scene.now);
  REQUIRE(remembered);
  REQUIRE(remembered->path.size() == 1);
  CHECK(remembered->path[0].issuer == "CN=Authority");
  CHECK(remembered->path[0].sha256.empty());
  CHECK_FALSE(remembered->verified);
}

TEST_CASE("certificates are listed by their ends, each with the servers that show it",
          "[view][certificates]") {
  BoardScene scene;
  scene.begin(10);
  std::array<tls::Chain, 3> chains = {numbered_chain(60), numbered_chain(5), numbered_chain(30)};
  for (watch::MonitorId id = 0; id < 8; ++id) scene.show(id, chains[id == 0 ? 1 : id == 1 ? 2 : 0]);
  scene.pass(1h);

  const CertificateList list = scene.board->certificates(0, 10, scene.now);
  CHECK(list.all == 3);
  REQUIRE(list.certificates.size() == 3);
  CHECK(list.certificates[0].certificate.subject == "CN=mx5.example.net");
  CHECK(list.certificates[0].hosts == 1);
  CHECK(list.certificates[0].expiry == watch::Expiry::urgent);
  REQUIRE(list.certificates[0].first_hosts.size() == 1);
  CHECK(list.certificates[0].first_hosts[0].key == scene.key(0));
  CHECK(list.certificates[2].hosts == 6);
  CHECK(list.certificates[2].first_hosts.size() == 5);

  const CertificateList second = scene.board->certificates(1, 1, scene.now);
  CHECK(second.first == 1);
  CHECK(second.all == 3);
  REQUIRE(second.certificates.size() == 1);
  CHECK(second.certificates[0].certificate.subject == "CN=mx30.example.net");
  const CertificateList beyond = scene.board->certificates(7, 10, scene.now);
  CHECK(beyond.first == 3);
  CHECK(beyond.certificates.empty());
}

}  // namespace mxsweep::view

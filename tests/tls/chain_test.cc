// SPDX-License-Identifier: MIT
#include <gnutls/x509.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/tls/client.h"
#include "mxsweep/tls/issue.h"
#include "support/catch.h"
#include "tls/certificate.h"
#include "tls/certificates.h"

namespace mxsweep::tls {
namespace {

using samples::authority;
using samples::day;
using samples::der_of;
using samples::kNow;
using samples::leaf;
using std::chrono::days;
using std::chrono::seconds;

using Sent = std::vector<std::string>;

std::shared_ptr<const Chain> ask(Client& client, const Sent& sent, WallTime now = kNow) {
  const std::vector<std::string_view> der(sent.begin(), sent.end());
  return client.chain(der, now);
}

// A trusted authority, an intermediate and a leaf, each as its test specifies it.
struct World {
  CertificateSpec root_order = authority("Root");
  CertificateSpec between_order = authority("Between");
  CertificateSpec leaf_order = leaf();
  IssuedCertificate root;
  IssuedCertificate between;
  IssuedCertificate server;

  void make() {
    root = issue(root_order);
    between = issue(between_order, &root);
    server = issue(leaf_order, &between);
  }
  [[nodiscard]] Sent sent() const {
    return {der_of(server.certificate_pem), der_of(between.certificate_pem)};
  }
  [[nodiscard]] VerifyError verdict(const Sent& chain, WallTime now = kNow) const {
    Client client;
    ClientOptions options;
    options.authorities = read_authorities(root.certificate_pem).authorities;
    REQUIRE(client.open(options).empty());
    return ask(client, chain, now)->error;
  }
};

// The same name and key with another expiry, as DER.
std::string renewed(const IssuedCertificate& old, const IssuedCertificate& issuer, WallTime until) {
  gnutls_x509_crt_t certificates[2] = {};
  gnutls_x509_privkey_t key = nullptr;
  REQUIRE(gnutls_x509_privkey_init(&key) == 0);
  for (int i = 0; i < 2; ++i) {
    const gnutls_datum_t pem = datum(i == 0 ? old.certificate_pem : issuer.certificate_pem);
    REQUIRE(gnutls_x509_crt_init(&certificates[i]) == 0);
    REQUIRE(gnutls_x509_crt_import(certificates[i], &pem, GNUTLS_X509_FMT_PEM) == 0);
  }
  const gnutls_datum_t pem = datum(issuer.key_pem);
  REQUIRE(gnutls_x509_privkey_import(key, &pem, GNUTLS_X509_FMT_PEM) == 0);
  const auto end = std::chrono::floor<seconds>(until).time_since_epoch().count();
  REQUIRE(gnutls_x509_crt_set_expiration_time(certificates[0], end) == 0);
  REQUIRE(gnutls_x509_crt_sign2(certificates[0], certificates[1], key, GNUTLS_DIG_SHA256, 0) == 0);
  gnutls_datum_t der{};
  REQUIRE(gnutls_x509_crt_export2(certificates[0], GNUTLS_X509_FMT_DER, &der) == 0);
  std::string octets(reinterpret_cast<const char*>(der.data), der.size);
  gnutls_free(der.data);
  gnutls_x509_privkey_deinit(key);
  for (const gnutls_x509_crt_t certificate : certificates) gnutls_x509_crt_deinit(certificate);
  return octets;
}

TEST_CASE("a chain that leads to a trusted authority is trusted", "[tls][chain]") {
  World world;
  for (const KeyKind key : {KeyKind::ec_p256, KeyKind::ec_p384, KeyKind::ed25519, KeyKind::rsa_1024,
                            KeyKind::rsa_2048}) {
    world.leaf_order.key = key;
    world.between_order.key = key;
    world.make();
    CHECK(world.verdict(world.sent()) == VerifyError::none);
  }
}

TEST_CASE("other certificates that a server sends do not matter", "[tls][chain]") {
  World world;
  world.make();
  CertificateSpec old = authority("Old");
  old.not_after = day(2021, 9, 30);
  const std::string stranger = der_of(issue(old).certificate_pem);
  const Sent sent = world.sent();
  const std::string root = der_of(world.root.certificate_pem);
  CHECK(world.verdict({sent[0], sent[1], root}) == VerifyError::none);
  CHECK(world.verdict({sent[0], stranger, sent[1]}) == VerifyError::none);
  CHECK(world.verdict({sent[0], root, sent[1]}) == VerifyError::none);
  CHECK(world.verdict({sent[0], sent[1], sent[1]}) == VerifyError::none);
  CHECK(world.verdict({sent[0], sent[0], sent[1]}) == VerifyError::none);
  CHECK(world.verdict({sent[0], "no certificate", sent[1], ""}) == VerifyError::none);
}

TEST_CASE("a chain without its intermediate, or of unknown authorities, is not trusted",
          "[tls][chain]") {
  World world;
  world.make();
  World other;
  other.make();
  CHECK(world.verdict({world.sent()[0]}) == VerifyError::certificate_not_trusted);
  CHECK(world.verdict(other.sent()) == VerifyError::certificate_not_trusted);
  CHECK(world.verdict({der_of(issue(leaf()).certificate_pem)}) ==
        VerifyError::certificate_not_trusted);
  CHECK(world.verdict({}) == VerifyError::certificate_not_trusted);
}

TEST_CASE("a self-signed leaf is trusted if it is a trusted authority itself", "[tls][chain]") {
  World world;
  world.root = issue(leaf());
  CHECK(world.verdict({der_of(world.root.certificate_pem)}) == VerifyError::none);
}

TEST_CASE("a leaf outside its dates is expired, trusted or not", "[tls][chain]") {
  World world;
  world.make();
  const WallTime first = world.leaf_order.not_before;
  const WallTime last = world.leaf_order.not_after;
  CHECK(world.verdict(world.sent(), first - seconds{1}) == VerifyError::certificate_expired);
  CHECK(world.verdict(world.sent(), first) == VerifyError::none);
  CHECK(world.verdict(world.sent(), last) == VerifyError::none);
  CHECK(world.verdict(world.sent(), last + seconds{1}) == VerifyError::certificate_expired);
  CHECK(world.verdict({world.sent()[0]}, last + seconds{1}) == VerifyError::certificate_expired);
}

TEST_CASE("a chain with an expired intermediate is expired, if it leads to an authority",
          "[tls][chain]") {
  World world;
  world.between_order.not_after = kNow - days{1};
  world.make();
  CHECK(world.verdict(world.sent()) == VerifyError::certificate_expired);
  World other;
  other.make();
  world.root = other.root;
  CHECK(world.verdict(world.sent()) == VerifyError::certificate_not_trusted);
}

TEST_CASE("an expired authority is not trusted", "[tls][chain]") {
  World world;
  world.root_order.not_after = kNow - days{1};
  world.make();
  CHECK(world.verdict(world.sent()) == VerifyError::certificate_not_trusted);
}

TEST_CASE("a signature with SHA-1 is a validation failure", "[tls][chain]") {
  World world;
  SECTION("of the leaf") {
    world.leaf_order.sha1 = true;
    world.make();
    CHECK(world.verdict(world.sent()) == VerifyError::validation_failure);
  }
  SECTION("of the intermediate") {
    world.between_order.sha1 = true;
    world.make();
    CHECK(world.verdict(world.sent()) == VerifyError::validation_failure);
  }
  SECTION("but not of an authority, which is not verified") {
    world.root_order.sha1 = true;
    world.make();
    CHECK(world.verdict(world.sent()) == VerifyError::none);
  }
}

TEST_CASE("a broken signature is a validation failure", "[tls][chain]") {
  World world;
  world.make();
  for (const std::size_t broken : {0U, 1U}) {
    Sent sent = world.sent();
    sent[broken].back() = static_cast<char>(sent[broken].back() ^ 1);
    CHECK(world.verdict(sent) == VerifyError::validation_failure);
  }
}

TEST_CASE("a certificate that may not sign others is not accepted as an issuer", "[tls][chain]") {
  World world;
  world.between_order.authority = false;
  world.make();
  CHECK(world.verdict(world.sent()) == VerifyError::validation_failure);
}

TEST_CASE("a chain may be long, up to the maximum", "[tls][chain]") {
  World world;
  world.make();
  std::vector<IssuedCertificate> links = {issue(authority("Link 1"), &world.root)};
  for (int i = 2; i <= 15; ++i) {
    links.push_back(issue(authority("Link " + std::to_string(i)), &links.back()));
  }
  Sent sent = {der_of(issue(leaf(), &links.back()).certificate_pem)};
  for (auto link = links.rbegin(); link != links.rend(); ++link) {
    sent.push_back(der_of(link->certificate_pem));
  }
  REQUIRE(sent.size() == kChainCertificatesMax);
  CHECK(world.verdict(sent) == VerifyError::none);

  Client client;
  ClientOptions options;
  options.authorities = read_authorities(world.root.certificate_pem).authorities;
  REQUIRE(client.open(options).empty());
  std::swap(sent[3], sent[14]);
  CHECK(ask(client, sent)->error == VerifyError::none);
  CHECK_FALSE(ask(client, sent)->cut);
  sent.push_back("one more");
  CHECK(ask(client, sent)->error == VerifyError::none);
  CHECK(ask(client, sent)->cut);
  sent.pop_back();
  sent.insert(sent.begin() + 1, "no certificate");
  const auto chain = ask(client, sent);
  CHECK(chain->error == VerifyError::certificate_not_trusted);
  CHECK(chain->certificates.size() == kChainCertificatesMax);
  CHECK(chain->cut);
}

TEST_CASE("an unreadable certificate keeps its place and its digest", "[tls][chain]") {
  World world;
  world.make();
  Client client;
  REQUIRE(client.open({}).empty());
  const auto chain = ask(client, {"junk", world.sent()[1]});
  REQUIRE(chain->certificates.size() == 2);
  CHECK(chain->error == VerifyError::validation_failure);
  CHECK(chain->certificates[0].sha256[0] != 0);
  CHECK(chain->certificates[0].key.empty());
  CHECK(chain->certificates[0].subject.empty());
  CHECK(chain->certificates[1].subject == "CN=Between");
}

TEST_CASE("the octets of certificates are kept on request", "[tls][chain]") {
  World world;
  world.make();
  for (const bool keep : {false, true}) {
    Client client;
    ClientOptions options;
    options.keep_der = keep;
    REQUIRE(client.open(options).empty());
    const auto chain = ask(client, world.sent());
    CHECK(chain->certificates[0].der == (keep ? world.sent()[0] : ""));
    CHECK(chain->certificates[1].der == (keep ? world.sent()[1] : ""));
  }
}

TEST_CASE("the chain has a common name only if the leaf has no DNS name", "[tls][chain]") {
  Client client;
  REQUIRE(client.open({}).empty());
  CertificateSpec order = leaf();
  CHECK(ask(client, {der_of(issue(order).certificate_pem)})->common_name.empty());
  order.dns_names.clear();
  order.addresses = {"192.0.2.1"};
  const auto chain = ask(client, {der_of(issue(order).certificate_pem)});
  CHECK(chain->common_name == "mx1.example.net");
  CHECK(matches_common_name(*chain, "mx1.example.net"));
  CHECK_FALSE(matches_name(*chain, "mx1.example.net"));
  CHECK(matches_name(*chain, "192.0.2.1"));
  order.dns_names = {std::string(kNameOctetsMax + 1, 'x')};
  CHECK(ask(client, {der_of(issue(order).certificate_pem)})->common_name.empty());
}

TEST_CASE("a chain of the same octets is computed once", "[tls][chain]") {
  World world;
  world.make();
  Client client;
  REQUIRE(client.open({}).empty());
  const auto first = ask(client, world.sent());
  const auto again = ask(client, world.sent(), kNow + seconds{1});
  CHECK(first == again);
  CHECK(client.chains_computed() == 1);
  CHECK(ask(client, {world.sent()[0]}) != first);
  CHECK(client.chains_computed() == 2);
}

TEST_CASE("the same octets divided differently are another chain", "[tls][chain]") {
  Client client;
  REQUIRE(client.open({}).empty());
  CHECK(ask(client, {"abc"})->certificates.size() == 1);
  CHECK(ask(client, {"a", "bc"})->certificates.size() == 2);
  CHECK(ask(client, {"ab", "c"})->certificates.size() == 2);
  CHECK(ask(client, {"", "abc"})->certificates.size() == 2);
  CHECK(ask(client, {})->certificates.empty());
  CHECK(client.chains_computed() == 5);
}

TEST_CASE("a verdict holds until the next date of its certificates", "[tls][chain]") {
  World world;
  world.between_order.not_after = kNow + days{10};
  world.root_order.not_after = kNow + days{20};
  world.make();
  Client client;
  ClientOptions options;
  options.authorities = read_authorities(world.root.certificate_pem).authorities;
  REQUIRE(client.open(options).empty());
  const auto error_at = [&](WallTime now) { return ask(client, world.sent(), now)->error; };
  CHECK(error_at(kNow) == VerifyError::none);
  CHECK(error_at(kNow + days{10}) == VerifyError::none);
  CHECK(client.chains_computed() == 1);
  CHECK(error_at(kNow + days{10} + seconds{1}) == VerifyError::certificate_expired);
  CHECK(client.chains_computed() == 2);
  CHECK(error_at(kNow + days{20} + seconds{1}) == VerifyError::certificate_not_trusted);
  CHECK(client.chains_computed() == 3);
  CHECK(error_at(world.leaf_order.not_before - seconds{1}) == VerifyError::certificate_expired);
  CHECK(client.chains_computed() == 4);
  CHECK(error_at(kNow) == VerifyError::none);
  CHECK(client.chains_computed() == 5);
}

TEST_CASE("a chain expires with the first of the certificates that it depends on", "[tls][chain]") {
  World world;
  world.leaf_order.not_after = kNow + days{30};
  const auto ends_with = [&](const IssuedCertificate& issued, const Sent& sent,
                             WallTime now = kNow) {
    Client client;
    ClientOptions options;
    options.authorities = read_authorities(world.root.certificate_pem).authorities;
    REQUIRE(client.open(options).empty());
    const auto chain = ask(client, sent, now);
    REQUIRE(chain->expiry);
    return chain->expiry->sha256 ==
           ask(client, {der_of(issued.certificate_pem)})->certificates.front().sha256;
  };
  SECTION("the leaf, most of the time") {
    world.make();
    CHECK(ends_with(world.server, world.sent()));
    CHECK(ends_with(world.server, world.sent(), kNow + days{31}));
  }
  SECTION("of two that expire together, the one nearer to the leaf") {
    world.between_order.not_after = world.leaf_order.not_after;
    world.make();
    CHECK(ends_with(world.server, world.sent()));
  }
  SECTION("an intermediate, sent in any order, expired or not, trusted or not") {
    world.between_order.not_after = kNow + days{10};
    world.make();
    const std::string root = der_of(world.root.certificate_pem);
    for (const WallTime now : {kNow, kNow + days{11}, kNow + days{31}}) {
      CHECK(ends_with(world.between, world.sent(), now));
      CHECK(ends_with(world.between, {world.sent()[0], root, world.sent()[1]}, now));
    }
    World other;
    other.make();
    world.root = other.root;
    CHECK(ends_with(world.between, world.sent()));
    CHECK(ends_with(world.server, {world.sent()[0]}));
  }
  SECTION("the authority, sent or not, expired or not") {
    world.root_order.not_after = kNow + days{20};
    world.make();
    const std::string root = der_of(world.root.certificate_pem);
    for (const WallTime now : {kNow, kNow + days{21}, kNow + days{31}}) {
      CHECK(ends_with(world.root, world.sent(), now));
      CHECK(ends_with(world.root, {world.sent()[0], world.sent()[1], root}, now));
    }
  }
  SECTION("not another certificate that is sent") {
    world.make();
    CertificateSpec old = authority("Old");
    old.not_after = day(2021, 9, 30);
    CHECK(ends_with(world.server,
                    {world.sent()[0], der_of(issue(old).certificate_pem), world.sent()[1]}));
  }
  SECTION("and nothing is known about an unreadable leaf") {
    Client client;
    REQUIRE(client.open({}).empty());
    CHECK_FALSE(ask(client, {"junk"})->expiry);
    CHECK_FALSE(ask(client, {})->expiry);
  }
}

TEST_CASE("a chain's expiry is computed again when another path is taken", "[tls][chain]") {
  // Two certificates of the intermediate: the first expires sooner, and is then skipped.
  World world;
  world.between_order.not_after = kNow + days{10};
  world.make();
  Client client;
  ClientOptions options;
  options.authorities = read_authorities(world.root.certificate_pem).authorities;
  REQUIRE(client.open(options).empty());
  Sent sent = world.sent();
  sent.push_back(renewed(world.between, world.root, kNow + days{20}));
  const auto end_at = [&](WallTime now) { return ask(client, sent, now)->expiry.value().at; };
  CHECK(end_at(kNow) == kNow + days{10});
  CHECK(end_at(kNow + days{10} + seconds{1}) == kNow + days{20});
  CHECK(end_at(kNow) == kNow + days{10});
}

TEST_CASE("no more chains are kept than allowed, those in use the longest", "[tls][chain]") {
  Client client;
  ClientOptions options;
  options.chains_max = 8;
  REQUIRE(client.open(options).empty());
  const Sent popular = {"popular"};
  static_cast<void>(ask(client, popular));
  for (int i = 0; i < 100; ++i) {
    static_cast<void>(ask(client, {"stranger " + std::to_string(i)}));
    static_cast<void>(ask(client, popular));
  }
  CHECK(client.chains_computed() == 101);
  static_cast<void>(ask(client, {"stranger 99"}));
  CHECK(client.chains_computed() == 101);
  static_cast<void>(ask(client, {"stranger 0"}));
  CHECK(client.chains_computed() == 102);
}

TEST_CASE("large chains evict others sooner", "[tls][chain]") {
  Client client;
  ClientOptions options;
  options.chains_max = 8;
  options.keep_der = true;
  REQUIRE(client.open(options).empty());
  const Sent small = {"small"};
  static_cast<void>(ask(client, small));
  for (int i = 0; i < 2; ++i)
    static_cast<void>(ask(client, {std::string(100'000, 'x') + std::to_string(i)}));
  CHECK(client.chains_computed() == 3);
  static_cast<void>(ask(client, small));
  CHECK(client.chains_computed() == 4);
}

TEST_CASE("a chain outlives its place in the cache", "[tls][chain]") {
  World world;
  world.make();
  Client client;
  ClientOptions options;
  options.chains_max = 0;
  REQUIRE(client.open(options).empty());
  const auto chain = ask(client, world.sent());
  for (int i = 0; i < 4; ++i) static_cast<void>(ask(client, {std::to_string(i)}));
  CHECK(chain->certificates.front().subject == "CN=mx1.example.net");
}

TEST_CASE("authorities are read one by one", "[tls][chain]") {
  World world;
  world.make();
  const std::string damaged = "-----BEGIN CERTIFICATE-----\nMIIBAAAA\n-----END CERTIFICATE-----\n";
  Client client;
  ClientOptions options;
  SECTION("an empty text is a store that trusts no authority") {
    CHECK(read_authorities("").authorities->size() == 0);
    REQUIRE(client.open(options).empty());
    CHECK(ask(client, world.sent())->error == VerifyError::certificate_not_trusted);
    options.authorities = read_authorities("").authorities;
    Client other;
    REQUIRE(other.open(options).empty());
    CHECK(ask(other, world.sent())->error == VerifyError::certificate_not_trusted);
    CHECK(ask(client, world.sent())->error == VerifyError::certificate_not_trusted);
  }
  SECTION("a damaged one does not affect the others") {
    const std::string text = "# comment\n" + damaged + world.root.key_pem +
                             issue(authority("Other")).certificate_pem + damaged +
                             world.root.certificate_pem + world.root.certificate_pem;
    options.authorities = read_authorities(text).authorities;
    REQUIRE(client.open(options).empty());
    CHECK(options.authorities->size() == 3);
    CHECK(ask(client, world.sent())->error == VerifyError::none);
  }
  SECTION("a text without any is an error") {
    for (const std::string& text : {std::string("mail"), damaged, world.root.key_pem}) {
      const AuthoritiesRead read = read_authorities(text);
      CHECK(read.authorities == nullptr);
      CHECK_FALSE(read.error.empty());
      CHECK_FALSE(read.short_of_memory);
    }
  }
}

}  // namespace
}  // namespace mxsweep::tls

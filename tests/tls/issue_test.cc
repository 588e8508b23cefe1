// SPDX-License-Identifier: MIT
#include "mxsweep/tls/issue.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/tls/client.h"
#include "support/catch.h"
#include "tls/certificates.h"

namespace mxsweep::tls {
namespace {

using samples::authority;
using samples::day;
using samples::der_of;
using samples::kNow;
using samples::leaf;

Certificate read(const IssuedCertificate& issued) {
  Client client;
  REQUIRE(client.open({}).empty());
  const std::string der = der_of(issued.certificate_pem);
  const std::string_view octets = der;
  const auto chain = client.chain({&octets, 1}, kNow);
  REQUIRE_FALSE(chain->certificates.front().key.empty());
  return chain->certificates.front();
}

TEST_CASE("a certificate contains what was specified", "[tls][issue]") {
  CertificateSpec order = leaf();
  order.dns_names = {"mx1.example.net", "*.example.org"};
  order.addresses = {"192.0.2.1", "2001:db8::5"};
  const Certificate certificate = read(issue(order));
  CHECK(certificate.subject == "CN=mx1.example.net");
  CHECK(certificate.issuer == "CN=mx1.example.net");
  CHECK(certificate.self_signed);
  CHECK(certificate.names ==
        std::vector<std::string>{"mx1.example.net", "*.example.org", "192.0.2.1", "2001:db8::5"});
  CHECK(certificate.dns_names == 2);
  CHECK(certificate.not_before == order.not_before);
  CHECK(certificate.not_after == order.not_after);
  CHECK(certificate.signature == "ecdsa-with-SHA256");
}

TEST_CASE("an issuer of any kind signs a key of any kind", "[tls][issue]") {
  constexpr std::pair<KeyKind, std::string_view> kKeys[] = {
      {KeyKind::ec_p256, "EC P-256"},  {KeyKind::ec_p384, "EC P-384"},
      {KeyKind::ed25519, "Ed25519"},   {KeyKind::rsa_1024, "RSA 1024"},
      {KeyKind::rsa_2048, "RSA 2048"},
  };
  for (const auto& [issuer_key, issuer_text] : kKeys) {
    CertificateSpec issuer_order = authority("Issuer");
    issuer_order.key = issuer_key;
    const IssuedCertificate issuer = issue(issuer_order);
    CHECK(read(issuer).key == issuer_text);
    for (const auto& [key, text] : kKeys) {
      CertificateSpec order = leaf();
      order.key = key;
      const Certificate certificate = read(issue(order, &issuer));
      CHECK(certificate.key == text);
      CHECK(certificate.issuer == "CN=Issuer");
      CHECK_FALSE(certificate.self_signed);
    }
  }
}

TEST_CASE("a signature is made with SHA-1 if specified", "[tls][issue]") {
  CertificateSpec order = leaf();
  order.sha1 = true;
  CHECK(read(issue(order)).signature == "ecdsa-with-SHA1");
  order.key = KeyKind::rsa_1024;
  CHECK(read(issue(order)).signature == "sha1WithRSAEncryption");
}

TEST_CASE("a serial number keeps its value and takes no more octets than it needs",
          "[tls][issue]") {
  constexpr std::pair<std::uint64_t, std::string_view> kSerials[] = {
      {1, "01"}, {0x7f, "7f"}, {0x80, "80"}, {0xff00, "ff00"}, {UINT64_MAX, "ffffffffffffffff"},
  };
  for (const auto& [serial, text] : kSerials) {
    CertificateSpec order = leaf();
    order.serial = serial;
    CHECK(read(issue(order)).serial == text);
  }
}

TEST_CASE("a certificate may have neither subject nor names", "[tls][issue]") {
  CertificateSpec order = leaf();
  order.common_name.clear();
  order.dns_names.clear();
  const Certificate certificate = read(issue(order));
  CHECK(certificate.subject.empty());
  CHECK(certificate.issuer.empty());
  CHECK(certificate.names.empty());
}

TEST_CASE("dates range from 1970 to the end of 9999", "[tls][issue]") {
  CertificateSpec order = leaf();
  order.not_before = day(1970, 1, 1);
  order.not_after = day(9999, 12, 31) + std::chrono::hours{24} - std::chrono::seconds{1};
  const Certificate certificate = read(issue(order));
  CHECK(certificate.not_before == order.not_before);
  CHECK(certificate.not_after == order.not_after);
}

}  // namespace
}  // namespace mxsweep::tls

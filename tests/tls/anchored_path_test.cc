// SPDX-License-Identifier: MIT
#include "mxsweep/tls/anchored_path.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/tls/client.h"
#include "mxsweep/tls/issue.h"
#include "support/catch.h"
#include "tls/certificates.h"
#include "tls/hostile_certificates.h"
#include "tls/kept_keys.h"

namespace mxsweep::tls {
namespace {

using samples::authority;
using samples::day;
using samples::der_of;
using samples::kNow;

// A leaf, the authority that has signed it, and its root, whose keys are of one kind.
struct AnchoredWorld {
  IssuedCertificate root;
  IssuedCertificate between;
  std::vector<std::string> sent;

  explicit AnchoredWorld(KeyKind kind = KeyKind::ec_p256) {
    CertificateSpec spec = authority("Root");
    spec.key = kind;
    spec.key_pem = samples::kept_key(kind);
    root = issue(spec);
    spec = authority("Between");
    spec.key = kind;
    between = issue(spec, &root);
    for (const IssuedCertificate& one : {issue(samples::leaf(), &between), between, root}) {
      sent.push_back(der_of(one.certificate_pem));
    }
  }

  [[nodiscard]] std::optional<VerifyError> to(const Anchor& anchor, std::size_t count = 3,
                                              WallTime now = kNow) const {
    const std::vector<std::string_view> der(sent.begin(),
                                            sent.begin() + static_cast<std::ptrdiff_t>(count));
    return verify_to_anchor(der, anchor, now);
  }
};

}  // namespace

TEST_CASE("a path to an anchor holds with every kind of key", "[tls][anchor]") {
  for (const KeyKind kind :
       {KeyKind::ec_p256, KeyKind::ec_p384, KeyKind::ed25519, KeyKind::rsa_2048}) {
    const AnchoredWorld world(kind);
    const std::string_view root = world.sent[2];
    const std::string_view between = world.sent[1];
    CHECK(world.to({AnchorKind::sent, 1, {}}) == VerifyError::none);
    CHECK(world.to({AnchorKind::sent, 2, {}}) == VerifyError::none);
    CHECK(world.to({AnchorKind::certificate, 0, root}, 2) == VerifyError::none);
    CHECK(world.to({AnchorKind::certificate, 0, between}, 1) == VerifyError::none);
    CHECK(world.to({AnchorKind::key, 0, public_key_info(root)}, 2) == VerifyError::none);
    CHECK(world.to({AnchorKind::key, 0, public_key_info(between)}, 1) == VerifyError::none);
    CHECK(world.to({AnchorKind::key, 0, public_key_info(root)}, 1) ==
          VerifyError::certificate_not_trusted);
  }
}

TEST_CASE("an anchor other than the given one does not count", "[tls][anchor]") {
  const AnchoredWorld world;
  const AnchoredWorld other;
  CHECK(world.to({AnchorKind::certificate, 0, other.sent[2]}, 2) ==
        VerifyError::certificate_not_trusted);
  CHECK(world.to({AnchorKind::key, 0, public_key_info(other.sent[1])}) ==
        VerifyError::certificate_not_trusted);
  AnchoredWorld mixed = world;
  mixed.sent[1] = other.sent[1];
  CHECK(mixed.to({AnchorKind::sent, 1, {}}) != VerifyError::none);
  CHECK(mixed.to({AnchorKind::sent, 2, {}}) != VerifyError::none);
}

TEST_CASE("a path to an anchor holds between the dates of all on it", "[tls][anchor]") {
  const AnchoredWorld world;
  for (const Anchor& anchor :
       {Anchor{AnchorKind::sent, 1, {}}, Anchor{AnchorKind::certificate, 0, world.sent[2]},
        Anchor{AnchorKind::key, 0, public_key_info(world.sent[2])}}) {
    for (const WallTime outside : {day(2026, 9, 30), day(2026, 12, 31), day(2041, 1, 1)}) {
      CHECK(world.to(anchor, 3, outside) == VerifyError::certificate_expired);
    }
    CHECK(world.to(anchor, 3, day(2026, 10, 1)) == VerifyError::none);
    CHECK(world.to(anchor, 3, day(2026, 12, 30)) == VerifyError::none);
  }
}

TEST_CASE("a changed octet of the signed part breaks the path", "[tls][anchor]") {
  AnchoredWorld world;
  std::string& leaf = world.sent[0];
  leaf[leaf.find("mx1.example.net")] = 'n';
  CHECK(world.to({AnchorKind::sent, 1, {}}) == VerifyError::validation_failure);
  CHECK(world.to({AnchorKind::key, 0, public_key_info(world.sent[1])}, 1) ==
        VerifyError::certificate_not_trusted);
}

TEST_CASE("what is no certificate or key is no anchor", "[tls][anchor]") {
  const AnchoredWorld world;
  const std::string& root = world.sent[2];
  for (const std::string& octets :
       {std::string(), std::string("x"), root.substr(0, root.size() - 1), root + "x",
        std::string(1000, '\x30')}) {
    CHECK_FALSE(is_certificate(octets));
    CHECK_FALSE(is_public_key(octets));
    CHECK(public_key_info(octets).empty());
    CHECK(world.to({AnchorKind::certificate, 0, octets}) == VerifyError::certificate_not_trusted);
    CHECK(world.to({AnchorKind::key, 0, octets}) == VerifyError::certificate_not_trusted);
  }
  CHECK(is_certificate(root));
  CHECK(is_public_key(public_key_info(root)));
  CHECK_FALSE(is_public_key(root));
  CHECK_FALSE(is_certificate(public_key_info(root)));
  // A key that would take seconds to verify a signature with.
  const std::string costly = hostile::rsa_key(65'536, 65'536);
  CHECK_FALSE(is_public_key(costly));
  CHECK(world.to({AnchorKind::key, 0, costly}) == VerifyError::certificate_not_trusted);

  AnchoredWorld unreadable = world;
  unreadable.sent[1] = "x";
  CHECK(unreadable.to({AnchorKind::sent, 1, {}}) == VerifyError::certificate_not_trusted);
  CHECK(unreadable.to({AnchorKind::certificate, 0, world.sent[1]}) == VerifyError::none);
  unreadable.sent[0] = "x";
  CHECK(unreadable.to({AnchorKind::sent, 2, {}}) == VerifyError::validation_failure);
  CHECK(verify_to_anchor({}, {AnchorKind::key, 0, public_key_info(root)}, kNow) ==
        VerifyError::validation_failure);
}

TEST_CASE("the digests of TLSA records are those of FIPS 180-4", "[tls][anchor]") {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto text = [&](const auto& digest) {
    std::string hex;
    for (const std::uint8_t octet : digest) {
      hex += kDigits[octet >> 4U];
      hex += kDigits[octet & 15U];
    }
    return hex;
  };
  CHECK(text(sha256_of("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(text(sha512_of("abc")) ==
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  // The key of a record is that of Certificate::spki_sha256.
  const AnchoredWorld world;
  Client client;
  REQUIRE(client.open({}).ok());
  const std::vector<std::string_view> der(world.sent.begin(), world.sent.end());
  const auto chain = client.chain(der, kNow);
  CHECK(sha256_of(public_key_info(der[0])) == chain->certificates[0].spki_sha256);
}

}  // namespace mxsweep::tls

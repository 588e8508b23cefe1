// SPDX-License-Identifier: MIT
#include "mxsweep/tls/public_key.h"

#include <string>
#include <string_view>

#include "mxsweep/core/base64.h"
#include "support/catch.h"
#include "support/public_keys.h"

namespace mxsweep::tls {
namespace {

PublicKey public_key(std::string_view base64) {
  const auto key = read_public_key(base64_decoded(base64).value());
  REQUIRE(key);
  return *key;
}

}  // namespace

TEST_CASE("a public key is read in each of its forms", "[tls][public_key]") {
  for (const std::string_view text : {public_keys::kRfc8463Rsa, public_keys::kRfc6376Rsa}) {
    const PublicKey key = public_key(text);
    CHECK(key.kind == PublicKeyKind::rsa);
    CHECK(key.form == PublicKeyForm::info);
    CHECK(key.bits == 1024);
    CHECK(key.words == "RSA 1024");
  }
  CHECK(public_key(public_keys::kRsa2048).form == PublicKeyForm::info);
  CHECK(public_key(public_keys::kRsa2048Bare).form == PublicKeyForm::pkcs1);
  CHECK(public_key(public_keys::kRsa2048Bare).words == "RSA 2048");
  CHECK(public_key(public_keys::kRsa8192).bits == 8192);
  CHECK(public_key(public_keys::kRfc8463Ed25519).kind == PublicKeyKind::ed25519);
  CHECK(public_key(public_keys::kRfc8463Ed25519).form == PublicKeyForm::raw);
  CHECK(public_key(public_keys::kEd25519Info).kind == PublicKeyKind::ed25519);
  CHECK(public_key(public_keys::kEd25519Info).form == PublicKeyForm::info);
  CHECK(public_key(public_keys::kP256).kind == PublicKeyKind::other);
  CHECK(public_key(public_keys::kP256).words == "EC P-256");
}

TEST_CASE("the bits of an RSA key are counted exactly", "[tls][public_key]") {
  CHECK(public_key(public_keys::kRsa1023).bits == 1023);
  CHECK(public_key(public_keys::kRsa768).words == "RSA 768");
}

TEST_CASE("what is no public key is none, cut anywhere", "[tls][public_key]") {
  CHECK_FALSE(read_public_key(""));
  CHECK_FALSE(read_public_key("a key"));
  CHECK_FALSE(read_public_key(std::string(5000, '0')));
  for (const std::string_view text :
       {public_keys::kRsa2048, public_keys::kRsa2048Bare, public_keys::kP256}) {
    const std::string octets = base64_decoded(text).value();
    for (std::size_t cut = 0; cut < octets.size(); ++cut) {
      if (cut == 32) continue;  // Any 32 octets may be Ed25519.
      INFO(cut);
      REQUIRE_FALSE(read_public_key(std::string_view(octets).substr(0, cut)));
    }
  }
}

}  // namespace mxsweep::tls

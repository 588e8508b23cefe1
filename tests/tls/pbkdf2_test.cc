// SPDX-License-Identifier: MIT
#include "mxsweep/tls/pbkdf2.h"

#include "mxsweep/tls/sha256.h"
#include "support/catch.h"

namespace mxsweep::tls {

// RFC 7914 section 11; its first 32 octets do not depend on the length of the key.
TEST_CASE("a key is made of a password as in RFC 7914", "[tls][pbkdf2]") {
  CHECK(to_hexadecimal(pbkdf2_sha256("passwd", "salt", 1)) ==
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
  CHECK(to_hexadecimal(pbkdf2_sha256("Password", "NaCl", 80'000)) ==
        "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56");
}

TEST_CASE("a key can be made of an empty password and an empty salt", "[tls][pbkdf2]") {
  CHECK(pbkdf2_sha256("", "", 2) != pbkdf2_sha256("", "s", 2));
}

}  // namespace mxsweep::tls

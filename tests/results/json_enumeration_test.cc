// SPDX-License-Identifier: MIT
#include "results/json_enumeration.h"

#include <string>

#include "support/catch.h"
#include "support/parsed_record.h"
#include "support/sample_enumeration.h"

namespace mxsweep::results {

TEST_CASE("what an enumeration has found is written in full", "[results][enumeration]") {
  const Parsed line(samples::with_enumeration());
  CHECK(line.json("/tls_enumeration/versions/0") ==
        R"({"version":"TLSv1.3","accepted":"yes","complete":true,"order":"client","ciphers":[)"
        R"({"cipher":"TLS_AES_256_GCM_SHA384","group":"X25519"},)"
        R"({"cipher":"TLS_AES_128_GCM_SHA256","group":"X25519"}]})");
  CHECK(line.json("/tls_enumeration/versions/1/ciphers/1/group") == "\"DHE 1024\"");
  CHECK(line.json("/tls_enumeration/versions/1/ciphers/2") ==
        R"({"cipher":"TLS_RSA_WITH_AES_128_GCM_SHA256"})");
  CHECK(line.json("/tls_enumeration/stopped") ==
        R"({"phase":"greeting","cause":"throttled.connections"})");
}

TEST_CASE("what is not known is unknown or absent", "[results][enumeration]") {
  const Parsed line(samples::with_enumeration());
  CHECK(line.json("/tls_enumeration/complete") == "false");
  CHECK(line.json("/tls_enumeration/versions/2") ==
        R"({"version":"TLSv1.1","accepted":"unknown"})");
  CHECK(line.json("/tls_enumeration/versions/3") == R"({"version":"TLSv1.0","accepted":"no"})");
  CHECK(line.json("/tls_enumeration/resumption/1") ==
        R"({"version":"TLSv1.2","resumed":"unknown"})");
  CHECK(line.json("/tls_enumeration/certificates/2") == R"({"sni":"other.example.net"})");
}

}  // namespace mxsweep::results

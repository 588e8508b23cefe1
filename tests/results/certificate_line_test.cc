// SPDX-License-Identifier: MIT
#include "mxsweep/results/certificate_line.h"

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.h"
#include "support/parsed_record.h"
#include "support/sample_tls_records.h"

namespace mxsweep::results {
namespace {

std::string line_of(const tls::Certificate& certificate) {
  std::string out;
  append_certificate(certificate, out);
  return out;
}

std::vector<std::string> lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("a certificate's line has the members of the record's chain, and its PEM",
          "[results][certificate]") {
  tls::Certificate certificate = samples::leaf_certificate();
  certificate.der = "\x30\x03\x02\x01\x05";
  const std::string in_record = Parsed(samples::typical_tls()).json("/tls/chain/0");
  CHECK(line_of(certificate) ==
        R"({"v":1,)" + in_record.substr(1, in_record.size() - 2) +
            R"(,"pem":"-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n"})"
            "\n");
}

TEST_CASE("a line of PEM has 64 characters, the last one the rest", "[results][certificate]") {
  tls::Certificate certificate = samples::leaf_certificate();
  for (const std::size_t octets : {1UL, 47UL, 48UL, 49UL, 96UL, 1000UL, 100'000UL}) {
    certificate.der = std::string(octets, 'x');
    const std::vector<std::string> pem = lines(Parsed(line_of(certificate)).text("/pem"));
    REQUIRE(pem.size() == (octets + 47) / 48 + 2);
    CHECK(pem.front() == "-----BEGIN CERTIFICATE-----");
    CHECK(pem.back() == "-----END CERTIFICATE-----");
    for (std::size_t i = 1; i + 2 < pem.size(); ++i) REQUIRE(pem[i].size() == 64);
    const std::size_t last = octets - 48 * (pem.size() - 3);
    CHECK(pem[pem.size() - 2].size() == (last + 2) / 3 * 4);
  }
}

TEST_CASE("octets are encoded as in RFC 4648", "[results][certificate]") {
  const auto base64 = [](std::string_view octets) {
    tls::Certificate certificate;
    certificate.der = octets;
    return lines(Parsed(line_of(certificate)).text("/pem")).at(1);
  };
  // Section 10.
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  // Section 9.
  CHECK(base64("\x14\xfb\x9c\x03\xd9\x7e") == "FPucA9l+");
}

TEST_CASE("a certificate that cannot be parsed still has its line and its octets",
          "[results][certificate]") {
  tls::Certificate certificate;
  certificate.der = std::string("\0\xff", 2);
  CHECK(Parsed(line_of(certificate)).keys() == std::vector<std::string>{"v", "sha256", "pem"});
  CHECK(Parsed(line_of(certificate)).text("/pem").find("\nAP8=\n") != std::string::npos);
  certificate.der.clear();
  CHECK(Parsed(line_of(certificate)).keys() == std::vector<std::string>{"v", "sha256"});
}

TEST_CASE("any texts in a certificate still make one line of JSON", "[results][certificate]") {
  tls::Certificate certificate = samples::hostile_certificate();
  certificate.der = "x";
  const Parsed line(line_of(certificate));
  CHECK(line.json("/latin1") == "true");
  CHECK(latin1_octets(line.text("/subject")) == certificate.subject);
  CHECK(line.keys().back() == "pem");
}

}  // namespace mxsweep::results

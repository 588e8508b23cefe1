// SPDX-License-Identifier: MIT
#include "results/base64.h"

#include <string>

#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::results {
namespace {

std::string base64(std::string_view octets) {
  std::string out(base64_size(octets.size()), '?');
  REQUIRE(write_base64(octets, out.data()) == out.data() + out.size());
  return out;
}

}  // namespace

TEST_CASE("base64 is as RFC 4648 has it", "[results][base64]") {
  // Section 10.
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64("fooba") == "Zm9vYmE=");
  CHECK(base64("foobar") == "Zm9vYmFy");
  // Section 9.
  CHECK(base64("\x14\xfb\x9c\x03\xd9\x7e") == "FPucA9l+");
  CHECK(base64("\x14\xfb\x9c\x03\xd9") == "FPucA9k=");
  CHECK(base64("\x14\xfb\x9c\x03") == "FPucAw==");
}

TEST_CASE("every octet of any length of text is in its base64, at its place", "[results][base64]") {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string all;
  for (int value = 0; value < 256; ++value) all += static_cast<char>(value * 37);
  for (std::size_t length = 0; length <= all.size(); ++length) {
    const GuardedBytes guarded(all.substr(0, length));
    const std::string text = base64(guarded.view());
    std::string bits;
    for (const char letter : text) {
      const std::size_t value = kAlphabet.find(letter);
      for (unsigned bit = 6; value != kAlphabet.npos && bit > 0; --bit) {
        bits += (value >> (bit - 1) & 1U) != 0 ? '1' : '0';
      }
    }
    REQUIRE(bits.size() / 8 == length);
    CHECK(bits.find('1', 8 * length) == bits.npos);
    for (std::size_t i = 0; i < length; ++i) {
      const unsigned long octet = std::stoul(bits.substr(8 * i, 8), nullptr, 2);
      REQUIRE(octet == static_cast<unsigned char>(all[i]));
    }
  }
}

}  // namespace mxsweep::results

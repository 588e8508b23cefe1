// SPDX-License-Identifier: MIT
#include "mxsweep/message/token.h"

#include <string>

#include "support/catch.h"

namespace mxsweep::message {
namespace {

constexpr std::string_view kKey = "0123456789abcdef";
const Token kToken{.at = std::chrono::sys_seconds{std::chrono::seconds{1'795'772'405}},
                   .run = 0xdeadbeef};

}  // namespace

TEST_CASE("a token tells when and by which run a message was made", "[message][token]") {
  const std::string text = write_token(kKey, kToken);
  CHECK(text == "abvqst7v32w3533mmwdonkin4deueqgefq5u2jw5");
  CHECK(text.size() == kTokenDigits);
  CHECK(read_token(kKey, text) == kToken);
  std::string upper_case = text;
  for (char& c : upper_case) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  CHECK(read_token(kKey, upper_case) == kToken);
}

TEST_CASE("a token of another key or run is not ours", "[message][token]") {
  const std::string text = write_token(kKey, kToken);
  CHECK_FALSE(read_token("0123456789abcdeF", text));
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = text[at] == 'a' ? 'b' : 'a';
    CHECK_FALSE(read_token(kKey, changed));
    CHECK_FALSE(read_token(kKey, text.substr(0, at)));
    changed[at] = '1';  // No digit of base32.
    CHECK_FALSE(read_token(kKey, changed));
  }
  CHECK_FALSE(read_token(kKey, text + "a"));
}

TEST_CASE("tokens of all moments are read back", "[message][token]") {
  for (const std::int64_t at :
       {std::int64_t{0}, std::int64_t{1} << 32U, (std::int64_t{1} << 40U) - 1}) {
    const Token token{.at = std::chrono::sys_seconds{std::chrono::seconds{at}}, .run = 1};
    CHECK(read_token(kKey, write_token(kKey, token)) == token);
  }
}

TEST_CASE("a token is found in a text that quotes it", "[message][token]") {
  const std::string text = write_token(kKey, kToken);
  const std::string other = write_token("another key of 16+", kToken);
  CHECK(find_token(kKey, "Message-ID: <" + text + "@example.org>") == kToken);
  CHECK(find_token(kKey, "to probe+" + text) == kToken);
  CHECK(find_token(kKey, other + " " + text) == kToken);
  CHECK_FALSE(find_token(kKey, other));
  CHECK_FALSE(find_token(kKey, text + text));
  CHECK_FALSE(find_token(kKey, ""));
  std::string many;
  for (int i = 0; i < 1000; ++i) many += other + "\n";
  CHECK_FALSE(find_token(kKey, many + text));
}

}  // namespace mxsweep::message

// SPDX-License-Identifier: MIT
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "mxsweep/smtp/reply.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::smtp {
namespace {

EnhancedCode code_of(std::string_view reply) {
  CAPTURE(reply);
  const GuardedBytes guarded(reply);
  return enhanced_code(guarded.view());
}

const EnhancedCode kNone{};

TEST_CASE("an enhanced code stands at the start of the text", "[smtp][enhanced_code]") {
  CHECK(code_of("250 2.0.0 Ok\r\n") == EnhancedCode{2, 0, 0});
  CHECK(code_of("421 4.7.0 too many connections\r\n") == EnhancedCode{4, 7, 0});
  CHECK(code_of("550 5.7.606 banned\r\n") == EnhancedCode{5, 7, 606});
  CHECK(code_of("550 5.999.999\r\n") == EnhancedCode{5, 999, 999});
  CHECK(code_of("550 5.1.1\n") == EnhancedCode{5, 1, 1});
  CHECK(code_of("550  5.1.1 two blanks\r\n") == EnhancedCode{5, 1, 1});
  CHECK(code_of("550\t5.1.1 a tab\r\n") == EnhancedCode{5, 1, 1});
  CHECK(code_of("550 5.1.1=\r\n") == EnhancedCode{5, 1, 1});
  CHECK(code_of("550 5.1.1. No such user\r\n") == EnhancedCode{5, 1, 1});
  CHECK(code_of("550 5.1.1: no such user\r\n") == EnhancedCode{5, 1, 1});
}

TEST_CASE("an enhanced code is found as Cisco and as qmail write it", "[smtp][enhanced_code]") {
  CHECK(code_of("421 #4.4.5 Too many connections from your host.\r\n") == EnhancedCode{4, 4, 5});
  CHECK(code_of("421 out of memory (#4.3.0)\r\n") == EnhancedCode{4, 3, 0});
  CHECK(code_of("503 Start afresh from MAIL(#5.5.1)\r\n") == EnhancedCode{5, 5, 1});
  CHECK(code_of("550 no mailbox here by that name (#5.1.1 - chkusr)\r\n") == EnhancedCode{5, 1, 1});
  CHECK(code_of("553 (#not) this but (#5.7.1)\r\n") == EnhancedCode{5, 7, 1});
}

TEST_CASE("the class of an enhanced code is the reply code's first digit",
          "[smtp][enhanced_code]") {
  CHECK(code_of("250 5.1.1 no\r\n") == kNone);
  CHECK(code_of("550 4.1.1 no\r\n") == kNone);
  CHECK(code_of("354 3.0.0 no class 3\r\n") == kNone);
  CHECK(code_of("554 upstream said (#4.3.0)\r\n") == kNone);
  CHECK(code_of("554 (#4.3.0) is theirs, (#5.3.0) is ours\r\n") == EnhancedCode{5, 3, 0});
}

TEST_CASE("numbers that are not an enhanced code are not taken for one", "[smtp][enhanced_code]") {
  CHECK(code_of("550\r\n") == kNone);
  CHECK(code_of("550 \r\n") == kNone);
  CHECK(code_of("550 5\r\n") == kNone);
  CHECK(code_of("550 5.\r\n") == kNone);
  CHECK(code_of("550 5.1\r\n") == kNone);
  CHECK(code_of("550 5.1.\r\n") == kNone);
  CHECK(code_of("550 5..1\r\n") == kNone);
  CHECK(code_of("550 5.1000.1\r\n") == kNone);
  CHECK(code_of("550 5.1.1000\r\n") == kNone);
  CHECK(code_of("550 5.01.1 leading zeros are forbidden\r\n") == kNone);
  CHECK(code_of("220 2.4.6.8 is an address\r\n") == kNone);
  CHECK(code_of("220 2.4.6b a version\r\n") == kNone);
  CHECK(code_of("550 55.1.1\r\n") == kNone);
  CHECK(code_of("550 see 5.1.1\r\n") == kNone);
  CHECK(code_of("550 (5.1.1) without the mark\r\n") == kNone);
  CHECK(code_of("220 mx.test ESMTP\r\n") == kNone);
  CHECK_FALSE(kNone);
}

TEST_CASE("the first line with an enhanced code counts", "[smtp][enhanced_code]") {
  CHECK(code_of("550-no code here\r\n550-5.7.1 here\r\n550 5.1.1 too late\r\n") ==
        EnhancedCode{5, 7, 1});
  CHECK(code_of("550-\r\n5.7.1 on a line without a code\r\n550 end\r\n") == EnhancedCode{5, 7, 1});
}

TEST_CASE("the class must be that of the last line's reply code", "[smtp][enhanced_code]") {
  CHECK(code_of("220-2.0.0 welcome\r\n421 4.3.2 not now\r\n") == EnhancedCode{4, 3, 2});
  CHECK(code_of("220-2.0.0 welcome\r\n421 not now\r\n") == kNone);
}

TEST_CASE("anything but a complete reply has no enhanced code", "[smtp][enhanced_code]") {
  CHECK(code_of("") == kNone);
  CHECK(code_of("\n") == kNone);
  CHECK(code_of("\r\n\r\n") == kNone);
  CHECK(code_of("SSH-2.0.0\r\n") == kNone);
  CHECK(code_of("550-5.1.1 first\r\n55") == kNone);
}

// A simpler search for the same thing, good enough for lines that are not adversarial.
EnhancedCode plain_search(const std::string& line) {
  const std::size_t qmail = line.find("(#");
  unsigned klass = 0;
  unsigned subject = 0;
  unsigned detail = 0;
  const bool found =
      std::sscanf(line.c_str() + 4, " %1u.%3u.%3u", &klass, &subject, &detail) == 3 ||
      std::sscanf(line.c_str() + 4, " #%1u.%3u.%3u", &klass, &subject, &detail) == 3 ||
      (qmail != line.npos &&
       std::sscanf(line.c_str() + qmail, "(#%1u.%3u.%3u", &klass, &subject, &detail) == 3);
  if (!found || line[0] != static_cast<char>('0' + klass)) return {};
  return {static_cast<std::uint8_t>(klass), static_cast<std::uint16_t>(subject),
          static_cast<std::uint16_t>(detail)};
}

TEST_CASE("real refusals have the enhanced codes that a simple search finds",
          "[smtp][enhanced_code][corpora]") {
  const char* const folder = std::getenv("MXSWEEP_CORPORA");
  if (folder == nullptr) return;
  std::ifstream input(std::string(folder) + "/reply_lines.txt");
  std::size_t found = 0;
  for (std::string line; std::getline(input, line);) {
    CAPTURE(line);
    const EnhancedCode expected = plain_search(line);
    CHECK(code_of(line + "\r\n") == expected);
    if (expected) ++found;
  }
  CHECK(found > 0);
}

}  // namespace
}  // namespace mxsweep::smtp

// SPDX-License-Identifier: MIT
#include "mxsweep/scope/list.h"

#include <algorithm>
#include <string>

#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::scope {
namespace {

Result<std::string> to_ascii(std::string_view name) {
  if (name ==
      "b\xc3\xbc"
      "cher.example")
    return std::string("xn--bcher-kva.example");
  return Status::unusable("is not a valid internationalised name");
}

Status read(std::string_view text, Named& named) {
  const GuardedBytes octets(text);
  return read_list(octets.view(), "list.txt", to_ascii, named);
}

std::string complaint(std::string_view text) {
  Named named;
  return read(text, named).sentence();
}

bool holds(std::string_view list, const char* address) {
  Named named;
  REQUIRE(read(list, named).ok());
  named.prefixes.freeze();
  return named.contains(*parse_address(address));
}

TEST_CASE("a list has addresses, prefixes, ranges and domains, and comments between them",
          "[scope][list]") {
  Named named;
  REQUIRE(read("\xef\xbb\xbf# operators that opted out\r\n"
               "192.0.2.1\r\n"
               "\r\n"
               "  198.51.100.0/24 \t # by mail, 2026-11-03\n"
               "203.0.113.8-203.0.113.20\n"
               "203.0.113.40 - 203.0.113.41\n"
               "2001:db8::/32\n"
               "example.org\n"
               ".example.net# no blank before it\n"
               "*.Example.COM.\n"
               "b\xc3\xbc"
               "cher.example\n"
               "mx-1.one-hyphen.example",
               named)
              .ok());
  named.prefixes.freeze();
  CHECK(named.prefixes.added() == 5);
  CHECK(named.suffixes.size() == 5);
  for (const char* address : {"192.0.2.1", "198.51.100.255", "203.0.113.8", "203.0.113.20",
                              "203.0.113.41", "2001:db8:ffff::1"}) {
    INFO(address);
    CHECK(named.contains(*parse_address(address)));
  }
  for (const char* address : {"192.0.2.2", "198.51.101.0", "203.0.113.21", "2001:db9::"}) {
    INFO(address);
    CHECK_FALSE(named.contains(*parse_address(address)));
  }
  for (const char* name : {"example.org", "mx.example.net", "example.com", "a.example.com",
                           "mx.xn--bcher-kva.example", "mx-1.one-hyphen.example"}) {
    INFO(name);
    CHECK(named.contains(std::string_view(name)));
  }
}

TEST_CASE("host bits in a prefix are ignored: the whole network is meant", "[scope][list]") {
  CHECK(holds("192.0.2.5/24", "192.0.2.255"));
  CHECK(holds("2001:db8::5/64", "2001:db8::ffff"));
}

TEST_CASE("a line that is nothing of these is named with its file, number and fault",
          "[scope][list]") {
  CHECK(complaint("192.0.2.0/24\n192.0.2.0/33\n") ==
        "list.txt:2: '192.0.2.0/33': the prefix length does not fit the address");
  CHECK(complaint("\n\nexample.org/24") ==
        "list.txt:3: 'example.org/24': no address is before the '/'");
  CHECK(complaint("192.0.2.9-192.0.2.8") ==
        "list.txt:1: '192.0.2.9-192.0.2.8': the range ends before it begins");
  const std::string nothing = ": is not an address, a prefix, a range of addresses or a domain";
  for (const std::string text :
       {"192.0.2", "192.0.2.1:25", "192.0.02.1", "192.0.2.1 192.0.2.2", "exa mple.org", "*", ".",
        "*.", "..", "a..b", "-", "user@example.org", "[2001:db8::1]", "1.2.3.4.5",
        "example.org,"}) {
    INFO(text);
    CHECK(complaint(text) == "list.txt:1: '" + text + "'" + nothing);
  }
  CHECK(complaint("\xc3\x9f\xc3\x9f.example").ends_with("is not a valid internationalised name"));
}

TEST_CASE("the message shows the start of a long line, and no control characters",
          "[scope][list]") {
  CHECK(complaint("a\x1b[2Jb").starts_with("list.txt:1: 'a?[2Jb': "));
  CHECK(complaint(std::string_view("a\0b", 3)).starts_with("list.txt:1: 'a?b': "));
  const std::string message = complaint(std::string(100'000, '='));
  CHECK(message.size() < 200);
  CHECK(message.find("==...'") != std::string::npos);
}

// A list that was cut in transfer is either shorter by whole lines, or its last line is what it was
// cut to: never something that no prefix of the line is.
TEST_CASE("a list cut at any octet is read up to the cut, or refused at its last line",
          "[scope][list]") {
  const std::string whole =
      "\xef\xbb\xbf# c\r\n192.0.2.0/24\n2001:db8::/32\r\nexample.org # "
      "d\n203.0.113.8-203.0.113.20\n";
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    INFO(cut);
    const std::string part = whole.substr(0, cut);
    Named named;
    const Status status = read(part, named);
    if (status.ok()) continue;
    const auto lines = std::count(part.begin(), part.end(), '\n') + 1;
    CHECK(status.sentence().starts_with("list.txt:" + std::to_string(lines) + ": "));
  }
  Named named;
  CHECK(read(whole, named).ok());
}

}  // namespace
}  // namespace mxsweep::scope

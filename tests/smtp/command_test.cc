// SPDX-License-Identifier: MIT
#include "mxsweep/smtp/command.h"

#include <string>
#include <string_view>

#include "support/catch.h"

namespace mxsweep::smtp {
namespace {

TEST_CASE("a name for EHLO is a host name with a dot, or an address literal", "[smtp][command]") {
  for (const std::string_view right :
       {"scanner.example.net", "a.b", "[192.0.2.1]", "[IPv6:2001:db8::1]", "xn--caf-dma.example"}) {
    INFO(right);
    CHECK(check_helo_name(right).ok());
  }
  const std::string long_label = std::string(64, 'a') + ".example";
  const std::string long_name = std::string(250, 'a') + ".example";
  for (const std::string_view wrong :
       {std::string_view{}, std::string_view("localhost"), std::string_view("a..b"),
        std::string_view(".a.b"), std::string_view("-a.b"), std::string_view("a-.b"),
        std::string_view("caf\xc3\xa9.example"), std::string_view("a.b\r\nQUIT"),
        std::string_view("[192.0.2.1"), std::string_view("[]"), std::string_view("[1.2 3]"),
        std::string_view(long_label), std::string_view(long_name)}) {
    INFO(wrong);
    CHECK_FALSE(check_helo_name(wrong).ok());
  }
}

TEST_CASE("a mailbox is atoms with dots, an @ and a host name", "[smtp][command]") {
  const std::string longest = std::string(64, 'a') + "@example.net";
  for (const std::string_view right :
       {std::string_view("postmaster@example.net"), std::string_view("a.b+c@example.net"),
        std::string_view("!#$%&'*+-/=?^_`{|}~@example.net"), std::string_view(longest)}) {
    INFO(right);
    CHECK(check_mailbox(right).ok());
  }
  const std::string too_long = std::string(65, 'a') + "@example.net";
  for (const std::string_view wrong :
       {std::string_view("postmaster"), std::string_view("@example.net"), std::string_view("a@"),
        std::string_view(".a@example.net"), std::string_view("a.@example.net"),
        std::string_view("a..b@example.net"), std::string_view("\"a b\"@example.net"),
        std::string_view("a b@example.net"), std::string_view("a>@example.net"),
        std::string_view("a@b@example.net"), std::string_view("a@localhost"),
        std::string_view("caf\xc3\xa9@example.net"), std::string_view("a\r\nDATA@example.net"),
        std::string_view(too_long)}) {
    INFO(wrong);
    CHECK_FALSE(check_mailbox(wrong).ok());
  }
}

TEST_CASE("every command is one line, and none sends a message", "[smtp][command]") {
  const Commands commands("scanner.test", {.octets = 1000,
                                           .recipient = "postmaster@mx.test",
                                           .foreign_recipient = "postmaster@elsewhere.test"});
  CHECK(commands[Command::none].empty());
  CHECK(commands[Command::ehlo] == "EHLO scanner.test\r\n");
  CHECK(commands[Command::mail] == "MAIL FROM:<>\r\n");
  CHECK(commands[Command::mail_with_size] == "MAIL FROM:<> SIZE=1000\r\n");
  CHECK(commands[Command::rcpt] == "RCPT TO:<postmaster@mx.test>\r\n");
  CHECK(commands[Command::relay] == "RCPT TO:<postmaster@elsewhere.test>\r\n");
  for (std::size_t i = 1; i < kCommandCount; ++i) {
    const std::string& text = commands[static_cast<Command>(i)];
    INFO(text);
    CHECK(text.find("\r\n") + 2 == text.size());
    CHECK_FALSE(text.starts_with("DATA"));
  }
}

}  // namespace
}  // namespace mxsweep::smtp

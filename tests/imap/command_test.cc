// SPDX-License-Identifier: MIT
#include "mxsweep/imap/command.h"

#include "support/catch.h"

namespace mxsweep::imap {
namespace {

using Pieces = std::vector<std::string>;

Pieces login(std::string_view user, std::string_view password, bool literal_plus) {
  Command command("m1", literal_plus);
  command.word("LOGIN").string(user).string(password);
  return std::move(command).pieces();
}

TEST_CASE("strings are quoted where they can be", "[imap]") {
  CHECK(login("joe", "a \"b\\", false) == Pieces{"m1 LOGIN \"joe\" \"a \\\"b\\\\\"\r\n"});
  CHECK(login("", "{3}", false) == Pieces{"m1 LOGIN \"\" \"{3}\"\r\n"});
}

TEST_CASE("other strings are literals, for which the server is waited for", "[imap]") {
  CHECK(login("joe", "\xc3\xbc", false) == Pieces{"m1 LOGIN \"joe\" {2}\r\n", "\xc3\xbc\r\n"});
  CHECK(login("\xc3\xbc", "x\r\ny", false) ==
        Pieces{"m1 LOGIN {2}\r\n", "\xc3\xbc {4}\r\n", "x\r\ny\r\n"});
  CHECK(login("joe", "\xc3\xbc", true) == Pieces{"m1 LOGIN \"joe\" {2+}\r\n\xc3\xbc\r\n"});
}

TEST_CASE("names of mailboxes are written in the UTF-7 of IMAP", "[imap]") {
  CHECK(mailbox_name("INBOX") == "INBOX");
  CHECK(mailbox_name("Entw\xc3\xbcrfe") == "Entw&APw-rfe");
  CHECK(mailbox_name("this & that") == "this &- that");
  // RFC 3501 section 5.1.3.
  CHECK(mailbox_name("~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e") ==
        "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
  CHECK(mailbox_name("\xf0\x9f\x93\xa7") == "&2D3c5w-");
  CHECK(mailbox_name("no \xff UTF-8") == "no \xff UTF-8");
}

TEST_CASE("a set of messages has commas", "[imap]") {
  CHECK(uid_set({3, 5, 6}) == "3,5,6");
  CHECK(uid_set({}).empty());
}

}  // namespace
}  // namespace mxsweep::imap

// SPDX-License-Identifier: MIT
#include "mxsweep/imap/response.h"

#include <string>
#include <vector>

#include "support/catch.h"
#include "support/guarded_bytes.h"

namespace mxsweep::imap {
namespace {

using Uids = std::vector<std::uint32_t>;

template <typename Read>
auto read_guarded(const std::string& response, Read read) {
  for (std::size_t cut = 0; cut < response.size(); ++cut) {
    const GuardedBytes part(std::string_view(response).substr(0, cut));
    static_cast<void>(read(part.view()));
  }
  return read(response);
}

std::optional<Uids> search(const std::string& response) {
  return read_guarded(response, read_search);
}

TEST_CASE("a search has numbers, or none", "[imap]") {
  CHECK(search("* SEARCH 2 84 882") == Uids{2, 84, 882});
  CHECK(search("* search") == Uids{});
  CHECK(search("* SEARCH ") == Uids{});
  CHECK(search("* SEARCH 2 5 (MODSEQ 917162500)") == Uids{2, 5});
  CHECK_FALSE(search("* SEARCH 2 x"));
  CHECK_FALSE(search("* SEARCH 99999999999"));
  CHECK_FALSE(search("* 2 EXISTS"));
  CHECK_FALSE(search("m1 SEARCH 2"));
}

TEST_CASE("an extended search writes ranges", "[imap]") {
  CHECK(search("* ESEARCH (TAG \"m3\") UID ALL 4:6,9") == Uids{4, 5, 6, 9});
  CHECK(search("* ESEARCH (TAG \"m3\") UID MIN 4 ALL 6:4 COUNT 3") == Uids{4, 5, 6});
  CHECK(search("* ESEARCH (TAG \"m3\") UID") == Uids{});
  CHECK(search("* ESEARCH") == Uids{});
}

TEST_CASE("of an endless search the highest numbers are kept", "[imap]") {
  const std::optional<Uids> range = search("* ESEARCH UID ALL 1:4294967295");
  REQUIRE(range);
  CHECK(range->size() == kUidsMax);
  CHECK(range->back() == 4294967295U);
  std::string listed = "* SEARCH";
  for (std::size_t uid = 1; uid <= kUidsMax + 1; ++uid) listed += " " + std::to_string(uid);
  CHECK(read_search(listed)->front() == 2);
}

TEST_CASE("how many messages there are is told by EXISTS", "[imap]") {
  CHECK(read_guarded("* 23 EXISTS", read_exists) == 23);
  CHECK_FALSE(read_exists("* 23 RECENT"));
  CHECK_FALSE(read_exists("* EXISTS"));
  CHECK_FALSE(read_exists("* 1 FETCH (X \" EXISTS\")"));
}

TEST_CASE("the number of a response code", "[imap]") {
  CHECK(read_code_number("UIDNEXT 4392", "UIDNEXT") == 4392);
  CHECK(read_code_number("uidvalidity 7", "UIDVALIDITY") == 7);
  CHECK_FALSE(read_code_number("UIDNEXT", "UIDNEXT"));
  CHECK_FALSE(read_code_number("UIDNEXTS 5", "UIDNEXT"));
}

TEST_CASE("a mailbox of a list has its uses", "[imap]") {
  const std::string response = R"(* LIST (\HasNoChildren \Junk) "/" "a \"b\"")";
  const auto junk = read_guarded(response, read_list);
  REQUIRE(junk);
  CHECK(junk->attributes == std::vector<std::string_view>{"\\HasNoChildren", "\\Junk"});
  CHECK(junk->name == "a \"b\"");
  CHECK(read_list("* LIST () NIL INBOX")->name == "INBOX");
  CHECK(read_list("* LIST () \".\" {4}\r\na\"()")->name == "a\"()");
  CHECK_FALSE(read_list("* LIST (\\Junk"));
  CHECK_FALSE(read_list("* LSUB () NIL INBOX"));
}

struct Fetched {
  std::uint32_t uid;
  std::optional<std::string> body;
  friend bool operator==(const Fetched&, const Fetched&) = default;
};

std::optional<Fetched> fetch(const std::string& response) {
  const auto message = read_guarded(response, read_fetch);
  if (!message) return std::nullopt;
  return Fetched{message->uid,
                 message->body ? std::optional<std::string>(*message->body) : std::nullopt};
}

TEST_CASE("a fetched message has its number and text, in any order", "[imap]") {
  CHECK(fetch("* 1 FETCH (UID 7 BODY[HEADER] {5}\r\na: b\n)") == Fetched{7, "a: b\n"});
  CHECK(fetch("* 1 FETCH (BODY[HEADER.FIELDS (X-A X-B)]<0> \"q\" UID 7)") == Fetched{7, "q"});
  CHECK(fetch("* 1 FETCH (FLAGS (\\Seen (x \"(\")) UID 7 BODY[] ~{0}\r\n)") == Fetched{7, ""});
  CHECK(fetch("* 1 FETCH (FLAGS () UID 7)") == Fetched{7, std::nullopt});
  CHECK(fetch("* 1 FETCH (UID 7 BODY[] NIL)") == Fetched{7, std::nullopt});
}

TEST_CASE("a response inside a message is text", "[imap]") {
  const std::string text = ")\r\n* 2 FETCH (UID 9 BODY[] {1}\r\nx)\r\nm1 OK done\r\n";
  const std::string response =
      "* 1 FETCH (UID 7 BODY[] {" + std::to_string(text.size()) + "}\r\n" + text + ")";
  CHECK(fetch(response) == Fetched{7, text});
}

TEST_CASE("a message whose size is wrong is none", "[imap]") {
  CHECK_FALSE(fetch("* 1 FETCH (UID 7 BODY[] {9}\r\nabc)"));
  CHECK_FALSE(fetch("* 1 FETCH (UID 7 BODY[] {1}\r\nabc)"));
  CHECK_FALSE(fetch("* 1 FETCH (UID 7 BODY[] {4294967296}\r\nabc)"));
  CHECK_FALSE(fetch("* 1 FETCH (UID 7 BODY[] \"abc)"));
  CHECK_FALSE(fetch("* 1 FETCH (UID 7"));
  CHECK_FALSE(fetch("* 1 FETCH " + std::string(1000, '(')));
}

}  // namespace
}  // namespace mxsweep::imap

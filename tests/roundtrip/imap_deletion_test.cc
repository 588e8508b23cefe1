// SPDX-License-Identifier: MIT
#include <string>

#include "mxsweep/message/token.h"
#include "mxsweep/roundtrip/imap_transaction.h"
#include "probe/transcript.h"
#include "support/catch.h"

namespace mxsweep::roundtrip {
namespace {

constexpr const char* kDeleterKey = "0123456789abcdef";
constexpr std::chrono::sys_seconds kDeleterNow{std::chrono::seconds{1'800'000'000}};
const std::string kDeleterToken = message::write_token(kDeleterKey, {.at = kDeleterNow});
const std::string kOurHeader = "X-Mxsweep-Token: " + kDeleterToken;

MailboxResult delete_in(const std::string& text) {
  const MailboxOrder order{.credentials = {.user = "probe", .secret = Secret("sesame")},
                           .token = kDeleterToken,
                           .key = kDeleterKey,
                           .wall_at_begin = kDeleterNow};
  MailboxResult result;
  for (const std::size_t piece : {100'000U, 1U, 2U, 7U}) {
    CAPTURE(piece);
    result = {};
    const Signals signals;
    ImapTransaction transaction(order, signals, result);
    probe::Plan plan("scanner.test");
    plan.protocol = Protocol::imap;
    plan.transaction = &transaction;
    plan.session_timeout = std::chrono::hours{1};
    probe::Transcript(plan, piece).play(text + R"(
    C: a4 LOGOUT
    S: * BYE
    S: a4 OK
    [close]
    = ok quit none)");
  }
  return result;
}

std::string selected(const std::string& validity = "S: * OK [UIDVALIDITY 5] ok") {
  return R"(
    S: * PREAUTH [CAPABILITY IMAP4rev1 UIDPLUS] welcome
    C: m1 SELECT "INBOX"
    S: * 1 EXISTS
    S: * OK [UIDNEXT 10] ok
)" + validity +
         "\nS: m1 OK done\n";
}

std::string search(const std::string& tag, const std::string& found) {
  return "C: " + tag + " UID SEARCH HEADER X-Mxsweep-Token \"\"\nS: * SEARCH" + found +
         "\nS: " + tag + " OK\n";
}

std::string message_of(int uid, const std::string& header) {
  return "S: * 1 FETCH (UID " + std::to_string(uid) + " BODY[HEADER] {" +
         std::to_string(header.size() + 4) + "}\nS: " + header + "\nS:\nS: )\n";
}

std::string fields(const std::string& tag, const std::string& responses) {
  return "C: " + tag + " UID FETCH 9 (UID BODY.PEEK[HEADER.FIELDS (X-Mxsweep-Token)])\n" +
         responses + "S: " + tag + " OK\n";
}

std::string header(const std::string& responses) {
  return "C: m4 UID FETCH 9 (UID BODY.PEEK[HEADER]<0.262144>)\n" + responses + "S: m4 OK\n";
}

// Seen in both looks.
std::string sighted() {
  return search("m2", " 9") + fields("m3", message_of(9, kOurHeader)) +
         header(message_of(9, kOurHeader)) + search("m5", " 9") +
         fields("m6", message_of(9, kOurHeader));
}

const std::string kMark = "C: m7 UID STORE 9 +FLAGS.SILENT (\\Deleted)\n";

TEST_CASE("what was read is marked and expunged", "[mailbox]") {
  const MailboxResult result =
      delete_in(selected() + sighted() + kMark + "S: m7 OK\nC: m8 UID EXPUNGE 9\nS: m8 OK\n");
  CHECK(result.removed == 1);
  CHECK(result.removed_at);
  CHECK(result.kept.empty());
}

TEST_CASE("a server that does not delete is quoted", "[mailbox]") {
  const MailboxResult marked = delete_in(selected() + sighted() + kMark + "S: m7 NO read-only\n");
  CHECK(marked.kept == "the server does not mark them as deleted: read-only");
  CHECK(marked.fault.empty());
  CHECK(delete_in(selected() + sighted() + kMark + "S: m7 OK\nC: m8 UID EXPUNGE 9\nS: m8 NO no\n")
            .kept == "the server does not remove what is marked as deleted: no");
}

TEST_CASE("without a validity of its numbers nothing is deleted", "[mailbox]") {
  const MailboxResult result = delete_in(selected("") + sighted());
  CHECK(result.seen());
  CHECK(result.removed == 0);
  CHECK(result.kept == "the server does not say how long its numbers are valid");
}

TEST_CASE("a message that another client has moved away was seen all the same", "[mailbox]") {
  const MailboxResult result =
      delete_in(selected() + search("m2", " 9") + fields("m3", message_of(9, kOurHeader)) +
                header("") + search("m5", "") + fields("m6", ""));
  CHECK(result.seen());
  CHECK(result.header.empty());
  CHECK_FALSE(result.header_at);
  CHECK(result.copies == 1);
  CHECK(result.kept == "they are no longer there");
}

TEST_CASE("a message that was not asked for, or has two headers, is not ours", "[mailbox]") {
  for (const std::string& responses :
       {message_of(8, kOurHeader), message_of(9, "X-A: b") + message_of(9, kOurHeader),
        message_of(9, kOurHeader) + message_of(9, "X-A: b"), std::string("S: * 1 FETCH (UID 9)\n"),
        std::string("S: * 1 FETCH (BODY[] \"x\")\n")}) {
    const MailboxResult result =
        delete_in(selected() + search("m2", " 9") + fields("m3", responses) +
                  "[wait 1s]\nC: m4 NOOP\nS: * BYE\n");
    CHECK_FALSE(result.seen());
  }
}

TEST_CASE("a header that changes is believed in neither form", "[mailbox]") {
  const MailboxResult result =
      delete_in(selected() + search("m2", " 9") + fields("m3", message_of(9, kOurHeader)) +
                "C: m4 UID FETCH 9 (UID BODY.PEEK[HEADER]<0.262144>)\n" + message_of(9, "X-A: b"));
  CHECK(result.until == Phase::headers);
  CHECK(result.removed == 0);
  CHECK_FALSE(result.fault.empty());
}

}  // namespace
}  // namespace mxsweep::roundtrip

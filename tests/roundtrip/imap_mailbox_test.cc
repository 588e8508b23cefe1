// SPDX-License-Identifier: MIT
#include <string>
#include <vector>

#include "mxsweep/message/probe_message.h"
#include "mxsweep/message/token.h"
#include "roundtrip/model_visit.h"

namespace mxsweep::roundtrip {
namespace {

constexpr const char* kKey = "a key of sixteen octets or more";
constexpr const char* kOtherKey = "another key of sixteen octets";
constexpr std::chrono::sys_seconds kNow{std::chrono::seconds{1'800'000'000}};
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string token_made(std::chrono::sys_seconds at, std::uint32_t run, const char* key = kKey) {
  return message::write_token(key, {.at = at, .run = run});
}

const std::string kWanted = token_made(kNow, 7);

std::string message_with(const std::string& token) {
  return message::write_probe_message({.from = "probe@example.net",
                                       .to = "probe@example.org",
                                       .subject = "probe " + token,
                                       .token = token,
                                       .at = kNow});
}

MailboxOrder usual_order() {
  return {.credentials = {.user = "probe", .secret = Secret("sesame")},
          .allow_in_clear = true,
          .nonce = "rOprNGfwEbeRWgbNEkqO",
          .token = kWanted,
          .key = kKey,
          .wall_at_begin = kNow};
}

TEST_CASE("a message is seen at the moment when the server tells of it", "[mailbox]") {
  ModelServer server;
  const MailboxOrder order = usual_order();
  ModelVisit visit(server, order);
  visit.begin();
  REQUIRE(visit.result.ready_at);
  visit.wait(seconds{2});
  const Instant told = visit.now + milliseconds{1};
  visit.deliver("INBOX", message_with(kWanted));
  REQUIRE(visit.ended());
  CHECK(visit.result.fault.empty());
  CHECK(visit.result.seen_at == told);
  CHECK(visit.result.notice == Notice::idle);
  CHECK(visit.result.found_by == FoundBy::search);
  CHECK(visit.result.folder == "INBOX");
  CHECK(visit.result.header.find("X-Mxsweep-Token: " + kWanted) != std::string::npos);
  CHECK(visit.result.copies == 1);
  CHECK(visit.result.removed == 1);
  CHECK(visit.result.until == Phase::logout);
  CHECK(visit.result.kept.empty());
  CHECK(server.inbox().messages.empty());
}

TEST_CASE("a server without IDLE is asked, more and more rarely", "[mailbox]") {
  ModelServer server;
  server.capabilities = "IMAP4rev1 UIDPLUS";
  const MailboxOrder order = usual_order();
  ModelVisit visit(server, order);
  visit.begin();
  visit.wait(seconds{9});
  CHECK(std::ranges::count(server.log, 'O') >= 4);
  const Instant before = visit.now;
  visit.deliver("INBOX", message_with(kWanted));
  visit.wait(seconds{6});
  REQUIRE(visit.ended());
  CHECK(visit.result.notice == Notice::poll);
  CHECK(visit.result.seen_at > before);
  CHECK(*visit.result.seen_at < before + seconds{6});
}

TEST_CASE("a message is found even if the server never tells of it", "[mailbox]") {
  ModelServer server;
  server.tells = false;
  const MailboxOrder order = usual_order();
  ModelVisit visit(server, order);
  visit.begin();
  visit.deliver("INBOX", message_with(kWanted));
  visit.wait(kIdleLookEvery + seconds{1});
  REQUIRE(visit.ended());
  CHECK(visit.result.notice == Notice::look);
  CHECK(visit.result.removed == 1);
}

TEST_CASE("a message that was there before is found at once", "[mailbox]") {
  ModelServer server;
  server.inbox().add(message_with(kWanted));
  const MailboxOrder order = usual_order();
  ModelVisit visit(server, order);
  visit.begin();
  REQUIRE(visit.ended());
  CHECK(visit.result.notice == Notice::look);
  CHECK(visit.result.removed == 1);
}

TEST_CASE("headers of new messages are read where a search does not find them", "[mailbox]") {
  for (const bool known : {true, false}) {
    ModelServer server;
    server.search_finds = false;
    server.search_known = known;
    server.inbox().add("Subject: old\r\n\r\n");
    const MailboxOrder order = usual_order();
    ModelVisit visit(server, order);
    visit.begin();
    visit.deliver("INBOX", "Subject: other\r\n\r\n");
    CHECK_FALSE(visit.ended());
    visit.deliver("INBOX", message_with(kWanted));
    REQUIRE(visit.ended());
    CHECK(visit.result.found_by == FoundBy::new_message);
    CHECK(visit.result.notice == Notice::idle);
    CHECK(server.inbox().messages.size() == 2);
    CHECK(visit.result.removed == 1);
  }
}

TEST_CASE("other folders are looked at while the first one is watched", "[mailbox]") {
  ModelServer server;
  server.folders["Spam"] = {.uses = "\\HasNoChildren \\Junk"};
  MailboxOrder order = usual_order();
  order.folders = {"INBOX", "\\Junk", "Entw\xc3\xbcrfe"};
  ModelVisit visit(server, order);
  visit.begin();
  REQUIRE(visit.result.ready_at);
  visit.deliver("Spam", message_with(kWanted));
  visit.wait(kRoundEvery + seconds{1});
  REQUIRE(visit.ended());
  CHECK(visit.result.folder == "\\Junk");
  CHECK(server.folders["Spam"].messages.empty());
  CHECK(server.log.find("SELECT \"Entw&APw-rfe\"\n") != std::string::npos);
  REQUIRE(visit.result.folder_faults.size() == 1);
  CHECK(visit.result.folder_faults[0].folder == "Entw\xc3\xbcrfe");
}

TEST_CASE("the first folder is still watched at once after a look into others", "[mailbox]") {
  ModelServer server;
  server.folders["Spam"] = {.uses = "\\Junk"};
  MailboxOrder order = usual_order();
  order.folders = {"INBOX", "\\Junk"};
  ModelVisit visit(server, order);
  visit.begin();
  visit.wait(seconds{21});
  const Instant told = visit.now + milliseconds{1};
  visit.deliver("INBOX", message_with(kWanted));
  REQUIRE(visit.ended());
  CHECK(visit.result.seen_at == told);
  CHECK(visit.result.notice == Notice::idle);
}

TEST_CASE("no message that is not ours is deleted, however it looks", "[mailbox]") {
  const std::string forged = kWanted.substr(0, 39) + (kWanted.back() == 'a' ? 'b' : 'a');
  const std::string stale_of_others = token_made(kNow - hours{48}, 1, kOtherKey);
  const std::vector<std::string> look_alikes = {
      message_with(forged),
      message_with(token_made(kNow, 7, kOtherKey)),
      message_with(stale_of_others),
      "X-Other-Token: " + kWanted + "\r\nSubject: x\r\n\r\n",
      "Subject: probe " + kWanted + "\r\n\r\nX-Mxsweep-Token: " + kWanted + "\r\n",
      "Subject: x\r\n\r\nX-Mxsweep-Token: " + kWanted + "\r\n",
      "X-Mxsweep-Token: " + kWanted + "\r\nX-Mxsweep-Token: " + kWanted + "\r\n\r\n",
      "X-Mxsweep-Token: " + forged + "\r\nX-Mxsweep-Token: " + kWanted + "\r\n\r\n",
      "X-Mxsweep-Token: x" + kWanted + "\r\n\r\n",
      "X-Mxsweep-Token: " + kWanted + " " + kWanted + "\r\n\r\n",
      "X-Mxsweep-Token:\r\n\r\n",
      // Of another run, and not yet stale: it may still be waited for.
      message_with(token_made(kNow - hours{23}, 8)),
  };
  for (const bool uidplus : {true, false}) {
    for (const bool finds : {true, false}) {
      ModelServer server;
      if (!uidplus) server.capabilities = "IMAP4rev1 IDLE";
      server.search_finds = finds;
      const auto add_all = [&] {
        for (const std::string& text : look_alikes) server.inbox().add(text);
      };
      add_all();
      const MailboxOrder order = usual_order();
      ModelVisit visit(server, order);
      visit.begin();
      add_all();
      const Uids foreign = server.inbox().uids();
      visit.deliver("INBOX", message_with(kWanted));
      REQUIRE(visit.ended());
      CHECK(visit.result.removed == 1);
      CHECK(visit.result.swept == 0);
      CHECK(server.inbox().uids() == foreign);
      CHECK(std::ranges::none_of(server.inbox().messages, &ModelMessage::deleted));
    }
  }
}

TEST_CASE("copies of the message are counted and deleted, and so is what is stale", "[mailbox]") {
  ModelServer server;
  server.inbox().add(message_with(token_made(kNow - hours{25}, 1)));
  server.inbox().add(message_with(token_made(kNow - hours{24 * 365}, 2)));
  const MailboxOrder order = usual_order();
  ModelVisit visit(server, order);
  visit.begin();
  CHECK(visit.result.swept == 2);
  server.inbox().add(message_with(kWanted));
  visit.deliver("INBOX", message_with(kWanted));
  REQUIRE(visit.ended());
  CHECK(visit.result.copies == 2);
  CHECK(visit.result.removed == 2);
  CHECK(server.inbox().messages.empty());
}

TEST_CASE("without UIDPLUS what others have marked as deleted stays", "[mailbox]") {
  for (const bool others : {true, false}) {
    ModelServer server;
    server.capabilities = "IMAP4rev1 IDLE";
    server.inbox().add("Subject: x\r\n\r\n");
    server.inbox().messages[0].deleted = others;
    const MailboxOrder order = usual_order();
    ModelVisit visit(server, order);
    visit.begin();
    visit.deliver("INBOX", message_with(kWanted));
    REQUIRE(visit.ended());
    CHECK(visit.result.removed == (others ? 0 : 1));
    CHECK(visit.result.kept.empty() == !others);
    CHECK(server.inbox().messages.size() == (others ? 2 : 1));
    CHECK((server.log.find("\nEXPUNGE") == std::string::npos) == others);
  }
}

TEST_CASE("a mailbox that is only to be looked at stays as it is", "[mailbox]") {
  ModelServer server;
  server.inbox().add(message_with(token_made(kNow - hours{48}, 1)));
  MailboxOrder order = usual_order();
  order.remove = false;
  ModelVisit visit(server, order);
  visit.begin();
  visit.deliver("INBOX", message_with(kWanted));
  REQUIRE(visit.ended());
  CHECK(visit.result.seen());
  CHECK(server.inbox().messages.size() == 2);
  CHECK(server.log.find("STORE") == std::string::npos);
  CHECK(server.log.find("\nSELECT") == std::string::npos);
}

std::string report_about(const std::string& token, const std::string& action) {
  return "Return-Path: <>\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
         "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
         "Action: " +
         action + "\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no\r\n\r\n--b\r\n\r\n" +
         message_with(token);
}

TEST_CASE("a report of non-delivery ends the wait, and is left where it is", "[mailbox]") {
  ModelServer server;
  MailboxOrder order = usual_order();
  order.reports = true;
  ModelVisit visit(server, order);
  visit.begin();
  visit.deliver("INBOX", report_about(token_made(kNow, 9), "failed"));
  visit.deliver("INBOX", report_about(token_made(kNow, 7, kOtherKey), "failed"));
  CHECK_FALSE(visit.result.report);
  visit.deliver("INBOX", report_about(kWanted, "delayed"));
  CHECK_FALSE(visit.ended());
  CHECK(visit.result.report == NonDelivery{false, "5.1.1", "smtp; 550 no"});
  visit.deliver("INBOX", report_about(kWanted, "failed"));
  REQUIRE(visit.ended());
  CHECK(visit.result.report == NonDelivery{true, "5.1.1", "smtp; 550 no"});
  CHECK_FALSE(visit.result.seen());
  CHECK(server.inbox().messages.size() == 4);
}

TEST_CASE("the wait ends when its caller says so", "[mailbox]") {
  ModelServer server;
  const MailboxOrder order = usual_order();
  ModelVisit visit(server, order);
  visit.begin();
  visit.wait(seconds{3});
  visit.signals.stop = true;
  visit.wait(kSignalsEvery + milliseconds{10});
  REQUIRE(visit.ended());
  CHECK(visit.result.stopped);
  CHECK(visit.result.fault.empty());
  CHECK(server.log.ends_with("IDLE\nLOGOUT\n"));
}

TEST_CASE("at its last moment every folder is looked at once more", "[mailbox]") {
  ModelServer server;
  server.tells = false;
  server.folders["Spam"] = {.uses = "\\Junk"};
  MailboxOrder order = usual_order();
  order.folders = {"INBOX", "\\Junk"};
  ModelVisit visit(server, order);
  visit.begin();
  visit.signals.until = visit.now + seconds{1};
  SECTION("and nothing is there") {
    visit.wait(seconds{2});
    REQUIRE(visit.ended());
    CHECK_FALSE(visit.result.seen());
    CHECK_FALSE(visit.result.stopped);
    CHECK(visit.result.until == Phase::wait);
    CHECK(visit.result.fault.empty());
  }
  SECTION("and the message is there") {
    visit.deliver("Spam", message_with(kWanted));
    visit.wait(seconds{2});
    REQUIRE(visit.ended());
    CHECK(visit.result.folder == "\\Junk");
  }
}

TEST_CASE("a message that comes while others are dealt with is noticed", "[mailbox]") {
  ModelServer server;
  const MailboxOrder order = usual_order();
  ModelVisit visit(server, order);
  visit.begin();
  for (int i = 0; i < 20; ++i) visit.deliver("INBOX", "Subject: other\r\n\r\n");
  visit.deliver("INBOX", message_with(kWanted));
  REQUIRE(visit.ended());
  CHECK(visit.result.notice == Notice::idle);
}

TEST_CASE("a mailbox where messages never cease to come does not put off the end", "[mailbox]") {
  ModelServer server;
  server.folders["Spam"] = {.uses = "\\Junk"};
  MailboxOrder order = usual_order();
  order.folders = {"INBOX", "\\Junk"};
  ModelVisit visit(server, order);
  visit.begin();
  visit.signals.until = visit.now + seconds{30};
  server.after_answer = [] { return "* 3 EXISTS\r\n"; };
  SECTION("nor a look into other folders") {
    server.folders["Spam"].add(message_with(kWanted));
    visit.deliver("INBOX", "Subject: other\r\n\r\n");
    CHECK(visit.result.folder == "\\Junk");
  }
  SECTION("when nothing is there") {
    visit.deliver("INBOX", "Subject: other\r\n\r\n");
    CHECK_FALSE(visit.result.seen());
  }
  CHECK(visit.ended());
  CHECK(visit.now < visit.signals.until + seconds{1});
}

TEST_CASE("messages under numbers that are no longer valid are not deleted", "[mailbox]") {
  ModelServer server;
  const MailboxOrder order = usual_order();
  ModelVisit visit(server, order);
  visit.begin();
  visit.receive("* OK [UIDVALIDITY 6] renumbered\r\n");
  CHECK(visit.result.fault == "the server has renumbered the messages");
  CHECK(server.log.find("STORE") == std::string::npos);
}

TEST_CASE("a folder that must be there, and is not, is a fault", "[mailbox]") {
  ModelServer server;
  MailboxOrder order = usual_order();
  order.folders = {"\\Junk"};
  SECTION("by its use") {}
  SECTION("by its name") { order.folders = {"Probes"}; }
  ModelVisit visit(server, order);
  visit.begin();
  REQUIRE(visit.ended());
  CHECK(visit.result.until == Phase::select);
  CHECK_FALSE(visit.result.fault.empty());
}

}  // namespace
}  // namespace mxsweep::roundtrip

// SPDX-License-Identifier: MIT
#include "mxsweep/message/probe_message.h"

#include <string>

#include "mxsweep/message/headers.h"
#include "mxsweep/message/mail_data.h"
#include "support/catch.h"

namespace mxsweep::message {
namespace {

using namespace std::string_literals;

ProbeMessage sample() {
  return {.from = "probe@example.net",
          .to = "probe+x@example.org",
          .subject = "probe t0ken",
          .token = "t0ken",
          .at = std::chrono::sys_seconds{std::chrono::seconds{1'795'772'405}}};
}

std::string data_of(std::string_view message) {
  const Result<std::string> data = mail_data(message);
  return data.ok() ? *data : data.status().sentence();
}

}  // namespace

TEST_CASE("the message is one that nothing answers", "[message][probe]") {
  const std::string text = write_probe_message(sample());
  CHECK(text.substr(0, text.find("\r\n\r\n")) ==
        "Date: Fri, 27 Nov 2026 09:40:05 +0000\r\n"
        "From: <probe@example.net>\r\n"
        "To: <probe+x@example.org>\r\n"
        "Subject: probe t0ken\r\n"
        "Message-ID: <t0ken@example.net>\r\n"
        "X-Mxsweep-Token: t0ken\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "X-Auto-Response-Suppress: All\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n"
        "Content-Transfer-Encoding: 7bit");
  CHECK(read_headers(text).find(kTokenHeader)->value == "t0ken");
}

TEST_CASE("the message has the size that was asked for", "[message][probe]") {
  ProbeMessage message = sample();
  message.octets = 0;
  const std::uint64_t least = write_probe_message(message).size();
  for (std::uint64_t octets = least; octets < least + 300; ++octets) {
    message.octets = octets;
    const std::string text = write_probe_message(message);
    CHECK(text.size() == octets + (octets == least + 1 ? 1 : 0));
    CHECK(text.ends_with("\r\n"));
    const Result<std::string> data = mail_data(text);
    REQUIRE(data.ok());
    CHECK(*data == text + ".\r\n");
  }
  message.octets = 1'000'000;
  CHECK(write_probe_message(message).size() == 1'000'000);
}

TEST_CASE("nothing can be added to the headers", "[message][probe]") {
  ProbeMessage message = sample();
  CHECK(check_probe_message(message).ok());
  message.subject = "probe\r\nBcc: anna@example.org";
  CHECK(check_probe_message(message).sentence() ==
        "the subject has a character that is not printable ASCII");
  message.subject = std::string(201, 'x');
  CHECK(check_probe_message(message).sentence() == "the subject is too long");
  for (const std::string& address : {"a@b\r\nX: y"s, "a b@c"s, "<a@b>"s, "a@b,c@d"s, "a"s, "@b"s,
                                     "a@"s, ""s, std::string(255, 'a') + "@b", "\xc3\xa4@b"s}) {
    message = sample();
    message.from = address;
    CHECK(check_probe_message(message).sentence() ==
          "from is not an address of the form user@example.org");
    message = sample();
    message.to = address;
    CHECK(check_probe_message(message).sentence() ==
          "to is not an address of the form user@example.org");
  }
  message = sample();
  message.octets = kMessageOctetsMax + 1;
  CHECK(check_probe_message(message).sentence() == "the message is too large");
}

TEST_CASE("dots at the start of a line are doubled", "[message][data]") {
  CHECK(data_of("a\r\n.\r\nb\r\n") == "a\r\n..\r\nb\r\n.\r\n");
  CHECK(data_of(".") == "..\r\n.\r\n");
  CHECK(data_of("a.\r\n..b") == "a.\r\n...b\r\n.\r\n");
  CHECK(data_of("") == ".\r\n");
}

TEST_CASE("lines may end in LF alone", "[message][data]") {
  CHECK(data_of("a\nb\n\n") == "a\r\nb\r\n\r\n.\r\n");
  CHECK(data_of("a\n.\n") == "a\r\n..\r\n.\r\n");
}

TEST_CASE("what servers understand differently is not sent", "[message][data]") {
  CHECK(data_of("a\nb\rc\n") == "line 2 of the message has a CR that is not part of a line end");
  CHECK(data_of("a\r") == "line 1 of the message has a CR that is not part of a line end");
  CHECK(data_of("a\r\r\n") == "line 1 of the message has a CR that is not part of a line end");
  CHECK(data_of("a\0"s) == "line 1 of the message has a NUL");
  CHECK(data_of(std::string(998, 'a') + "\r\n") == std::string(998, 'a') + "\r\n.\r\n");
  CHECK(data_of(std::string(999, 'a')) == "line 1 of the message has more than 998 octets");
}

}  // namespace mxsweep::message

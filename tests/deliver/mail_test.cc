// SPDX-License-Identifier: MIT
#include "deliver/mail.h"

#include <sstream>

#include "deliver/sample.h"
#include "support/catch.h"

namespace mxsweep::deliver {
namespace {

watch::Channel mail_channel() {
  watch::Channel channel;
  channel.name = "ops-mail";
  channel.kind = "mail";
  channel.to = {"ops@example.net", "Jörg Äger <joerg@example.org>"};
  channel.from = "Mail watch <watch@example.net>";
  return channel;
}

std::string mail_of(const watch::Message& message) {
  return make_mail(mail_channel(), message, "probe.example.net", kNow);
}

std::vector<std::string> header_of(const std::string& mail) {
  std::vector<std::string> lines;
  std::istringstream stream(mail.substr(0, mail.find("\r\n\r\n") + 2));
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST_CASE("an opening is a complete message") {
  CHECK(mail_of(sample_message()) ==
        "Date: Thu, 26 Nov 2026 10:05:07 +0000\r\n"
        "From: Mail watch <watch@example.net>\r\n"
        "To: ops@example.net,\r\n"
        " =?utf-8?B?SsO2cmcgw4RnZXI=?= <joerg@example.org>\r\n"
        "Subject: [DOWN] 400 hosts in 192.0.2.0/24: connect timeout (since 10:02 UTC)\r\n"
        "Message-ID: <42.3.opening@probe.example.net>\r\n"
        "In-Reply-To: <42@probe.example.net>\r\n"
        "References: <42@probe.example.net>\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "Importance: high\r\n"
        "X-Mxsweep-Incident: 42\r\n"
        "X-Mxsweep-Severity: critical\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "400 of 412 hosts in 192.0.2.0/24 are down: connect timeout.\r\n"
        "\r\n"
        "- mx1.example.net\r\n");
}

TEST_CASE("the closing is in the thread of the opening, under an id of its own") {
  const std::string mail = mail_of(sample_message(watch::MessageKind::closing));
  CHECK(mail.find("Message-ID: <42.3.closing@probe.example.net>\r\n") != std::string::npos);
  CHECK(mail.find("References: <42@probe.example.net>\r\n") != std::string::npos);
  CHECK(mail.find("Importance") == std::string::npos);
}

TEST_CASE("no subject splits the header") {
  for (const std::string& subject :
       {std::string("a\r\nBcc: all@example.net"), std::string("a\n\nbody"), std::string("   "),
        std::string("=?utf-8?Q?=0D=0ABcc:_x?="), std::string("\x1b[31m"), std::string("\xff\xfe"),
        std::string(4096, 'x'), std::string(4096, ' '), "grüße " + std::string(500, '"')}) {
    watch::Message message = sample_message();
    message.subject = subject;
    std::size_t lines = 0;
    for (const std::string& line : header_of(mail_of(message))) {
      INFO(line);
      CHECK(line.size() <= 79);  // With its CR.
      CHECK(line.ends_with('\r'));
      if (!line.starts_with(' ')) {
        ++lines;
        CHECK(line.find(": ") != std::string::npos);
      } else {
        CHECK(line.find_first_not_of(" \r") != std::string::npos);
      }
      CHECK_FALSE(line.starts_with("Bcc"));
    }
    CHECK(lines == 14);
  }
}

TEST_CASE("a subject beyond ASCII is encoded in words that end between characters") {
  watch::Message message = sample_message();
  message.subject = "Störung: " + std::string("äöüäöüäöüäöüäöüäöüäöüäöü");
  const std::string mail = mail_of(message);
  const std::string first = "U3TDtnJ1bmc6IMOkw7bDvMOkw7bDvMOkw7bDvMOkw7bDvMOkw7bDvMOk";
  CHECK(mail.find("Subject: =?utf-8?B?" + first + "?=\r\n =?utf-8?B?") != std::string::npos);
}

TEST_CASE("the body is quoted-printable: no line is long, ends in a blank or begins with a dot") {
  watch::Message message = sample_message();
  message.body = ".\nFrom here\n" + std::string(200, '=') + "\nü blank \n\x1b[0m";
  const std::string mail = mail_of(message);
  const std::string body = mail.substr(mail.find("\r\n\r\n") + 4);
  CHECK(body.starts_with("=2E\r\n=46rom here\r\n=3D"));
  CHECK(body.ends_with("\r\n=C3=BC blank=20\r\n\\u001b[0m\r\n"));
  std::istringstream stream(body);
  for (std::string line; std::getline(stream, line);) CHECK(line.size() <= 77);
}

TEST_CASE("an address is read with or without a name") {
  CHECK(address_of("ops@example.net") == "ops@example.net");
  CHECK(address_of("Operations <ops@example.net>") == "ops@example.net");
  CHECK(address_of("jörg@example.net") == "jörg@example.net");
  CHECK(address_of("ops").empty());
  CHECK(address_of("@example.net").empty());
  CHECK(address_of("ops@").empty());
  CHECK(address_of("a b@example.net").empty());
  CHECK(address_of("ops@example.net>\r\nRCPT TO:<x@y").empty());
  CHECK(domain_of("ops@example.net") == "example.net");
  CHECK(sender_of(watch::Channel{}, "probe.example.net") == "mxsweep@probe.example.net");
}

}  // namespace
}  // namespace mxsweep::deliver

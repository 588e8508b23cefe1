// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/usual_script.h"

#include "support/catch.h"

namespace mxsweep::roundtrip {

TEST_CASE("the usual script sends, fetches and deletes", "[roundtrip][script]") {
  const Script script =
      usual_script({.from = "probe@example.net",
                    .to = "probe@example.org",
                    .server = {Service::smtp, "mail.example.net", 587},
                    .secret_file = "/etc/mxsweep/rt.toml",
                    .mailbox = Endpoint{Service::imaps, "imap.example.org", 993}});
  CHECK(write_script(script) == R"([[check]]
kind = "script"
name = "roundtrip"
deadline = "300s"
secret_file = "/etc/mxsweep/rt.toml"

[[check.step]]
connect = "smtp://mail.example.net:587"

[[check.step]]
ehlo = true
want = ["STARTTLS"]

[[check.step]]
starttls = { verify = true }

[[check.step]]
auth = { user = "${user}" }

[[check.step]]
mail_from = "probe@example.net"

[[check.step]]
rcpt_to = "probe@example.org"

[[check.step]]
data = { subject = "probe ${token}", octets = 2000 }

[[check.step]]
quit = true

[[check.step]]
fetch = "imaps://imap.example.org:993"
folder = ["INBOX", "\\Junk"]
want_folder = "INBOX"
within = "180s"

[[check.step]]
delete = true
always = true
)");
}

TEST_CASE("the usual script leaves out what is not wanted", "[roundtrip][script]") {
  Usual usual{.server = {Service::smtps, "2001:db8::1", 465}, .authenticate = false};
  Script script = usual_script(usual);
  REQUIRE(script.steps.size() == 6);
  CHECK(key_of(script.steps[1].action) == "ehlo");
  CHECK(std::get<Ehlo>(script.steps[1].action).want.empty());
  CHECK(key_of(script.steps[2].action) == "mail_from");
  CHECK(to_string(usual.server) == "smtps://[2001:db8::1]:465");
  usual.mailbox = Endpoint{Service::pop3s, "pop.example.org", 995};
  script = usual_script(usual);
  CHECK(std::get<Fetch>(script.steps[6].action).folders.empty());
}

}  // namespace mxsweep::roundtrip

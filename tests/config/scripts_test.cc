// SPDX-License-Identifier: MIT
#include "mxsweep/config/scripts.h"

#include <string>
#include <string_view>
#include <variant>

#include "mxsweep/roundtrip/usual_script.h"
#include "support/catch.h"

namespace mxsweep::config {
namespace {

using namespace roundtrip;

constexpr std::string_view kWhole = R"toml(
[[check]]
kind = "script"
name = "full-path"
deadline = "5m"
secret_file = "/etc/mxsweep/rt.toml"
authserv_id = "mx.example.org"
[[check.step]]
connect = "submission.example.net:587"
expect = 220
[[check.step]]
ehlo = true
want = ["STARTTLS", "SIZE>=10485760"]
[[check.step]]
starttls = { verify = true, days_left = 14 }
[[check.step]]
auth = { mechanism = "SCRAM-SHA-256", user = "${user}" }
[[check.step]]
mail_from = "probe@example.net"
[[check.step]]
rcpt_to = "nobody-${token}@example.org"
expect = [550, "5.1.1"]
name = "unknown user is refused"
[[check.step]]
rcpt_to = "probe+${token}@example.org"
expect = 250
within = "2s"
[[check.step]]
data = { subject = "probe ${token}", octets = 2000 }
expect = "2xx"
capture = { queue_id = 'queued as (\S+)' }
[[check.step]]
send = "NOOP ${queue_id}"
expect = [250, 251, "2xx", '(?i)"ok"']
[[check.step]]
quit = true
[[check.step]]
fetch = "imaps://imap.example.org"
folder = ["INBOX", "\\Junk"]
within = "3m"
want_folder = "INBOX"
[[check.step]]
header = { "Authentication-Results" = 'dkim=pass .*d=example\.net', "Received[1]" = 'ESMTPS' }
[[check.step]]
hops = { max = 5, each = "60s" }
[[check.step]]
delete = true
always = true
)toml";

Script only(std::string_view text) {
  const ConfiguredScripts read = read_scripts({"rt.toml", std::string(text)});
  for (const Problem& problem : read.problems) UNSCOPED_INFO(problem.text());
  REQUIRE(read.scripts);
  REQUIRE(read.scripts->size() == 1);
  return read.scripts->front();
}

// The problems of a script with these steps, one a line.
std::string problems_of_steps(std::string_view steps) {
  std::string before = "[[check]]\nname = \"a\"\n[[check.step]]\nconnect = \"a.test\"\n";
  const bool of_message =
      steps.starts_with("header") || steps.starts_with("hops") || steps.starts_with("delete");
  const bool of_mailbox = of_message || steps.starts_with("fetch");
  if (of_mailbox) before += "[[check.step]]\ndata = {}\n";
  if (of_message) before += "[[check.step]]\nfetch = \"imap://a.test\"\n";
  before += "[[check.step]]\n";
  std::string all;
  for (const Problem& problem : read_scripts({"f", before + std::string(steps)}).problems) {
    all += problem.sentence + "\n";
  }
  if (!all.empty()) all.pop_back();
  return all;
}

std::string problems_of(std::string_view text) {
  std::string all;
  for (const Problem& problem : read_scripts({"f", std::string(text)}).problems) {
    all += problem.text() + "\n";
  }
  return all;
}

}  // namespace

TEST_CASE("a script has all kinds of steps", "[config][scripts]") {
  const Script script = only(kWhole);
  CHECK(script.name == "full-path");
  CHECK(script.deadline == std::chrono::minutes{5});
  REQUIRE(script.steps.size() == 14);
  CHECK(std::get<Connect>(script.steps[0].action).endpoint ==
        Endpoint{Service::smtp, "submission.example.net", 587});
  CHECK(script.steps[0].expect.codes == std::vector<std::uint16_t>{220});
  CHECK(std::get<Ehlo>(script.steps[1].action).want.size() == 2);
  CHECK(std::get<StartTls>(script.steps[2].action).days_left == 14);
  CHECK(std::get<Authenticate>(script.steps[3].action).mechanism == sasl::Mechanism::scram_sha_256);
  CHECK(script.steps[5].expect.enhanced == std::vector<smtp::EnhancedCode>{{5, 1, 1}});
  CHECK(script.steps[5].name == "unknown user is refused");
  CHECK(script.steps[6].within == std::chrono::seconds{2});
  CHECK(script.steps[7].captures == std::vector<Capture>{{"queue_id", "queued as (\\S+)"}});
  CHECK(std::get<Send>(script.steps[8].action).line == "NOOP ${queue_id}");
  CHECK(std::get<Fetch>(script.steps[10].action).endpoint.port == 993);
  CHECK(std::get<HeaderCheck>(script.steps[11].action).patterns[1] ==
        HeaderPattern{"Received", 1, "ESMTPS"});
  CHECK(std::get<HopsCheck>(script.steps[12].action).each == std::chrono::seconds{60});
  CHECK(script.steps[13].always);
}

TEST_CASE("a script that is written is read as the same", "[config][scripts]") {
  const Script script = only(kWhole);
  CHECK(only(write_script(script)) == script);
  for (const Service service : {Service::smtp, Service::smtps}) {
    for (const Service mailbox : {Service::imap, Service::imaps, Service::pop3, Service::pop3s}) {
      Usual usual{.from = "probe@example.net",
                  .to = "probe+${token}@example.org",
                  .server = {service, "mail.example.net", 2587},
                  .mechanism = sasl::Mechanism::xoauth2,
                  .secret_file = "a \"b\" \\c",
                  .mailbox = Endpoint{mailbox, "2001:db8::1", port_of(mailbox)},
                  .within = std::chrono::milliseconds{1500}};
      CHECK(only(write_script(usual_script(usual))) == usual_script(usual));
      usual.mailbox.reset();
      usual.authenticate = usual.starttls = false;
      CHECK(only(write_script(usual_script(usual))) == usual_script(usual));
    }
  }
}

TEST_CASE("steps stand where they can be run", "[config][scripts]") {
  CHECK(problems_of_steps("mail_from = \"\"\n[[check.step]]\nstarttls = {}") ==
        "starttls must stand directly behind connect");
  CHECK(problems_of_steps("fetch = \"imap://a.test\"\n[[check.step]]\nfetch = \"pop3://a.test\"") ==
        "fetch: a check has one mailbox");
  CHECK(problems_of_steps("delete = true\n[[check.step]]\nquit = true") ==
        "quit must stand before fetch");
}

TEST_CASE("a mailbox is looked at for a message", "[config][scripts]") {
  CHECK(problems_of_steps("quit = true\n[[check.step]]\nfetch = \"imap://a.test\"") ==
        "fetch needs a step with data before it");
}

TEST_CASE("passwords go to servers that are verified, unless a script says otherwise",
          "[config][scripts]") {
  const Script script = only(R"toml([[check]]
name = "a"
[[check.step]]
connect = "smtps://a.test"
verify = false
[[check.step]]
auth = { in_clear = true }
[[check.step]]
data = {}
[[check.step]]
fetch = "imap://a.test"
user = "other"
verify = false
in_clear = true
)toml");
  CHECK_FALSE(std::get<Connect>(script.steps[0].action).verify);
  CHECK(std::get<Authenticate>(script.steps[1].action).in_clear);
  CHECK(std::get<Fetch>(script.steps[3].action).user == "other");
  CHECK_FALSE(std::get<Fetch>(script.steps[3].action).verify);
  CHECK(std::get<Fetch>(script.steps[3].action).in_clear);
  CHECK(only(write_script(script)) == script);
  CHECK(problems_of_steps("ehlo = true\nverify = false") == "verify goes with connect and fetch");
  CHECK(problems_of_steps("connect = \"a.test\"\nverify = false") ==
        "verify goes with smtps here; starttls has its own");
}

TEST_CASE("a message goes to no domain that a server has chosen", "[config][scripts]") {
  CHECK(problems_of_steps("rcpt_to = \"a@${user}.test\"") ==
        "rcpt_to: the domain must be written here, not be a variable");
}

TEST_CASE("a step has one action", "[config][scripts]") {
  CHECK(problems_of_steps("ehlo = true\nquit = true") ==
        "a step has one action: ehlo and quit are two");
  CHECK(problems_of_steps("name = \"x\"") ==
        "the step has no action: connect, ehlo, starttls, auth, mail_from, rcpt_to, data, send, "
        "quit, fetch, header, hops or delete");
  CHECK(problems_of_steps("quit = false") == "quit = false is no step: leave it out");
  CHECK(problems_of_steps("ehlo = 1") == "ehlo must be true or false");
  CHECK(problems_of_steps("rcpt = \"a@b.test\"\nquit = true") ==
        "unknown key 'rcpt', do you mean 'rcpt_to'?");
}

TEST_CASE("keys belong to their actions", "[config][scripts]") {
  CHECK(problems_of_steps("quit = true\nwant = \"SIZE\"") == "want goes with ehlo");
  CHECK(problems_of_steps("quit = true\nfolder = \"INBOX\"") == "folder goes with fetch");
  CHECK(problems_of_steps("hops = { max = 1 }\nexpect = 250") ==
        "expect goes with actions that have a reply");
  CHECK(problems_of("[[check]]\nname = \"a\"\n[[check.step]]\nquit = true\n[[check.step]]\n"
                    "delete = true\n") ==
        "f:4:8: quit needs a step with connect before it\n"
        "f:6:10: delete needs a step with fetch before it\n");
}

TEST_CASE("what a server can be is said", "[config][scripts]") {
  CHECK(problems_of_steps("connect = \"imap://a.test\"") ==
        "connect: 'imap://a.test' is not a server: write smtp://mail.example.org:587 or "
        "smtps://mail.example.org");
  CHECK(problems_of_steps("fetch = \"a.test\"") ==
        "fetch: 'a.test' is not a server: write imaps://imap.example.org or "
        "pop3s://pop.example.org");
  CHECK(problems_of_steps("fetch = \"imap://a.test:0\"").starts_with("fetch: 'imap://a.test:0'"));
  CHECK(problems_of_steps("fetch = 1") == "fetch must be a text");
  CHECK(problems_of_steps("fetch = \"\"").starts_with("fetch: '' is not a server"));
  CHECK(problems_of_steps("fetch = \"pop3://a.test\"\nfolder = \"INBOX\"") ==
        "folder: a mailbox of POP3 has no folders");
  CHECK(problems_of_steps("fetch = \"imap://a.test\"\nfolder = \"A\"\nwant_folder = \"B\"") ==
        "want_folder must be one of those of folder");
  CHECK(problems_of_steps("fetch = \"imap://a.test\"\nfolder = [1]") ==
        "folder must be a text or an array of texts such as \"INBOX\"");
}

TEST_CASE("texts have only known variables, and never the password", "[config][scripts]") {
  CHECK(problems_of_steps("send = \"X ${tokem}\"") ==
        "send: there is no variable 'tokem' here, do you mean 'token'?");
  CHECK(problems_of_steps("send = \"X ${password}\"") ==
        "send: only auth sends the password, and needs no variable for it");
  CHECK(problems_of_steps("send = \"X ${token\"") ==
        "send: '${' begins the name of a variable, ${token}");
  CHECK(problems_of_steps("send = \"X\"\ncapture = { a = \"(x)\" }\n[[check.step]]\n"
                          "send = \"Y ${a}\"\ncapture = { a = \"x\" }") ==
        "capture: 'a' is a variable already");
  CHECK(problems_of_steps("send = \"Y ${a}\"\ncapture = { a = \"x\" }") ==
        "send: there is no variable 'a' here");
  CHECK(problems_of_steps("send = \"X\"\ncapture = { password = \"x\" }") ==
        "capture: 'password' is not a name of letters, digits and '_'");
}

TEST_CASE("commands and addresses are of one line", "[config][scripts]") {
  CHECK(problems_of_steps("send = \"RSET\\r\\nQUIT\"") == "send has a control character");
  CHECK(problems_of_steps("send = \"\"") == "send is empty");
  CHECK(problems_of_steps("send = \"data\"") == "send: data has a step of its own");
  CHECK(problems_of_steps("send = \"" + std::string(501, 'x') + "\"") == "send is too long");
  CHECK(problems_of_steps("rcpt_to = \"\"") == "rcpt_to is empty");
  CHECK(problems_of_steps("mail_from = \"\"").empty());
  CHECK(problems_of_steps("rcpt_to = \"a b@c.test\"").starts_with("rcpt_to: "));
  CHECK(problems_of_steps("data = { subject = \"\xc3\xa4\" }") ==
        "subject: the subject has a character that is not printable ASCII");
  CHECK(problems_of_steps("data = { file = \"a\", octets = 1 }") ==
        "file: the file has the whole message, with its subject and size");
  CHECK(problems_of_steps("data = { octets = 10000001 }") ==
        "octets must be from 0 to 10000000, not 10000001");
}

TEST_CASE("expectations and patterns are checked", "[config][scripts]") {
  CHECK(problems_of_steps("quit = true\nexpect = 199") ==
        "expect: write a code such as 250, or a text such as \"2xx\"");
  CHECK(problems_of_steps("quit = true\nexpect = []") == "expect is empty");
  CHECK(problems_of_steps("quit = true\nexpect = [\"\", \"(\"]") ==
        "expect: write a code such as 250, or a text such as \"2xx\"\n"
        "expect: not a pattern: missing ): (");
  CHECK(problems_of_steps("header = { Subject = \"(\" }") ==
        "header: 'Subject': not a pattern: missing ): (");
  CHECK(problems_of_steps("header = {}") == "header must be a table of patterns");
  CHECK(problems_of_steps("header = { \"A[x]\" = \"b\" }") ==
        "header: 'A[x]' is not the name of a header, such as \"Subject\" or \"Received[0]\"");
  CHECK(problems_of_steps("header = { \"A[0]\" = \"b\", A = \"c\" }") ==
        "header: 'A' stands twice");
  CHECK(problems_of_steps("header = { Authentication-Results = \"b\" }") ==
        "header: anybody can add Authentication-Results: name the server that is believed, as "
        "authserv_id of the check");
  CHECK(problems_of_steps("ehlo = true\nwant = [\"SIZE>=\", 1]") ==
        "want: not an extension: write \"STARTTLS\", \"AUTH PLAIN\" or \"SIZE>=10485760\"\n"
        "want: must be a text");
  CHECK(problems_of_steps("auth = { mechanism = \"CRAM-MD5\" }") ==
        "mechanism: 'CRAM-MD5' is not PLAIN, LOGIN, SCRAM-SHA-256, XOAUTH2 or OAUTHBEARER");
}

TEST_CASE("what is wrong with the form of a file is said in one line", "[config][scripts]") {
  CHECK(problems_of("a = tru\nb = 1\n").find("tru?") != std::string::npos);
}

TEST_CASE("a file of scripts has checks with names and steps", "[config][scripts]") {
  CHECK(problems_of("") == "f: there is no [[check]]: nothing would be done\n");
  CHECK(problems_of("[[chek]]\n") == "f:1:3: unknown section 'chek', do you mean 'check'?\n");
  CHECK(problems_of("[check]\n") == "f:1:1: this section is written [[check]]\n");
  CHECK(problems_of("[[check]]\nkind = \"dns\"\n").find("kind must be script, not 'dns'") !=
        std::string::npos);
  CHECK(problems_of("[[check]]\n").find("name is missing") != std::string::npos);
  CHECK(problems_of("[[check]]\nname = \"\"\n").find("name is empty") != std::string::npos);
  CHECK(problems_of("[[check]]\n").find("step is missing") != std::string::npos);
  const std::string one = "[[check]]\nname = \"a\"\n[[check.step]]\nconnect = \"a.test\"\n";
  CHECK(problems_of(one).empty());
  CHECK(problems_of(one + one) == "f:5:1: there are two checks of the name 'a'\n");
  std::string many = one;
  for (int i = 0; i < 100; ++i) many += "[[check.step]]\nquit = true\n";
  CHECK(problems_of(many).find("there are more than 100 steps") != std::string::npos);
}

}  // namespace mxsweep::config

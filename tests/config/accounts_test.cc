// SPDX-License-Identifier: MIT
#include "mxsweep/config/accounts.h"

#include <string>

#include "config/read.h"
#include "mxsweep/config/sections.h"
#include "support/catch.h"

namespace mxsweep::config {
namespace {

const Room kRoom{{{"rt.key", "0123456789abcdef\n"}}, {{"RT", "sesame"}}};

ConfiguredAccounts read_accounts_of(const std::string& text) {
  return read_accounts({"rt.toml", text}, kRoom.surroundings());
}

std::string problems_of_accounts(const std::string& text) {
  std::string all;
  for (const Problem& problem : read_accounts_of(text).problems) all += problem.text() + "\n";
  return all;
}

}  // namespace

TEST_CASE("accounts have a user and a secret for each end", "[config][accounts]") {
  const auto read = read_accounts_of(R"(
[send]
user = "probe@example.net"
password = "${RT}"
[fetch]
user = "box@example.org"
token_command = ["oauth-token", "box"]
[message]
key_file = "rt.key"
)");
  REQUIRE(read.accounts);
  CHECK(read.accounts->send.user == "probe@example.net");
  CHECK(read.accounts->send.secret.reveal() == "sesame");
  CHECK_FALSE(read.accounts->send.token);
  CHECK(read.accounts->fetch.command == std::vector<std::string>{"oauth-token", "box"});
  CHECK(read.accounts->fetch.token);
  CHECK(read.accounts->key.reveal() == "0123456789abcdef");
}

TEST_CASE("without a reader of its own, the sender looks into the mailbox", "[config][accounts]") {
  const auto read = read_accounts_of("[send]\nuser = \"a\"\ntoken = \"t\"\n");
  REQUIRE(read.accounts);
  CHECK(read.accounts->fetch.user == "a");
  CHECK(read.accounts->fetch.token);
  CHECK(read.accounts->key.empty());
}

TEST_CASE("what is wrong with accounts is said, and no secret with it", "[config][accounts]") {
  CHECK(problems_of_accounts("[sent]\n") ==
        "rt.toml:1:2: unknown section 'sent', do you mean 'send'?\n");
  CHECK(problems_of_accounts("[send]\npassword = \"a\"\ntoken = \"b\"\n") ==
        "rt.toml:3:9: token: a user has one password, token or command\n");
  CHECK(problems_of_accounts("[send]\npassword_file = \"none\"\n") ==
        "rt.toml:2:17: password_file: none: No such file or directory\n");
  CHECK(problems_of_accounts("[message]\nkey = \"secretive\"\n") ==
        "rt.toml:2:7: key: the key has fewer than 16 octets\n");
  CHECK(problems_of_accounts("[send]\nuser = \"a\\nb\"\n").find("control") != std::string::npos);
  CHECK(problems_of_accounts("[send]\nsecret = 1\n").find("unknown key 'secret'") !=
        std::string::npos);
}

TEST_CASE("the page of round trips has every key of scripts and accounts", "[config][accounts]") {
  const std::string page = text_of_file("docs/roundtrip.md");
  for (const auto& of_file : {script_sections, account_sections}) {
    for (const Section& section : of_file()) {
      for (const Key& key : section.keys) {
        CAPTURE(key.name);
        const std::string name(key.name);
        const bool shown = page.find("`" + name + "`") != std::string::npos ||
                           page.find(name + " = ") != std::string::npos ||
                           page.find("." + name + "]]") != std::string::npos;
        CHECK(shown);
      }
    }
  }
}

}  // namespace mxsweep::config

// SPDX-License-Identifier: MIT
#include "mxsweep/trips/recipe.h"

#include <filesystem>
#include <fstream>

#include "mxsweep/trips/trips.h"
#include "support/catch.h"

namespace mxsweep::trips {
namespace {

struct Folder {
  Folder() : path(std::filesystem::temp_directory_path() / "mxsweep-recipe-XXXXXX") {
    std::string name = path.string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void write(const std::string& name, std::string_view text) const {
    std::ofstream(path / name) << text;
  }

  std::filesystem::path path;
};

roundtrip::Script script_with(std::string secret_file) {
  roundtrip::Script script{.name = "path", .secret_file = std::move(secret_file)};
  script.steps.push_back(
      {.action = roundtrip::Connect{{roundtrip::Service::smtp, "mail.example.net", 587}}});
  script.steps.push_back(
      {.action = roundtrip::Fetch{{roundtrip::Service::imaps, "imap.example.org", 993}}});
  return script;
}

TEST_CASE("a recipe has what the files of its script say", "[trips]") {
  const Folder folder;
  folder.write("secret", "hunter2\n");
  folder.write("rt.toml",
               "[send]\nuser = \"a\"\npassword_file = \"secret\"\n"
               "[fetch]\nuser = \"b\"\ntoken_command = [\"/bin/token\"]\n");
  const Result<Recipe> recipe = read_recipe(script_with("rt.toml"), folder.path);
  REQUIRE(recipe.ok());
  CHECK(recipe->accounts.send.secret.reveal() == "hunter2");
  CHECK(recipe->accounts.fetch.command == std::vector<std::string>{"/bin/token"});
  const roundtrip::TripOrder order = order_of(*recipe);
  CHECK(order.sender.user == "a");
  CHECK(order.sender.secret.reveal() == "hunter2");
  CHECK(order.reader.token);
  // The password of the sender, because the reader's token changes.
  CHECK(order.key.find("hunter2") != std::string::npos);
}

TEST_CASE("two trips of a recipe have nothing of chance in common", "[trips]") {
  const Result<Recipe> recipe = read_recipe(script_with(""), {});
  REQUIRE(recipe.ok());
  const roundtrip::TripOrder one = order_of(*recipe);
  const roundtrip::TripOrder other = order_of(*recipe);
  CHECK(one.key != other.key);
  CHECK(one.send_nonce != other.send_nonce);
  CHECK(one.fetch_nonce != one.send_nonce);
}

TEST_CASE("accounts without a password need a key for messages", "[trips]") {
  const Folder folder;
  folder.write("rt.toml", "[send]\nuser = \"a\"\ntoken = \"t0ken-of-a\"\n");
  const Result<Recipe> refused = read_recipe(script_with("rt.toml"), folder.path);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.status().sentence().find("[message] key is missing") != std::string::npos);
  CHECK(refused.status().sentence().find("t0ken-of-a") == std::string::npos);
}

TEST_CASE("a file of accounts that is not there is named", "[trips]") {
  const Folder folder;
  const Result<Recipe> refused = read_recipe(script_with("absent.toml"), folder.path);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.status().sentence().find("absent.toml") != std::string::npos);
}

TEST_CASE("a script connects to the hosts of its steps", "[trips]") {
  CHECK(hosts_of(script_with("")) == std::set<std::string>{"imap.example.org", "mail.example.net"});
}

}  // namespace
}  // namespace mxsweep::trips

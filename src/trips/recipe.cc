// SPDX-License-Identifier: MIT
#include "mxsweep/trips/recipe.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "mxsweep/core/base64.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/files/content.h"
#include "mxsweep/message/probe_message.h"

namespace mxsweep::trips {
namespace {

constexpr std::uint64_t kAccountOctetsMax = 64 * 1024;

Result<config::Accounts> read_accounts(const std::filesystem::path& path) {
  const Result<std::string> text = files::read_text(path.string(), kAccountOctetsMax);
  if (!text.ok()) return Status::unusable(text.status().sentence());
  const auto read_secret = [&path](const std::string& file) {
    return files::read_text((path.parent_path() / file).string(), kAccountOctetsMax);
  };
  const auto variable = [](const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  config::ConfiguredAccounts read = config::read_accounts(
      {.name = path.string(), .text = *text},
      {.read_file = read_secret, .environment = variable, .has_zone = {}, .has_channel_kind = {}});
  if (read.accounts) return *std::move(read.accounts);
  return config::unusable(read.problems);
}

// Whose password is the key of messages, if the file has none.
const config::ConfiguredAccount& keeper_of(const config::Accounts& accounts) {
  return accounts.fetch.token ? accounts.send : accounts.fetch;
}

bool has_key(const config::Accounts& accounts) {
  const config::ConfiguredAccount& keeper = keeper_of(accounts);
  const bool has_password = !keeper.token && !(keeper.secret.empty() && keeper.command.empty());
  return !accounts.key.empty() || has_password;
}

// Of chance that cannot be guessed.
std::string octets_of_chance(std::size_t count) {
  std::string octets(count, '\0');
  std::size_t got = 0;
  while (got < count) {
    const ssize_t more = ::getrandom(octets.data() + got, count - got, 0);
    INVARIANT(more > 0 || errno == EINTR);
    if (more > 0) got += static_cast<std::size_t>(more);
  }
  return octets;
}

// SCRAM's nonce: printable, without commas.
std::string nonce() { return base64_encoded(octets_of_chance(18)); }

std::string key_of(const Recipe& recipe) {
  // Without accounts nothing is looked for in a mailbox, so that the key serves one trip alone.
  if (recipe.script.secret_file.empty()) return octets_of_chance(32);
  const config::Accounts& accounts = recipe.accounts;
  if (!accounts.key.empty()) return accounts.key.reveal();
  // A password does as well, as it stays the same: so messages of an earlier run are known as ours.
  return "mxsweep round trip " + keeper_of(accounts).secret.reveal();
}

Status read_files(Recipe& recipe, const std::filesystem::path& folder) {
  for (const roundtrip::Step& step : recipe.script.steps) {
    const auto* data = std::get_if<roundtrip::Data>(&step.action);
    if (data == nullptr || data->file.empty() || recipe.files.contains(data->file)) continue;
    Result<std::string> text =
        files::read_text((folder / data->file).string(), message::kMessageOctetsMax);
    if (!text.ok()) return Status::unusable(text.status().sentence());
    recipe.files.emplace(data->file, *std::move(text));
  }
  return {};
}

}  // namespace

std::filesystem::path secret_file_of(const roundtrip::Script& script,
                                     const std::filesystem::path& folder) {
  return script.secret_file.empty() ? std::filesystem::path() : folder / script.secret_file;
}

Result<Recipe> read_recipe(roundtrip::Script script, const std::filesystem::path& folder) {
  Recipe recipe{.script = std::move(script)};
  if (!recipe.script.secret_file.empty()) {
    const std::filesystem::path file = secret_file_of(recipe.script, folder);
    Result<config::Accounts> accounts = read_accounts(file);
    if (!accounts.ok()) return accounts.status();
    recipe.accounts = *std::move(accounts);
    if (!has_key(recipe.accounts)) {
      return Status::unusable(file.string() +
                              ": [message] key is missing: without a password the tokens of "
                              "messages are made with it");
    }
  }
  if (Status read = read_files(recipe, folder); !read.ok()) return read;
  return recipe;
}

roundtrip::TripOrder order_of(const Recipe& recipe) {
  const auto account = [](const config::ConfiguredAccount& its) {
    return roundtrip::Account{its.user, its.secret, its.token};
  };
  roundtrip::TripOrder order{.script = recipe.script,
                             .sender = account(recipe.accounts.send),
                             .reader = account(recipe.accounts.fetch),
                             .key = key_of(recipe)};
  const std::string run = octets_of_chance(sizeof order.run);
  std::memcpy(&order.run, run.data(), sizeof order.run);
  order.send_nonce = nonce();
  order.fetch_nonce = nonce();
  order.files = recipe.files;
  return order;
}

}  // namespace mxsweep::trips

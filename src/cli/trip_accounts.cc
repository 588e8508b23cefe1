// SPDX-License-Identifier: MIT
#include "cli/trip_accounts.h"

#include <sys/random.h>
#include <sys/stat.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/certificate_words.h"
#include "cli/say.h"
#include "mxsweep/config/accounts.h"
#include "mxsweep/core/base64.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/files/content.h"
#include "mxsweep/programs/run.h"
#include "mxsweep/sasl/exchange.h"

namespace mxsweep::cli {
namespace {

constexpr std::uint64_t kAccountOctetsMax = 64 * 1024;
constexpr Duration kCommandPatience = std::chrono::seconds{30};

Result<config::Accounts> configure_accounts(const std::string& path) {
  const Result<std::string> text = files::read_text(path, kAccountOctetsMax);
  if (!text.ok()) return Status::unusable(printable(text.status().sentence()));
  // Paths in the file are relative to its folder.
  const auto read_secret = [&path](const std::string& file) {
    const auto whole = std::filesystem::path(path).parent_path() / file;
    return files::read_text(whole.string(), kAccountOctetsMax);
  };
  const auto variable = [](const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  config::ConfiguredAccounts read = config::read_accounts(
      {.name = path, .text = *text},
      {.read_file = read_secret, .environment = variable, .has_zone = {}, .has_channel_kind = {}});
  if (read.accounts) return *std::move(read.accounts);
  std::string sentence;
  for (const config::Problem& problem : read.problems) {
    if (!sentence.empty()) sentence += "\nmxsweep: ";
    sentence += printable(problem.text());
  }
  return Status::unusable(sentence);
}

Result<roundtrip::Account> account_of(const config::ConfiguredAccount& configured) {
  roundtrip::Account account{configured.user, configured.secret, configured.token};
  if (configured.command.empty()) return account;
  Result<std::string> printed =
      programs::output_of(configured.command, sasl::kTokenOctetsMax, kCommandPatience);
  if (!printed.ok()) return printed.status();
  account.secret = Secret(*std::move(printed));
  return account;
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

void warn_of_readers(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0 || (facts.st_mode & S_IROTH) == 0) return;
  say("mxsweep: warning: {} can be read by every user of this machine; chmod o-r protects it\n",
      printable(path));
}

}  // namespace

Status use_accounts(const std::string& file, roundtrip::TripOrder& order) {
  const Result<config::Accounts> accounts = configure_accounts(file);
  if (!accounts.ok()) return accounts.status();
  warn_of_readers(file);
  Result<roundtrip::Account> sender = account_of(accounts->send);
  if (!sender.ok()) return sender.status();
  Result<roundtrip::Account> reader = account_of(accounts->fetch);
  if (!reader.ok()) return reader.status();
  order.sender = *std::move(sender);
  order.reader = *std::move(reader);
  order.key = accounts->key.reveal();
  if (!order.key.empty()) return {};
  // A password does as well, as it stays the same: so messages of an earlier run are known as ours.
  const roundtrip::Account& known = order.reader.token ? order.sender : order.reader;
  if (known.token || known.secret.empty()) {
    return Status::unusable(printable(file) +
                            ": [message] key is missing: without a password the tokens of messages "
                            "are made with it");
  }
  order.key = "mxsweep round trip " + known.secret.reveal();
  return {};
}

void add_chance(roundtrip::TripOrder& order) {
  const std::string run = octets_of_chance(sizeof order.run);
  std::memcpy(&order.run, run.data(), sizeof order.run);
  order.send_nonce = nonce();
  order.fetch_nonce = nonce();
  // Without accounts nothing is looked for in a mailbox, so that the key serves this run alone.
  if (order.key.empty()) order.key = octets_of_chance(32);
}

}  // namespace mxsweep::cli

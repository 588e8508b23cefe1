// SPDX-License-Identifier: MIT
// Reads the file of a script with its users, their passwords or tokens, and the key of its
// messages. Pure: programs that print a secret are not run.
//
//   Source   TOML 1.0 (toml++). account_sections() has the keys.
//   Secrets  no problem quotes one.
//   Errors   as of config/config.h: all problems in one go; then there are no accounts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mxsweep/config/config.h"
#include "mxsweep/core/secret.h"

namespace mxsweep::config {

struct ConfiguredAccount {
  std::string user{};
  Secret secret{};                     // Empty: the program prints it, or there is none.
  std::vector<std::string> command{};  // Empty: there is none.
  bool token = false;                  // It is an OAuth 2.0 access token, else a password.
};

struct Accounts {
  ConfiguredAccount send{};
  ConfiguredAccount fetch{};
  Secret key{};  // Empty: none is given.
};

struct ConfiguredAccounts {
  std::optional<Accounts> accounts;  // Nothing: there are problems.
  std::vector<Problem> problems;
};

[[nodiscard]] ConfiguredAccounts read_accounts(const Source& source,
                                               const Surroundings& surroundings);

}  // namespace mxsweep::config

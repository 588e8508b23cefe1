// SPDX-License-Identifier: MIT
// A script with all that it names: accounts, and files of messages. It makes the orders of its
// trips.
//
//   Secrets  programs that print one are run by the caller, for each trip. None is in a sentence.
//   Errors   unusable: a file, or what it has, cannot be used.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "mxsweep/config/accounts.h"
#include "mxsweep/core/status.h"
#include "mxsweep/core/time.h"
#include "mxsweep/roundtrip/script.h"
#include "mxsweep/roundtrip/trip.h"

namespace mxsweep::trips {

// How long a program may take to print a secret.
inline constexpr Duration kCommandPatience = std::chrono::seconds{30};

struct Recipe {
  roundtrip::Script script{};
  config::Accounts accounts{};
  std::map<std::string, std::string> files{};  // As of TripOrder.
};

using Recipes = std::map<std::string, Recipe, std::less<>>;  // By the names of their scripts.

// Files that a script names are relative to `folder`, those of its accounts to theirs.
Result<Recipe> read_recipe(roundtrip::Script script, const std::filesystem::path& folder);

// The file of its accounts; empty: there is none.
[[nodiscard]] std::filesystem::path secret_file_of(const roundtrip::Script& script,
                                                   const std::filesystem::path& folder);

// Of one trip. Requires: the accounts have the secrets that their programs have printed.
[[nodiscard]] roundtrip::TripOrder order_of(const Recipe& recipe);

}  // namespace mxsweep::trips

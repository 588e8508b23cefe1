// SPDX-License-Identifier: MIT
#include "mxsweep/config/sections.h"

namespace mxsweep::config {
namespace {

std::vector<Key> account_keys() {
  return {
      {"user", Type::text, "\"probe@example.net\"", "", "The user; ${user} of a script."},
      {"password", Type::text, "\"${RT_PASSWORD}\"", "", "The password."},
      {"password_file", Type::text, "\"rt.password\"", "", "A file with the password."},
      {"password_command", Type::texts, "[\"pass\", \"show\", \"probe\"]", "",
       "A program that prints the password, with its arguments; there is no shell."},
      {"token", Type::text, "\"${RT_TOKEN}\"", "", "An access token of OAuth 2.0 instead."},
      {"token_file", Type::text, "\"rt.token\"", "", "A file with the token."},
      {"token_command", Type::texts, "[\"oauth-token\", \"probe\"]", "",
       "A program that prints the token; it is run for each round trip."},
  };
}

}  // namespace

const std::vector<Section>& account_sections() {
  static const std::vector<Section> all = {
      {"send", Section::Form::table, "Who submits the messages.", account_keys()},
      {"fetch", Section::Form::table, "Who logs in to the mailbox; without it, the same user.",
       account_keys()},
      {"message",
       Section::Form::table,
       "The messages.",
       {
           {"key", Type::text, "\"${RT_KEY}\"", "",
            "A random text that the tokens are made with: with it, messages can be made that this "
            "program deletes. Without it, the passwords serve."},
           {"key_file", Type::text, "\"rt.key\"", "", "A file with the key."},
       }},
  };
  return all;
}

}  // namespace mxsweep::config

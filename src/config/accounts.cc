// SPDX-License-Identifier: MIT
#include "mxsweep/config/accounts.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "config/document.h"
#include "config/fields.h"
#include "config/values.h"
#include "mxsweep/config/sections.h"
#include "mxsweep/message/token.h"
#include "mxsweep/sasl/exchange.h"

namespace mxsweep::config {
namespace {

void read_user(Fields& fields, ConfiguredAccount& account) {
  fields.text("user", account.user);
  const bool plain = std::ranges::none_of(
      account.user, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
  if (account.user.size() > sasl::kNameOctetsMax || !plain) {
    fields.complain("user", "user is too long, or has a control character");
  }
}

// One of four keys.
void read_secret(Fields& fields, ConfiguredAccount& account) {
  fields.secret("password", account.secret);
  Secret token;
  fields.secret("token", token);
  if (!token.empty()) account = {account.user, std::move(token), {}, true};
  std::vector<std::string> by_password;
  std::vector<std::string> by_token;
  fields.texts("password_command", by_password);
  fields.texts("token_command", by_token);
  std::size_t given = 0;
  std::string_view last;
  for (const std::string_view key :
       {"password", "password_file", "token", "token_file", "password_command", "token_command"}) {
    if (!fields.has(key)) continue;
    ++given;
    last = key;
  }
  if (given > 1) {
    fields.complain(last, fmt::format("{}: a user has one password, token or command", last));
  }
  if (!by_password.empty()) account.command = std::move(by_password);
  if (!by_token.empty()) {
    account.command = std::move(by_token);
    account.token = true;
  }
}

ConfiguredAccount read_account(Fields fields) {
  ConfiguredAccount account;
  read_user(fields, account);
  read_secret(fields, account);
  fields.finish();
  return account;
}

Secret read_key(Fields fields) {
  Secret key;
  fields.secret("key", key);
  if (!key.empty() && key.reveal().size() < message::kKeyOctetsMin) {
    const std::string_view where = fields.has("key") ? "key" : "key_file";
    fields.complain(
        where, fmt::format("{}: the key has fewer than {} octets", where, message::kKeyOctetsMin));
  }
  fields.finish();
  return key;
}

Accounts read_sections(const toml::table& root, Context& context) {
  Accounts accounts;
  bool has_fetch = false;
  for (const auto& [key, node] : root) {
    const std::string_view name = key.str();
    if (name != "send" && name != "fetch" && name != "message") {
      context.complain(key.source(),
                       fmt::format("unknown section '{}'{}", shown(name),
                                   suggestion(name, section_names(account_sections()))));
      continue;
    }
    std::vector<const toml::table*> tables;
    add_section(section_of(name), node, context, tables);
    if (tables.empty()) continue;
    if (name == "send") accounts.send = read_account(Fields(context, name, tables));
    if (name == "fetch") accounts.fetch = read_account(Fields(context, name, tables));
    if (name == "message") accounts.key = read_key(Fields(context, name, tables));
    has_fetch |= name == "fetch";
  }
  if (!has_fetch) accounts.fetch = accounts.send;
  return accounts;
}

}  // namespace

ConfiguredAccounts read_accounts(const Source& source, const Surroundings& surroundings) {
  Context context{surroundings};
  ConfiguredAccounts configured;
  Parsed parsed;
  Accounts accounts;
  if (parse({source}, context, parsed)) accounts = read_sections(parsed.roots.front(), context);
  configured.problems = std::move(context.problems);
  sort({source}, configured.problems);
  if (configured.problems.empty()) configured.accounts = std::move(accounts);
  return configured;
}

}  // namespace mxsweep::config

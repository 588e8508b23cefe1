// SPDX-License-Identifier: MIT
#include "mxsweep/sasl/mechanism.h"

#include <array>

#include "mxsweep/core/enum_words.h"
#include "mxsweep/core/tags.h"

namespace mxsweep::sasl {
namespace {

struct MechanismRow {
  Mechanism value;
  std::string_view word;
  bool shows_secret;
  bool takes_token;
};
constexpr std::array<MechanismRow, 5> kMechanisms = {{
    {Mechanism::scram_sha_256, "SCRAM-SHA-256", false, false},
    {Mechanism::plain, "PLAIN", true, false},
    {Mechanism::login, "LOGIN", true, false},
    {Mechanism::oauthbearer, "OAUTHBEARER", true, true},
    {Mechanism::xoauth2, "XOAUTH2", true, true},
}};
static_assert(words_differ(kMechanisms));

bool is_offered(std::string_view offered, std::string_view word) {
  bool found = false;
  for_each_part(offered, ' ', [&](std::string_view part) { found |= same_word(part, word); });
  return found;
}

constexpr EnumWord<ChoiceFault> kChoiceFaults[] = {
    {ChoiceFault::none, "none"},
    {ChoiceFault::nothing_offered, "the server offers no authentication"},
    {ChoiceFault::none_usable, "the server offers no mechanism that can be used with this secret"},
    {ChoiceFault::not_offered, "the server does not offer the mechanism that was asked for"},
    {ChoiceFault::wrong_secret,
     "the mechanism that was asked for does not go with this kind of secret"},
    {ChoiceFault::only_in_clear,
     "without TLS every mechanism that could be used would show the secret"},
};
static_assert(has_each_value(kChoiceFaults, ChoiceFault::only_in_clear) &&
              words_differ(kChoiceFaults));

}  // namespace

std::string_view to_string(Mechanism mechanism) { return word_of(kMechanisms, mechanism); }

std::optional<Mechanism> mechanism_of(std::string_view word) {
  for (const MechanismRow& row : kMechanisms) {
    if (same_word(row.word, word)) return row.value;
  }
  return std::nullopt;
}

bool shows_secret(Mechanism mechanism) { return row_of(kMechanisms, mechanism).shows_secret; }

bool takes_token(Mechanism mechanism) { return row_of(kMechanisms, mechanism).takes_token; }

std::string_view sentence_of(ChoiceFault fault) { return word_of(kChoiceFaults, fault); }

Choice choose(std::string_view offered, const Policy& policy) {
  if (trimmed(offered).empty()) return {.fault = ChoiceFault::nothing_offered};
  Choice choice{.fault = policy.only ? ChoiceFault::not_offered : ChoiceFault::none_usable};
  if (policy.only && takes_token(*policy.only) != policy.token) {
    return {.fault = ChoiceFault::wrong_secret};
  }
  for (const MechanismRow& row : kMechanisms) {
    if (policy.only && *policy.only != row.value) continue;
    if (row.takes_token != policy.token || !is_offered(offered, row.word)) continue;
    if (!row.shows_secret || policy.under_tls || policy.allow_in_clear) {
      return {.mechanism = row.value};
    }
    choice.fault = ChoiceFault::only_in_clear;
  }
  return choice;
}

}  // namespace mxsweep::sasl

// SPDX-License-Identifier: MIT
// SASL mechanisms, and which of those that a server offers is used. Pure.
//
//   Source   RFC 4422; RFC 4616 (PLAIN), draft-murchison-sasl-login (LOGIN), RFC 5802 and 7677
//            (SCRAM-SHA-256), RFC 7628 (OAUTHBEARER), XOAUTH2 as Google and Microsoft describe it.
//   Rule     without TLS only a mechanism that does not show the secret is used, unless the user
//            allows more.
//   Errors   Choice::fault.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace mxsweep::sasl {

// In the order of preference.
enum class Mechanism : std::uint8_t { scram_sha_256, plain, login, oauthbearer, xoauth2 };

[[nodiscard]] std::string_view to_string(Mechanism mechanism);  // "SCRAM-SHA-256"
// In any case of letters.
[[nodiscard]] std::optional<Mechanism> mechanism_of(std::string_view word);
// Whether it sends the secret itself: who reads along can use it.
[[nodiscard]] bool shows_secret(Mechanism mechanism);
// Whether the secret is an OAuth 2.0 access token; else it is a password.
[[nodiscard]] bool takes_token(Mechanism mechanism);

struct Policy {
  bool under_tls = false;
  bool allow_in_clear = false;         // To show the secret without TLS.
  bool token = false;                  // What the user has: a token; else a password.
  std::optional<Mechanism> only = {};  // What the user asks for; nothing: the best.
};

enum class ChoiceFault : std::uint8_t {
  none,
  nothing_offered,
  none_usable,    // What is offered is not known here, or not for this kind of secret.
  not_offered,    // What the user asks for.
  wrong_secret,   // What the user asks for needs a token, and there is a password, or vice versa.
  only_in_clear,  // What is offered would show the secret, and there is no TLS.
};
// For the user: "the server offers no authentication".
[[nodiscard]] std::string_view sentence_of(ChoiceFault fault);

struct Choice {
  ChoiceFault fault = ChoiceFault::none;
  Mechanism mechanism = Mechanism::scram_sha_256;  // Meaningful without a fault.
};

// `offered`: words with blanks between them, as in the parameters of AUTH and SASL.
[[nodiscard]] Choice choose(std::string_view offered, const Policy& policy);

}  // namespace mxsweep::sasl

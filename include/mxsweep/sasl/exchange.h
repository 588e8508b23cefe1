// SPDX-License-Identifier: MIT
// The client's side of an authentication, whatever protocol carries it. Pure.
//
//   Source    RFC 4422 section 3 and those of sasl/mechanism.h.
//   Shape     If the protocol's command can carry a first response, call initial(); if not, the
//             server's first challenge, which is empty, gets it. Then on_challenge() for each
//             challenge; with a fault the protocol's word for cancelling is to be sent. When the
//             server says that the client is authenticated: on_success().
//   Units     octets as they are: the protocol writes and reads them in base64.
//   Cost      SCRAM: the server chooses the iterations, within limits; the most take 0.2 s.
//   Secrets   only responses have them. No sentence, and nothing that the server says of an error,
//             shows one.
//   Errors    Fault: what the server did wrong, and why its success is not believed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mxsweep/core/secret.h"
#include "mxsweep/core/status.h"
#include "mxsweep/sasl/mechanism.h"

namespace mxsweep::sasl {

// Of a challenge. Real ones have some hundred octets.
inline constexpr std::size_t kChallengeOctetsMax = 4096;
// Of a user, password or host. Tokens are longer: those of Microsoft have some 2500 octets.
inline constexpr std::size_t kNameOctetsMax = 255;
inline constexpr std::size_t kTokenOctetsMax = 8192;
// SCRAM: RFC 7677 section 4 demands at least 4096; more than the most are an attack.
inline constexpr std::uint32_t kIterationsMin = 4096;
inline constexpr std::uint32_t kIterationsMax = 600'000;
// Of the client's nonce: 18 octets of chance in base64 have 24.
inline constexpr std::size_t kNonceOctetsMin = 16;

struct Credentials {
  std::string user;
  Secret secret;               // The password, or the access token.
  std::string authorize = {};  // Whom to act for; empty: `user`. Not for LOGIN and XOAUTH2.
  std::string host = {};       // The server, as OAUTHBEARER tells it.
  std::uint16_t port = 0;
};

// Whether the mechanism can carry them: lengths, octets, and what SCRAM would have to normalise.
Status check_credentials(Mechanism mechanism, const Credentials& credentials);

class Scram;

enum class Fault : std::uint8_t {
  none,
  too_long,         // A challenge above its limit.
  unexpected,       // A challenge where none may come.
  malformed,        // A challenge that is not of the mechanism's grammar.
  extension,        // SCRAM: one that must be understood, and is not.
  nonce,            // SCRAM: not the continuation of ours.
  iterations_few,   // SCRAM: the password could be found by trying.
  iterations_many,  // SCRAM: more than this machine is willing to compute.
  signature,        // SCRAM: the server does not know the password.
  refused,          // The server reports an error in its words: server_error().
  unfinished,       // Success before the exchange was complete: SCRAM's server has proved nothing.
};
// For the user: "the server's signature is wrong: it does not know the password".
[[nodiscard]] std::string_view sentence_of(Fault fault);

struct Step {
  Fault fault = Fault::none;
  std::string response{};  // To be sent unless there is a fault; may be empty.
};

class Exchange {
 public:
  // Requires: check_credentials() is ok; `nonce` has at least kNonceOctetsMin octets that cannot be
  // guessed, printable ASCII without commas. Only SCRAM uses it.
  Exchange(Mechanism mechanism, Credentials credentials, std::string_view nonce);
  ~Exchange();
  Exchange(Exchange&&) noexcept;
  Exchange& operator=(Exchange&&) noexcept;

  [[nodiscard]] Mechanism mechanism() const { return mechanism_; }
  // Whether the client speaks first: all but LOGIN.
  [[nodiscard]] bool has_initial() const { return mechanism_ != Mechanism::login; }
  // Requires: has_initial(), and it is the first call.
  [[nodiscard]] std::string initial();
  [[nodiscard]] Step on_challenge(std::string_view challenge);
  [[nodiscard]] Fault on_success() const;
  // The server's word for why it refuses, if it is a known one: "invalid_token". Or empty.
  [[nodiscard]] std::string_view server_error() const { return server_error_; }

 private:
  // LOGIN: `sent` after the user, others after what has the secret.
  enum class Stage : std::uint8_t { begin, sent, done, failed };

  [[nodiscard]] Step next(std::string_view challenge);
  [[nodiscard]] Step on_login_prompt();
  [[nodiscard]] Step on_oauth_error(std::string_view challenge);
  [[nodiscard]] Step on_scram(std::string_view challenge);

  Mechanism mechanism_;
  Stage stage_ = Stage::begin;
  Credentials credentials_;
  std::unique_ptr<Scram> scram_;
  std::string_view server_error_;
};

}  // namespace mxsweep::sasl

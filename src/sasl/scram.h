// SPDX-License-Identifier: MIT
// The messages of SCRAM-SHA-256, without channel binding. Pure.
//
//   Source    RFC 5802 sections 3, 5 and 7; RFC 7677.
//   Shape     first(), then on_first() of the server's first message, on_final() of its last.
//   Secrets   only a key that is made of the password is kept, not the password itself.
//   Errors    Fault.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/secret.h"
#include "mxsweep/sasl/exchange.h"
#include "mxsweep/tls/facts.h"

namespace mxsweep::sasl {

class Scram {
 public:
  Scram(std::string_view user, std::string_view authorize, std::string_view nonce);

  [[nodiscard]] std::string first() const { return header_ + first_bare_; }
  [[nodiscard]] Step on_first(std::string_view message, const Secret& password);
  [[nodiscard]] Fault on_final(std::string_view message);

  [[nodiscard]] bool answered() const { return answered_; }
  [[nodiscard]] std::string_view server_error() const { return server_error_; }

 private:
  std::string nonce_;
  std::string header_;  // "n,,": no channel binding, and whom to act for.
  std::string first_bare_;
  tls::Digest server_signature_{};
  bool answered_ = false;  // server_signature_ is meaningful.
  std::string_view server_error_;
};

}  // namespace mxsweep::sasl

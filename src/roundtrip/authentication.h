// SPDX-License-Identifier: MIT
// An authentication as SMTP, IMAP and POP3 carry it: in base64.
//
//   Source   RFC 4954 section 4, RFC 9051 section 6.2.2, RFC 5034.
//   Secrets  only what is sent has them.
//   Errors   a Status or Result: the server offers nothing that can be used, or is not believed.
#pragma once

#include <string>
#include <string_view>

#include "mxsweep/core/secret.h"
#include "mxsweep/core/status.h"
#include "mxsweep/sasl/exchange.h"

namespace mxsweep::roundtrip {

class Authentication {
 public:
  // `offered`: mechanisms, with blanks between them. `nonce`: of sasl::Exchange.
  static Result<Authentication> choose(std::string_view offered, const sasl::Policy& policy,
                                       const sasl::Credentials& credentials,
                                       std::string_view nonce);

  [[nodiscard]] std::string_view mechanism() const { return to_string(exchange_.mechanism()); }
  [[nodiscard]] bool has_initial() const { return exchange_.has_initial(); }
  // Requires: has_initial(), and nothing was answered. "=": the first response is empty.
  [[nodiscard]] std::string initial();
  // The line to send; "*" if the client gives up. Requires: it has not.
  [[nodiscard]] std::string answer(std::string_view challenge);
  [[nodiscard]] bool gave_up() const { return fault_ != sasl::Fault::none; }
  // When the server has reported success.
  [[nodiscard]] Status on_success() const;
  // When it has refused: why, as far as that is not in its words.
  [[nodiscard]] std::string why_refused() const;

 private:
  Authentication(sasl::Mechanism mechanism, const sasl::Credentials& credentials,
                 std::string_view nonce)
      : exchange_(mechanism, credentials, nonce) {}

  sasl::Exchange exchange_;
  sasl::Fault fault_ = sasl::Fault::none;
};

// What a server says, without the secret, which it may repeat, also in base64.
[[nodiscard]] std::string without_secret(std::string_view words, const Secret& secret);

}  // namespace mxsweep::roundtrip

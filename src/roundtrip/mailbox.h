// SPDX-License-Identifier: MIT
// What the transactions with a mailbox have in common, whatever the protocol. Pure.
//
//   Errors   a Status or Result, with the server's words; nothing where a message is not ours.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mxsweep/core/status.h"
#include "mxsweep/message/headers.h"
#include "mxsweep/message/token.h"
#include "mxsweep/probe/transaction.h"
#include "mxsweep/roundtrip/mailbox_order.h"
#include "mxsweep/sasl/exchange.h"

namespace mxsweep::roundtrip {

// Why no secret may be sent to this server, because of its certificate; nothing: it may.
[[nodiscard]] std::optional<std::string> fault_of_tls(const probe::Transaction::Opening& opening,
                                                      const MailboxOrder& order);

// What a server says, for a sentence: behind a colon, in printable ASCII, not too long, and without
// the secret. Empty if it says nothing.
[[nodiscard]] std::string told(std::string_view words, const MailboxOrder& order);

// Of a message with these header fields, if it is ours.
[[nodiscard]] std::optional<message::Token> token_of(const message::Headers& headers,
                                                     const MailboxOrder& order);
[[nodiscard]] bool is_wanted(const message::Token& token, const MailboxOrder& order);
[[nodiscard]] bool is_stale(const message::Token& token, const MailboxOrder& order,
                            Duration since_begin);

// What the beginning of a message says of the wanted one, if it is a report of its non-delivery.
[[nodiscard]] std::optional<NonDelivery> report_in(std::string_view text,
                                                   const MailboxOrder& order);

// An authentication as IMAP and POP3 carry it: in base64.
class Authentication {
 public:
  // `offered`: mechanisms, with blanks between them.
  static Result<Authentication> choose(std::string_view offered, bool under_tls,
                                       const MailboxOrder& order);

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
  Authentication(sasl::Mechanism mechanism, const MailboxOrder& order)
      : exchange_(mechanism, order.credentials, order.nonce) {}

  sasl::Exchange exchange_;
  sasl::Fault fault_ = sasl::Fault::none;
};

// Whether the commands that send a password as it is may be used, for a server without a mechanism
// of ours.
[[nodiscard]] Status may_send_password(bool under_tls, const MailboxOrder& order);

}  // namespace mxsweep::roundtrip

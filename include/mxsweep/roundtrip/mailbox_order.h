// SPDX-License-Identifier: MIT
// What a round trip looks for in a mailbox, and what it has found there. Pure values.
//
//   Ours      a message is ours if its header has one field message::kTokenHeader, with a token
//             that was made with the key. No other is ever deleted, nor is a report of
//             non-delivery.
//   Units     moments of the monotonic clock, as they were passed to the transaction.
//   Secrets   no text of a result has one, even if the server repeats it.
//   Errors    MailboxResult::fault. If the connection ends before, only the conversation's
//             observation tells; `until` is then where the transaction was.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/roundtrip/verdict.h"
#include "mxsweep/sasl/exchange.h"
#include "mxsweep/sasl/mechanism.h"

namespace mxsweep::roundtrip {

inline constexpr std::chrono::hours kStaleAfter{24};
// What a plan with such a transaction should read at most: mailboxes are watched for long.
inline constexpr std::uint32_t kMailboxSessionOctetsMax = 64 * 1024 * 1024;
// How long a server may take for a command.
inline constexpr Duration kMailboxCommandTimeout = std::chrono::seconds{60};
// How late a change of Signals may be noticed while the transaction waits.
inline constexpr Duration kSignalsEvery = std::chrono::milliseconds{200};

// What the caller may change while a transaction goes on.
struct Signals {
  bool stop = false;       // End as soon as the server has answered what was asked.
  Instant until = kNever;  // Look one last time then, and end.
};

struct MailboxOrder {
  sasl::Credentials credentials{};
  bool allow_in_clear = false;  // To show the secret without TLS.
  bool verify =
      true;  // The certificate must be valid for credentials.host before a secret is sent.
  std::optional<sasl::Mechanism> only{};     // Nothing: the best that is offered.
  bool token_is_secret = false;              // The secret is an OAuth 2.0 token, else a password.
  std::string nonce{};                       // For SCRAM; as sasl::Exchange requires it.
  std::vector<std::string> folders{};        // IMAP: names in UTF-8; "\Junk": by its special use.
                                             // Empty: INBOX. The first one must be there.
  std::string token{};                       // Of the message that is wanted (message/token.h).
  std::string key{};                         // message::kKeyOctetsMin octets or more.
  std::chrono::sys_seconds wall_at_begin{};  // When begin() is called: for what is stale.
  bool remove = true;                        // To delete the wanted message, and what is stale.
  bool reports = false;                      // Reports of non-delivery may come to this mailbox.
};

// What has shown that there may be a new message.
enum class Notice : std::uint8_t {
  none,
  look,  // A look without a sign of it: the first one, or one into another folder.
  idle,  // The server has said so while it was waited for.
  poll,  // It has said so when it was asked.
};
[[nodiscard]] std::string_view to_string(Notice notice);

// How the message was told from others: by the server, or by reading the headers of new ones.
enum class FoundBy : std::uint8_t { search, new_message };
[[nodiscard]] std::string_view to_string(FoundBy by);

struct NonDelivery {
  bool failed = false;       // Given up; else it is only delayed.
  std::string status{};      // "5.1.1"; may be empty.
  std::string diagnostic{};  // In the words of the server that refuses; may be empty.

  friend bool operator==(const NonDelivery&, const NonDelivery&) = default;
};

struct FolderFault {
  std::string folder{};  // As in the order.
  std::string words{};   // Why it could not be looked at, the last time.

  friend bool operator==(const FolderFault&, const FolderFault&) = default;
};

struct MailboxResult {
  Phase until = Phase::login;  // What was being done last; logout: all is done.
  std::string fault{};         // Why it ended there, as a sentence; empty: nothing has failed.
  bool stopped = false;        // By Signals::stop, before it was done.

  std::optional<Instant> logged_in_at{};
  std::optional<Instant> selected_at{};  // The first folder. With POP3: its list is there.
  std::optional<Instant> ready_at{};     // Everything that comes from now on is noticed.
  std::optional<Instant> seen_at{};      // When what Notice says has come.
  std::optional<Instant> header_at{};
  std::optional<Instant> removed_at{};  // With POP3, QUIT makes it final.

  Notice notice = Notice::none;  // none: the message was not seen.
  FoundBy found_by = FoundBy::search;
  std::string folder{};  // Where it is, as in the order.
  std::string header{};  // Its header block, up to message::kHeaderOctetsMax.
  std::uint32_t copies = 0;
  std::uint32_t removed = 0;  // Copies of the wanted message.
  std::uint32_t swept = 0;    // Stale ones of ours that were deleted.
  std::string kept{};         // Why messages of ours that should be deleted are not; or empty.
  std::vector<FolderFault> folder_faults{};  // Of other folders than the first.
  std::optional<NonDelivery> report{};       // The latest for the wanted message.

  [[nodiscard]] bool seen() const { return notice != Notice::none; }
};

}  // namespace mxsweep::roundtrip

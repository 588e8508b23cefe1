// SPDX-License-Identifier: MIT
// Waits for a message in a mailbox by IMAP, reads its header, and deletes it. Pure.
//
//   Source    RFC 9051 (RFC 3501), 2177 (IDLE), 4315 (UIDPLUS), 4959 (SASL-IR), 6154 (special use).
//   Flow      log in; look into each folder, the first one last, and sweep what is stale; then it
//             is ready: IDLE, or NOOP after 0.2, 1, 2 and every 5 s. When a message comes: SEARCH
//             by our header, and the headers of new messages for servers whose SEARCH does not find
//             them. Other folders are looked at every kRoundEvery; the first one all the same every
//             kIdleLookEvery, as some servers never report what has come. Once seen: its header, a
//             look for more copies, deletion.
//   Deletion  with UIDPLUS only messages of ours are expunged. Without it all that are marked as
//             deleted would be: then only if there are no others than ours.
//   Lifetime  order, signals and result outlive it.
//   Limits    kOursMax messages of ours in a folder; a header of message::kHeaderOctetsMax.
//   Errors    MailboxResult.
#pragma once

#include <cstddef>
#include <memory>

#include "mxsweep/probe/transaction.h"
#include "mxsweep/roundtrip/mailbox_order.h"

namespace mxsweep::roundtrip {

inline constexpr Duration kRoundEvery = std::chrono::seconds{5};
inline constexpr Duration kIdleLookEvery = std::chrono::seconds{30};
inline constexpr std::size_t kOursMax = 100;

class ImapVisit;

class ImapTransaction : public probe::Transaction {
 public:
  // Requires: sasl::check_credentials() is ok for the mechanism; order.token is one of order.key.
  ImapTransaction(const MailboxOrder& order, const Signals& signals, MailboxResult& result);
  ~ImapTransaction() override;

  Move begin(const Opening& opening, Instant now) override;
  Move on_bytes(std::string_view octets, Instant now) override;
  Move on_deadline(Instant now) override;

 private:
  std::unique_ptr<ImapVisit> visit_;
};

}  // namespace mxsweep::roundtrip

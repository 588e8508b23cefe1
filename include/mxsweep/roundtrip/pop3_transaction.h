// SPDX-License-Identifier: MIT
// Looks for a message in a mailbox by POP3, once: reads the headers of new messages, and deletes
// ours. Pure.
//
//   Source    RFC 1939, 5034 (AUTH).
//   Shape     POP3 shows a mailbox as it was at the login, so that each look is a transaction, and
//             a conversation, of its own. Pop3Seen is what they share. MailboxResult is of one
//             look: notice is `poll`, or `look` for the first.
//   Lifetime  order, signals, seen and result outlive it.
//   Limits    kPop3MessagesMax of the newest messages are read in a look. Servers without UIDL show
//             no difference between messages: then the newest are read each time.
//   Errors    MailboxResult.
#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>

#include "mxsweep/probe/transaction.h"
#include "mxsweep/roundtrip/mailbox_order.h"

namespace mxsweep::roundtrip {

inline constexpr std::size_t kPop3MessagesMax = 200;

struct Pop3Seen {
  std::set<std::string, std::less<>> uids{};  // Of messages that were read, and of older ones.
  bool looked = false;                        // There was a look before.
};

class Pop3Visit;

class Pop3Transaction : public probe::Transaction {
 public:
  // Requires: as ImapTransaction.
  Pop3Transaction(const MailboxOrder& order, const Signals& signals, Pop3Seen& seen,
                  MailboxResult& result);
  ~Pop3Transaction() override;

  Move begin(const Opening& opening, Instant now) override;
  Move on_bytes(std::string_view octets, Instant now) override;
  Move on_deadline(Instant now) override;

 private:
  std::unique_ptr<Pop3Visit> visit_;
};

}  // namespace mxsweep::roundtrip

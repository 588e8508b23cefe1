// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/imap_transaction.h"

#include "roundtrip/imap_visit.h"

namespace mxsweep::roundtrip {

ImapTransaction::ImapTransaction(const MailboxOrder& order, const Signals& signals,
                                 MailboxResult& result)
    : visit_(std::make_unique<ImapVisit>(order, signals, result)) {}

ImapTransaction::~ImapTransaction() = default;

probe::Transaction::Move ImapTransaction::begin(const Opening& opening, Instant now) {
  return visit_->begin(opening, now);
}

probe::Transaction::Move ImapTransaction::on_bytes(std::string_view octets, Instant now) {
  return visit_->on_bytes(octets, now);
}

probe::Transaction::Move ImapTransaction::on_deadline(Instant now) {
  return visit_->on_deadline(now);
}

}  // namespace mxsweep::roundtrip

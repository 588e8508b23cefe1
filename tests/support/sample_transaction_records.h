// SPDX-License-Identifier: MIT
// Records of --depth rcpt and of --relay-test.
#pragma once

#include <vector>

#include "support/sample_plain_records.h"

namespace mxsweep::results::samples {

inline Record greylisted() {
  const ReplyText reply{450, "450 4.2.0 <postmaster@example.net>: Greylisted for 300 seconds\r\n"};
  Record record = refused(Phase::rcpt, Cause::throttled_greylist, reply);
  record.replies[Phase::ehlo] = {250, kPostfixEhlo};
  record.replies[Phase::mail] = {250, "250 2.1.0 Ok\r\n"};
  record.replies[Phase::rcpt] = reply;
  record.ms[Phase::mail] = std::chrono::microseconds{12'001};
  record.ms[Phase::rcpt] = std::chrono::microseconds{14'002};
  return record;
}

inline Record open_relay() {
  const ReplyText reply{250, "250 2.1.5 Ok\r\n"};
  Record record = greylisted();
  record.outcome = Outcome::degraded;
  record.phase = Phase::relay;
  record.cause = Cause::config_open_relay;
  record.reply = reply;
  record.replies[Phase::rcpt] = {250, "250 Ok\r\n"};
  record.replies[Phase::relay] = reply;
  record.ms[Phase::relay] = std::chrono::microseconds{13'003};
  return record;
}

inline std::vector<Record> transaction_records() { return {greylisted(), open_relay()}; }

}  // namespace mxsweep::results::samples

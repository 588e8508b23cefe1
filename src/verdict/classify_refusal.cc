// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>

#include "mxsweep/core/capability.h"
#include "mxsweep/core/text_line.h"
#include "mxsweep/imap/reply.h"
#include "mxsweep/pop3/reply.h"
#include "mxsweep/verdict/classify.h"
#include "verdict/reply_rows.h"

namespace mxsweep::verdict {
namespace {

struct CodeRow {
  std::string_view response_code;
  Cause cause;
};

// Those of a server that has not been asked to log anyone in.
constexpr std::array kCodes = {
    CodeRow{"UNAVAILABLE", Cause::tempfail_unspecified},
    CodeRow{"SERVERBUG", Cause::config_server_error},
    CodeRow{"LIMIT", Cause::throttled_connections},
    CodeRow{"PRIVACYREQUIRED", Cause::policy_auth_or_tls_required},
    CodeRow{"INUSE", Cause::tempfail_unspecified},
    CodeRow{"IN-USE", Cause::tempfail_unspecified},
    CodeRow{"LOGIN-DELAY", Cause::throttled_rate},
    CodeRow{"SYS/TEMP", Cause::tempfail_unspecified},
    CodeRow{"SYS/PERM", Cause::config_server_error},
};

struct Refusal {
  std::string_view response_code;
  std::string_view text;
  bool closes;  // The server ends the connection.
};

Refusal refusal_in(Protocol protocol, std::string_view reply) {
  std::string_view line;
  if (protocol == Protocol::pop3) {
    static_cast<void>(next_line(reply, line));
    const pop3::StatusLine status = pop3::status_line(line);
    return {status.response_code, status.text, false};
  }
  imap::StatusLine last;
  for (imap::Responses responses(reply); responses.next(line);) last = imap::status_line(line);
  return {last.response_code, last.text, last.status == imap::Status::bye};
}

// What SMTP's rows say of the text alone; none: nothing.
Cause cause_of_phrases(Phase phase, const Refusal& refusal) {
  constexpr int kClosing = 421;
  constexpr int kRejected = 550;
  const ReplyRow& row =
      reply_rows()[matching_row(phase, refusal.closes ? kClosing : kRejected, refusal.text)];
  return row.phrases.empty() ? Cause::none : row.cause;
}

Cause cause_of_refusal(Phase phase, const Refusal& refusal) {
  for (const CodeRow& row : kCodes) {
    if (same_keyword(refusal.response_code, row.response_code)) return row.cause;
  }
  const Cause cause = cause_of_phrases(phase, refusal);
  if (cause != Cause::none) return cause;
  if (refusal.closes) return Cause::tempfail_unspecified;
  return phase == Phase::starttls ? Cause::config_tls_advertised_but_refused
                                  : Cause::reject_unspecified;
}

}  // namespace

Verdict classify_refusal(Protocol protocol, Phase phase, std::string_view reply) {
  const Cause cause = cause_of_refusal(phase, refusal_in(protocol, reply));
  return in_phase(phase, cause);
}

}  // namespace mxsweep::verdict

// SPDX-License-Identifier: MIT
// Refusals as servers word them, and what they mean: the fixtures of the verdict room. Names and
// addresses are those that RFC 2606 and RFC 5737 keep for examples.
#pragma once

#include <string_view>

#include "mxsweep/core/outcome.h"

namespace mxsweep::fixtures {

struct Refusal {
  Phase phase;
  std::string_view reply;
  Cause cause;
};

inline constexpr Refusal kRefusals[] = {
    // Postfix, postscreen.
    {Phase::greeting,
     "521 5.7.1 Service unavailable; client [192.0.2.1] blocked using bl.example\r\n",
     Cause::blocked_scanner_ip},
    {Phase::greeting, "521 5.5.1 Protocol error\r\n", Cause::protocol_out_of_turn},
    {Phase::greeting, "421 4.3.2 All server ports are busy\r\n", Cause::resources_overload},
    {Phase::greeting, "421 4.3.2 No system resources\r\n", Cause::resources_overload},
    {Phase::greeting, "421 4.7.0 mx.example Error: too many connections from 192.0.2.1\r\n",
     Cause::throttled_connections},
    {Phase::greeting, "521 5.7.1 Not for you\r\n", Cause::blocked_unspecified},
    {Phase::greeting, "554 mx.example ESMTP not accepting connections\r\n",
     Cause::blocked_unspecified},
    {Phase::ehlo, "450 4.7.1 Client host rejected: cannot find your hostname, [192.0.2.1]\r\n",
     Cause::blocked_scanner_no_fcrdns},
    {Phase::ehlo, "521 5.5.2 mx.example Error: bare <LF> received\r\n", Cause::protocol_bare_lf},
    {Phase::ehlo, "554 5.5.0 Error: SMTP protocol synchronization\r\n",
     Cause::protocol_out_of_turn},
    {Phase::ehlo, "421 4.4.2 mx.example Error: timeout exceeded\r\n",
     Cause::protocol_server_timeout},
    {Phase::ehlo, "421 4.7.0 mx.example Error: too many errors\r\n",
     Cause::protocol_too_many_errors},
    {Phase::ehlo, "501 5.5.4 Syntax: EHLO hostname\r\n", Cause::config_scanner_helo_rejected},
    {Phase::ehlo, "504 5.5.2 <scanner>: Helo command rejected: need fully-qualified hostname\r\n",
     Cause::config_scanner_helo_rejected},
    {Phase::ehlo, "502 5.5.2 Error: command not recognized\r\n", Cause::protocol_ehlo_unsupported},
    {Phase::ehlo, "451 4.3.5 Please try again\r\n", Cause::config_server_error},
    {Phase::ehlo, "451 4.3.0 Temporary lookup error\r\n", Cause::config_server_error},
    {Phase::starttls, "502 5.5.1 Error: command not implemented\r\n",
     Cause::config_tls_advertised_but_refused},
    {Phase::starttls, "454 4.7.0 TLS not available due to local problem\r\n",
     Cause::config_tls_unavailable},
    {Phase::ehlo, "452 4.3.1 Insufficient system storage\r\n", Cause::resources_storage},

    // Exim.
    {Phase::greeting, "554 SMTP synchronization error\r\n", Cause::protocol_out_of_turn},
    {Phase::greeting,
     "421 mx.example: Too many concurrent SMTP connections; please try again later.\r\n",
     Cause::throttled_connections},
    {Phase::greeting, "421 mx.example: Too much load; please try again later.\r\n",
     Cause::resources_overload},
    {Phase::ehlo, "501 Syntactically invalid EHLO argument(s)\r\n",
     Cause::config_scanner_helo_rejected},
    {Phase::ehlo, "421 mx.example: SMTP command timeout - closing connection\r\n",
     Cause::protocol_server_timeout},
    {Phase::starttls, "454 TLS currently unavailable\r\n", Cause::config_tls_unavailable},
    {Phase::starttls, "554 Security failure\r\n", Cause::config_tls_unavailable},
    {Phase::ehlo, "452 Space shortage, please try later\r\n", Cause::resources_storage},

    // sendmail.
    {Phase::greeting, "421 4.3.2 Connection rate limit exceeded.\r\n", Cause::throttled_rate},
    {Phase::greeting, "421 4.3.2 Too many open connections.\r\n", Cause::throttled_connections},
    {Phase::ehlo, "554 5.5.0 Command rejected\r\n", Cause::reject_unspecified},
    {Phase::ehlo, "421 4.7.0 mx.example Too many bad commands; closing connection\r\n",
     Cause::protocol_too_many_errors},

    // qmail.
    {Phase::greeting, "421 out of memory (#4.3.0)\r\n", Cause::resources_overload},
    {Phase::greeting, "421 unable to read controls (#4.3.0)\r\n", Cause::config_server_error},
    {Phase::ehlo, "451 See http://pobox.com/~djb/docs/smtplf.html.\r\n", Cause::protocol_bare_lf},

    // Exchange and Exchange Online.
    {Phase::greeting,
     "421 4.3.2 The maximum number of concurrent connections has exceeded a limit, closing "
     "transmission channel\r\n",
     Cause::throttled_connections},
    {Phase::greeting, "421 4.3.2 Service not available\r\n", Cause::resources_overload},
    {Phase::ehlo, "452 4.3.1 Insufficient system resources\r\n", Cause::resources_exhausted},
    {Phase::ehlo, "451 4.7.500 Server busy. Please try again later from [192.0.2.1].\r\n",
     Cause::throttled_rate},
    {Phase::ehlo, "550 5.7.606 Access denied, sender address on our own list\r\n",
     Cause::blocked_scanner_ip},
    {Phase::ehlo, "550 5.7.501 Access denied, abuse detected\r\n", Cause::blocked_scanner_ip},
    {Phase::ehlo, "550 5.7.511 Access denied, banned sender\r\n", Cause::blocked_scanner_ip},
    {Phase::ehlo, "451 4.7.650 [192.0.2.1] is rate limited for a while due to IP reputation\r\n",
     Cause::blocked_scanner_ip},
    {Phase::ehlo, "550 5.7.509 Access denied\r\n", Cause::policy_rejected},

    // Gmail, Yahoo, Cisco.
    {Phase::greeting, "421 4.7.0 Try again later, closing connection. x1 - gsmtp\r\n",
     Cause::tempfail_unspecified},
    {Phase::greeting, "421 4.4.5 Try again later. x1 - gsmtp\r\n", Cause::resources_overload},
    {Phase::ehlo, "550 5.7.25 [192.0.2.1] Ask your provider to mend it. x1 - gsmtp\r\n",
     Cause::blocked_scanner_no_fcrdns},
    {Phase::ehlo, "421 4.7.28 Unsolicited mail from your network. x1 - gsmtp\r\n",
     Cause::throttled_rate},
    {Phase::starttls, "454 4.5.0 No commands allowed to pipeline after STARTTLS. x1 - gsmtp\r\n",
     Cause::protocol_out_of_turn},
    {Phase::greeting, "421 #4.4.5 Too many connections from your host.\r\n",
     Cause::throttled_connections},
    {Phase::greeting, "421 Message rate\r\n", Cause::tempfail_unspecified},
    {Phase::ehlo, "421 You talk too fast, slow down\r\n", Cause::throttled_rate},

    // A reason that continues over several lines is matched as a whole.
    {Phase::greeting,
     "554-5.7.1 mx.example: mail from 192.0.2.1 has been\r\n"
     "554-5.7.1 blocked\r\n"
     "554 5.7.1 using a list that we do not name\r\n",
     Cause::blocked_scanner_ip},

    // The others.
    {Phase::greeting, "450 4.2.0 mx.example: Greylisted, come back in 300 seconds\r\n",
     Cause::throttled_greylist},
    {Phase::greeting, "554 No SMTP service here\r\n", Cause::config_null_mx_or_no_mail},
    {Phase::greeting, "521 mx.example does not accept mail\r\n", Cause::config_null_mx_or_no_mail},
    {Phase::ehlo, "556 No mail for this domain\r\n", Cause::config_null_mx_or_no_mail},
    {Phase::greeting, "550 Go away\r\n", Cause::blocked_unspecified},
    {Phase::greeting, "421\r\n", Cause::tempfail_unspecified},
    {Phase::ehlo, "502 EH?\r\n", Cause::protocol_ehlo_unsupported},
    {Phase::ehlo, "500\r\n", Cause::protocol_ehlo_unsupported},
    {Phase::ehlo, "502 No\r\n", Cause::protocol_ehlo_unsupported},
    {Phase::ehlo, "501 What?\r\n", Cause::config_scanner_helo_rejected},
    {Phase::ehlo, "504 What?\r\n", Cause::config_scanner_helo_rejected},
    {Phase::ehlo, "452 Later\r\n", Cause::resources_storage},
    {Phase::ehlo, "450 4.7.1 Later\r\n", Cause::tempfail_policy},
    {Phase::ehlo, "550 5.7.1 No\r\n", Cause::policy_rejected},
    {Phase::ehlo, "530 5.7.0 Must issue a STARTTLS command first\r\n",
     Cause::policy_auth_or_tls_required},
    {Phase::ehlo_tls, "550 5.7.10 Encryption needed\r\n", Cause::policy_auth_or_tls_required},
    {Phase::starttls, "454 Later\r\n", Cause::config_tls_unavailable},
    {Phase::starttls, "501 What?\r\n", Cause::config_tls_advertised_but_refused},
    {Phase::starttls, "554 5.7.3 Unable to initialize security subsystem\r\n",
     Cause::config_tls_advertised_but_refused},
    {Phase::ehlo_tls, "550 No\r\n", Cause::reject_unspecified},
    {Phase::greeting, "200 news.example NNRP service ready\r\n", Cause::protocol_not_smtp},
};

}  // namespace mxsweep::fixtures

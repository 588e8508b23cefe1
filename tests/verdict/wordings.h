// SPDX-License-Identifier: MIT
// More refusals, by what they mean: one thing as several servers word it. Echoes of what we said,
// limits, filters, other protocols, goodbyes. Our name is scanner.example.net.
#pragma once

#include "verdict/replies.h"

namespace mxsweep::fixtures {

inline constexpr Refusal kWordings[] = {
    // What a server repeats of what we said is no complaint about it.
    {Phase::ehlo, "500 'HELO': command not understood\r\n", Cause::protocol_ehlo_unsupported},
    {Phase::ehlo, "500 'EHLO scanner.example.net': command not understood.\r\n",
     Cause::protocol_ehlo_unsupported},
    {Phase::ehlo, "500 5.5.1 Command unrecognized: \"EHLO scanner.example.net\"\r\n",
     Cause::protocol_ehlo_unsupported},
    {Phase::ehlo, "500 5.5.1 EHLO: command unknown\r\n", Cause::protocol_ehlo_unsupported},
    {Phase::ehlo, "500 HELO?\r\n", Cause::protocol_ehlo_unsupported},
    {Phase::ehlo, "502 EHLO command not implemented\r\n", Cause::protocol_ehlo_unsupported},
    {Phase::ehlo, "502 5.5.2 <EHLO hostname> what?\r\n", Cause::protocol_ehlo_unsupported},
    {Phase::ehlo, "500 Sorry, I do not understand EHLO\r\n", Cause::protocol_ehlo_unsupported},
    {Phase::ehlo, "550 5.5.1 HELO not supported here\r\n", Cause::protocol_ehlo_unsupported},
    {Phase::ehlo, "550 5.7.1 <EHLO>: no\r\n", Cause::policy_rejected},
    {Phase::ehlo, "550 EHLO scanner.example.net rejected\r\n", Cause::reject_unspecified},
    {Phase::ehlo, "554 (HELO scanner.example.net) refused\r\n", Cause::reject_unspecified},
    {Phase::starttls, "502 5.5.2 'STARTTLS' unrecognized\r\n",
     Cause::config_tls_advertised_but_refused},
    // What is said of the name still counts.
    {Phase::ehlo, "550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)\r\n",
     Cause::config_scanner_helo_rejected},
    {Phase::ehlo, "554 5.7.1 Bad HELO\r\n", Cause::config_scanner_helo_rejected},
    {Phase::ehlo, "450 4.7.1 <scanner.example.net>: Helo command rejected: Host not found\r\n",
     Cause::config_scanner_helo_rejected},
    {Phase::ehlo, "501 5.0.0 EHLO requires domain address\r\n",
     Cause::config_scanner_helo_rejected},

    // A sequence that the server did not expect.
    {Phase::ehlo, "503 Bad sequence of commands\r\n", Cause::protocol_out_of_turn},
    {Phase::ehlo, "503 5.5.1 Duplicate HELO/EHLO\r\n", Cause::protocol_out_of_turn},
    {Phase::ehlo, "503 5.0.0 scanner.example.net already said HELO with that hostname\r\n",
     Cause::protocol_out_of_turn},
    {Phase::ehlo_tls, "503 5.5.2 EHLO not expected now\r\n", Cause::protocol_out_of_turn},
    {Phase::ehlo, "530 5.7.0 Authenticate before HELO with your hostname\r\n",
     Cause::policy_auth_or_tls_required},

    {Phase::greeting, "534 Authenticate first\r\n", Cause::policy_auth_or_tls_required},

    // FTP servers greet with 220, too.
    {Phase::ehlo, "530 Please login with USER and PASS.\r\n", Cause::protocol_not_smtp},
    {Phase::ehlo, "530 Please log in with USER and PASS first.\r\n", Cause::protocol_not_smtp},
    {Phase::ehlo, "530 You aren't logged in\r\n", Cause::protocol_not_smtp},
    {Phase::ehlo, "530 Not logged in.\r\n", Cause::protocol_not_smtp},
    {Phase::ehlo, "503 USER expected.\r\n", Cause::protocol_not_smtp},

    // LMTP servers do not know our verbs.
    {Phase::ehlo, "500 5.5.1 HELO not allowed in LMTP server\r\n",
     Cause::protocol_ehlo_unsupported},
    {Phase::ehlo, "502 5.5.1 Please say LHLO\r\n", Cause::protocol_ehlo_unsupported},
    {Phase::ehlo, "503 5.5.1 LHLO first\r\n", Cause::protocol_ehlo_unsupported},
    {Phase::ehlo, "550 This is LMTP: use LHLO, not EHLO hostname\r\n",
     Cause::protocol_ehlo_unsupported},
    {Phase::ehlo, "554 5.5.1 Error: EHLO is not for LMTP\r\n", Cause::protocol_ehlo_unsupported},

    // For good: no overload.
    {Phase::greeting, "521 5.3.2 Service currently unavailable\r\n", Cause::blocked_unspecified},
    {Phase::greeting, "521 5.3.2 Go away\r\n", Cause::blocked_unspecified},
    {Phase::greeting, "521 Service unavailable\r\n", Cause::blocked_unspecified},
    {Phase::greeting, "521 mx.example: access denied\r\n", Cause::blocked_unspecified},
    {Phase::greeting, "554 5.3.2 System not accepting network messages\r\n",
     Cause::blocked_unspecified},
    {Phase::ehlo, "521 5.3.2 You are not welcome\r\n", Cause::blocked_unspecified},
    {Phase::ehlo, "550 5.3.2 Not for you\r\n", Cause::reject_unspecified},
    {Phase::greeting, "554 5.4.5 Too busy for you\r\n", Cause::blocked_unspecified},
    {Phase::ehlo, "552 5.3.1 No\r\n", Cause::reject_unspecified},
    {Phase::ehlo, "550 5.7.28 No\r\n", Cause::policy_rejected},
    {Phase::greeting, "521 5.3.2 mx.example does not accept mail\r\n",
     Cause::config_null_mx_or_no_mail},
    {Phase::greeting, "521\r\n", Cause::config_null_mx_or_no_mail},
    {Phase::ehlo, "452 4.7.1 No\r\n", Cause::tempfail_policy},
    {Phase::ehlo, "451 4.7.500 No\r\n", Cause::throttled_rate},
    {Phase::ehlo, "451 4.3.1 No\r\n", Cause::resources_exhausted},
    {Phase::ehlo, "552 5.3.4 Disk full\r\n", Cause::resources_storage},
    {Phase::ehlo, "550 5.7.233 Sender exceeds rate limit\r\n", Cause::throttled_rate},
    {Phase::greeting, "554 5.7.1 Too many connections from 192.0.2.1\r\n",
     Cause::throttled_connections},

    // Limits, by number and by rate.
    {Phase::greeting, "421 Too many connected clients, try again later\r\n",
     Cause::throttled_connections},
    {Phase::greeting, "421 4.7.0 Too many clients from your network\r\n",
     Cause::throttled_connections},
    {Phase::greeting, "421 There are too many connected users, please try later.\r\n",
     Cause::throttled_connections},
    {Phase::greeting, "530 Sorry, the maximum number of clients (10) are already connected\r\n",
     Cause::throttled_connections},
    {Phase::greeting, "421 4.7.0 mx.example Error: too many new TLS sessions from [192.0.2.1]\r\n",
     Cause::throttled_rate},
    {Phase::starttls, "454 4.7.0 Too many TLS handshakes, wait a minute\r\n",
     Cause::throttled_rate},
    {Phase::starttls, "421 4.7.0 TLS session rate too high\r\n", Cause::throttled_rate},
    {Phase::greeting, "421 4.7.0 mx.example connection rate limit exceeded\r\n",
     Cause::throttled_rate},
    {Phase::greeting, "450 4.7.1 You are connecting too often\r\n", Cause::throttled_rate},
    {Phase::greeting, "421 Too many connections in the last minute\r\n", Cause::throttled_rate},
    {Phase::greeting, "421 20 connections per minute are allowed\r\n", Cause::throttled_rate},
    {Phase::greeting, "421 Too many new connections from 192.0.2.1\r\n", Cause::throttled_rate},

    // Asked for in TLS, told in SMTP.
    {Phase::ehlo_tls, "421 4.7.1 mx.example Error: No client certificate presented\r\n",
     Cause::tls_client_certificate},
    {Phase::ehlo_tls, "403 4.7.0 Client certificate not trusted\r\n",
     Cause::tls_client_certificate},
    {Phase::starttls, "454 4.7.0 no client certificate presented\r\n",
     Cause::tls_client_certificate},
    {Phase::ehlo_tls, "530 5.7.0 A client certificate is needed here\r\n",
     Cause::tls_client_certificate},
    {Phase::ehlo_tls, "550 5.7.1 You presented no certificate\r\n", Cause::tls_client_certificate},
    {Phase::greeting, "554 5.7.1 Valid TLS certificate required\r\n",
     Cause::tls_client_certificate},

    // A filter that is down is no broken certificate.
    {Phase::starttls, "454 4.3.0 Try again later\r\n", Cause::tempfail_unspecified},
    {Phase::starttls, "454 4.3.0 TLS not available: filter is down\r\n",
     Cause::tempfail_unspecified},
    {Phase::starttls, "454 TLS not available, milter does not answer\r\n",
     Cause::tempfail_unspecified},
    {Phase::starttls, "454 4.3.0 Please try again later, content filter unavailable\r\n",
     Cause::tempfail_unspecified},
    {Phase::starttls, "451 4.7.1 Service unavailable: filter not responding\r\n",
     Cause::tempfail_unspecified},
    {Phase::starttls, "454 4.7.0 TLS not available\r\n", Cause::config_tls_unavailable},
    {Phase::starttls, "454 4.3.3 TLS not available: error generating SSL handle\r\n",
     Cause::config_tls_unavailable},
    {Phase::starttls, "454 4.3.0 TLS is unavailable\r\n", Cause::config_tls_unavailable},

    // Hung up on, with a reason or without.
    {Phase::ehlo, "221 2.7.0 Error: I can break rules, too. Goodbye.\r\n",
     Cause::protocol_too_many_errors},
    {Phase::greeting, "221 Too many connections from 192.0.2.1\r\n", Cause::throttled_connections},
    {Phase::greeting, "221 2.7.0 192.0.2.1 is listed in bl.example\r\n", Cause::blocked_scanner_ip},
    {Phase::greeting, "221 mx.example server busy\r\n", Cause::resources_overload},
    {Phase::ehlo, "221 Greylisted\r\n", Cause::throttled_greylist},
    {Phase::ehlo, "221 2.0.0 Bye\r\n", Cause::reject_unspecified},
    {Phase::starttls, "221\r\n", Cause::reject_unspecified},

    // A name is not a reason, the server's own or the client's.
    {Phase::greeting, "421 mail.spamhaus.org Service not available\r\n",
     Cause::tempfail_unspecified},
    {Phase::greeting, "421 d1.ess.barracudanetworks.com Service not available\r\n",
     Cause::tempfail_unspecified},
    {Phase::ehlo, "421 Hello blocklist.example [192.0.2.1], come back\r\n",
     Cause::tempfail_unspecified},
    {Phase::ehlo, "450 Sorry rate-limit.test\r\n", Cause::tempfail_unspecified},
    {Phase::ehlo, "550 greylist.example says no\r\n", Cause::reject_unspecified},
    {Phase::ehlo, "550 Overload.Timeout.Example says no\r\n", Cause::reject_unspecified},
    // Of a blocklist it is, and a full stop without a blank makes no name.
    {Phase::greeting, "554 See https://check.spamhaus.org/\r\n", Cause::blocked_scanner_ip},
    {Phase::greeting, "421 You are throttled.Please wait\r\n", Cause::throttled_rate},
    {Phase::greeting, "421 mx.example Slow down,please.\r\n", Cause::throttled_rate},
    {Phase::greeting, "421 rbl.example.net Service not available\r\n", Cause::tempfail_unspecified},
    {Phase::ehlo, "421 helo.example.net Service not available\r\n", Cause::tempfail_unspecified},
};

}  // namespace mxsweep::fixtures

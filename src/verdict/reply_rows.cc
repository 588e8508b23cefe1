// SPDX-License-Identifier: MIT
#include "verdict/reply_rows.h"

#include <algorithm>

#include "mxsweep/core/ascii.h"

namespace mxsweep::verdict {
namespace {

constexpr PhaseSet kAnyPhase = (1U << kPhaseCount) - 1;
constexpr PhaseSet kGreeting = bit(Phase::greeting);
constexpr PhaseSet kEhlo = bit(Phase::ehlo) | bit(Phase::ehlo_tls);
constexpr PhaseSet kStarttls = bit(Phase::starttls);
constexpr PhaseSet kMail = bit(Phase::mail);
constexpr PhaseSet kRcpt = bit(Phase::rcpt) | bit(Phase::relay);
constexpr PhaseSet kTransaction = kMail | kRcpt;

// Words take precedence over the code, and a 221 with a reason is a refusal.
constexpr CodeRange kRefusal{400, 599, true};
constexpr CodeRange kSoftWords{400, 499, true};
constexpr CodeRange kSoft{400, 499};
constexpr CodeRange kHard{500, 599};
constexpr CodeRange kEveryCode{0, 999};
consteval CodeRange only(int code) { return {code, code}; }

constexpr EnhancedRange kAnyEnhanced{};
consteval EnhancedRange x(int subject, int first, int last) { return {subject, first, last}; }
consteval EnhancedRange x(int subject, int detail) { return {subject, detail, detail}; }
consteval EnhancedRange x(int subject) { return {subject}; }

// clang-format off
constexpr ReplyRow kRows[] = {
    // Plain words about the transaction, where they exclude what follows.
    {kRcpt, kRefusal, kAnyEnhanced,
     "relay access denied|don t relay|doesn t relay|as a relay|never relay|won t relay"
     "| relay+ not allowed| relay+ disabled| relay+ refused|relaying denied"
     "|relaying temporarily denied|relay denied|relay not permitted|relaying not |relaying is "
     "|relay is not|relay prohibited|relay forbidden|relaying prohibited|relaying forbidden"
     "|no relay|not relay |cannot relay|open relay|may not relay|relay attempt|relaying mail"
     "| for relaying| to relay| relay through| rcpthosts|not a mail gateway|not a gateway"
     "|not gateway|relay operation|not accepted domain|non accepted domain|not a local domain"
     "|domain not local|domain is not local|not one of our domains| domain+ not hosted"
     "| domain+ isn t hosted| domain+ not handled| domain+ not served| not+ responsible for"
     "|not host that domain|not handle mail for|not accept mail for this domain"
     "|mail for that domain|mail for this domain+ not accepted|not a local host|not local host",
     Cause::policy_relay_denied, "a foreign domain: before reverse DNS, which sendmail adds to it"},
    {kTransaction, kRefusal, kAnyEnhanced,
     " emptypath+ sender| null sender|empty sender|empty envelope|blank sender|null reverse path"
     "|null return path|empty return path|empty reverse path|null envelope|empty from|null from"
     "|null address| sender+ must not be blank| sender+ must not be empty| sender+ be empty"
     "|sender is empty| sender+ cannot be empty|sender is null|sender is blank|missing sender"
     "|no sender given|bounce messages| bounces |bounced mail|delivery status notifications are"
     "|null mail from|empty mail from",
     Cause::policy_null_sender_rejected, "our sender is empty, as in delivery reports"},
    {kTransaction, kRefusal, kAnyEnhanced,
     "sender address rejected|sender rejected|sender verify|sender verification|sender domain"
     "|domain of sender|senders domain|sender s domain|sender address+ reject|sender address+ not "
     "|sender address+ blocked|sender address+ denied|invalid sender|bad sender|unknown sender"
     "|sender denied|sender not allowed|sender not permitted|sender not accepted"
     "|sender is not allowed|sender is not accepted|sender is not permitted|sender refused"
     "|unroutable sender|unrouteable sender|sender policy| spf | dmarc | dkim | badmailfrom"
     "|unresolvable domain|sender address+ exist|sender unknown|sender blocked|sender is blocked"
     "|sender ok|your domain+ exist|unauthenticated email|unauthenticated mail"
     "|from address+ reject|mail from+ domain|envelope sender|return path+ reject"
     "|senders not allowed",
     Cause::policy_sender_rejected, "the sender or its domain, by itself or by SPF and DMARC"},

    // Plain words about us.
    {kAnyPhase, kRefusal, kAnyEnhanced,
     " dnsbl|.dnsbl.| rbl | spamhaus|.spamhaus.| spamcop|.spamcop.| barracuda|.barracudacentral."
     "| sorbs |.sorbs.net.| abuseat|.abuseat.|blocked using|blocked by | is blocked| listed at "
     "| listed by | listed in | listed on | is listed | blacklist|black list| blocklist|block list"
     "| denylist|deny list|banned sending ip|ip reputation|bad reputation|poor reputation"
     "|low reputation| reputation+ poor| reputation+ bad | reputation+ low| sender score"
     "| senderscore|black hole list|blackhole list| blackholed|realtime block|blocked with"
     "|blocked for abuse|banned for abuse|found in rbl|found on a block|ip address+ banned"
     "|ip address+ blocked|your network+ banned|your network+ blocked|your host+ banned"
     "|your host+ blocked|your address+ banned|your server+ banned|your server+ blocked"
     "|client host+ blocked| client+ blocked| host is banned| ip blocked|ip address has been block"
     "| ip is banned| ip banned",
     Cause::blocked_scanner_ip, "a blocklist or a reputation service is named"},
    {kTransaction, kRefusal, kAnyEnhanced,
     "helo command rejected| helo+ reject| helo+ name| helo+ domain| ehlo+ domain| helo+ invalid"
     "| ehlo+ invalid| ehlo+ name| helo+ resolve| ehlo+ resolve| invalid helo| invalid ehlo"
     "|bad helo|bad ehlo| helo+ not | ehlo+ not | helo+ match| ehlo+ match| helo+ fully"
     "|forged helo|fake helo|helo hostname| helo host|hostname in your|unacceptable helo"
     "| helo+ denied| helo+ forged| helo+ mine",
     Cause::config_scanner_helo_rejected, "deferred until MAIL or RCPT, as Postfix does"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "reverse dns|reverse hostname|reverse lookup|cannot find your hostname| ptr | rdns | fcrdns"
     "|unresolvable relay host|ip name lookup failed|possibly forged|cannot resolve your"
     "| address+ not resolve| address+ doesn t resolve| address+ no name| address+ no hostname"
     "|without reverse|no valid hostname|cannot find your reverse",
     Cause::blocked_scanner_no_fcrdns, "our address has no name that resolves back to it"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "bare lf |bare newline|bare line feed|stray newline|smtplf html",
     Cause::protocol_bare_lf, "before 521 x.5: Postfix sends both at once"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     " synchronization| synchronisation| pipelin|talk too soon|talks too soon|before the greeting"
     "|before greeting|without waiting|speak before|speaking before|early talker|ahead of our"
     "|ahead of the|before our banner|before the banner|before banner|prior to greeting"
     "|before i greeted|wait for the greeting|wait for our greeting",
     Cause::protocol_out_of_turn, "it received our command before it had finished"},
    {kAnyPhase, only(521), x(5), "",
     Cause::protocol_out_of_turn, "postscreen's pregreet and pipelining tests"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "connection rate|connections rate|rate of connections|rate of new|tls sessions"
     "|new tls connections|tls session rate|tls session limit|tls handshakes|too many new "
     "|connecting too |connect too |connection frequency|connections per second"
     "|connections per minute|connections per hour|connections in |connection attempts"
     "|connections too often|reconnecting too|connects too often|too many login",
     Cause::throttled_rate,
     "connections per time: before the words for concurrent connections. Temporary, although some "
     "servers send 5xx"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "too many connections|too many concurrent|too many sessions|too many simultaneous"
     "|too many open conn|too many open sess|too many open smtp|too many open tcp|too many smtp "
     "|too many clients|too many connected|too many active|too many tcp |too many users"
     "|client connections|max clients|maximum clients|limit of clients|client limit"
     "|session limit|too many parallel|connection limit|concurrent connections"
     "|simultaneous connections|number of connections|number of clients|number of sessions"
     "|maximum connections|max connections|numerous connection| maximum+ sessions"
     "| limit+ sessions| many+ sessions",
     Cause::throttled_connections,
     "before x.3.2 and x.4.5, which Exchange and Cisco send with it. Temporary until a connection "
     "closes, although some servers send 5xx"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "rate limit| ratelimit|rate exceeded|unusual rate|sending rate| throttl|slow down"
     "|again slower|too quickly|too fast |too frequent|too many requests|numerous attempts"
     "|too many messages|too much mail from|too many mails|too many emails"
     "|too many recipients| many+ recipients recently| rate+ overlimit| rate+ over limit"
     "| rate+ over the limit| exceeded+ rate | exceeding+ rate | above+ rate "
     "|unexpected volume|excessive volume|unusual volume| messages+ hour | messages+ minute"
     "|mails per |messages per| mail+ at a rate| receiving+ rate|at a rate that|hourly "
     "|daily quota|daily limit|sending limit|sending quota|recipient rate|too often"
     "|message limit+ reached|in a short time| quickly+ slow| flood|volume limit|rate control",
     Cause::throttled_rate,
     "a limit per time, for which Gmail and Exchange Online also send 5xx"},
    {kAnyPhase, kSoftWords, kAnyEnhanced,
     " greylist|grey list| graylist|gray list| postgrey",
     Cause::throttled_greylist, "an unknown client is asked to come back later"},

    // Enhanced codes with one meaning only.
    {kAnyPhase, kRefusal, x(7, 25), "",
     Cause::blocked_scanner_no_fcrdns, "RFC 7372: reverse DNS validation failed"},
    {kAnyPhase, kRefusal, x(7, 606, 619), "",
     Cause::blocked_scanner_ip, "Exchange Online: banned sending address"},
    {kAnyPhase, kRefusal, x(7, 501, 503), "",
     Cause::blocked_scanner_ip, "Exchange Online: abuse detected, sender banned"},
    {kAnyPhase, kRefusal, x(7, 511), "",
     Cause::blocked_scanner_ip, "Exchange Online: sender banned, with a way to appeal"},
    {kTransaction, kRefusal, x(2, 2), "",
     Cause::resources_mailbox_full, "RFC 3463: mailbox full"},
    {kTransaction, kRefusal, x(7, 20, 24), "",
     Cause::policy_sender_rejected, "RFC 7372: DKIM or SPF"},
    {kTransaction, kRefusal, x(7, 26, 27), "",
     Cause::policy_sender_rejected, "RFC 7372: several checks of authentication; RFC 7505: sender"},
    {kTransaction, kRefusal, x(7, 54), "",
     Cause::policy_relay_denied, "Exchange: unable to relay"},
    {kTransaction, kRefusal, x(7, 57), "",
     Cause::policy_auth_or_tls_required, "Exchange: not authenticated to send anonymous mail"},
    {kAnyPhase, kSoft, x(7, 28), "",
     Cause::throttled_rate, "the registry's \"mail flood detected\"; Gmail's rate limit"},
    {kAnyPhase, kSoft, x(7, 500), "",
     Cause::throttled_rate, "Exchange Online's \"server busy\" is a limit on one source"},
    {kAnyPhase, kRefusal, x(3, 5), "",
     Cause::config_server_error, "RFC 3463: system incorrectly configured"},
    {kAnyPhase, kRefusal, x(7, 8, 11), "",
     Cause::policy_auth_or_tls_required, "RFC 4954: credentials, a stronger mechanism, encryption"},

    // Words about the server.
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "client certificate|client cert |peer certificate|your certificate|certificate required"
     "|certificate is required|certificate given|certificate from you|certificate from client"
     "|no certificate presented|no certificate was presented|no certificate provided"
     "|no certificate supplied|no certificate sent|no certificate received|present a certificate"
     "|presented no certificate|without a certificate",
     Cause::tls_client_certificate, "Postfix and Exim request it in TLS and refuse in SMTP"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "disk full|disk is full|filesystem full|file system full|filesystem is full"
     "|file system is full|partition is full|partition full|volume is full|volume full",
     Cause::resources_storage, "a disk, whatever is said of the recipient, be the code 4xx or 5xx"},
    {kTransaction, kRefusal, kAnyEnhanced,
     "mailbox full|mailbox is full| mailbox+ quota|over quota| overquota|quota exceed"
     "| quota+ reached| exceeded+ quota| exceeds+ quota|quota full| inbox+ full|inbox is full"
     "| inbox+ space| mailbox+ space| mailbox+ over its| mailbox+ size limit|user is over"
     "| recipient+ space| mailbox+ limit| account+ full|account is full| recipient+ storage"
     "| recipient+ is full| mailbox+ too large|exceeded storage allocation|mail quota| user+ full"
     "|no room in+ mailbox|mailfolder is full",
     Cause::resources_mailbox_full, "one mailbox; permanent or not, 4xx and 5xx are both sent"},
    {kTransaction, kRefusal, kAnyEnhanced,
     " message+ too large| message+ too big|size exceeds|message too long|message length exceeds"
     "|exceeds maximum|exceeds the maximum|exceeds fixed| exceeds+ size|larger than|size limit"
     "| size+ too large| size+ too big|size is over| over+ maximum|maximum message size"
     "|maximum size|message is too| size+ not accept| size+ larger|too much mail data"
     "|exceeds limit| mail+ too big| mail+ too large|size declared",
     Cause::policy_message_too_large, "the size that MAIL announced, or a limit of the recipient"},
    {kTransaction, kRefusal, x(2, 3), "",
     Cause::policy_message_too_large, "RFC 3463: message length exceeds administrative limit"},
    {kTransaction, kHard, x(3, 4), "",
     Cause::policy_message_too_large, "RFC 3463: message too big for system"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "insufficient storage|insufficient system storage|insufficient disk|space shortage|disk space"
     "|out of disk|no space left|mail system full|insufficient free|no room left|no room for"
     "|room left on|enough room|enough space|enough disk|enough storage|out of space| inodes"
     "|free blocks|file system+ low|spool is full|spool full|spool space|spool area"
     "|storage is full|storage full|storage is exhausted|storage exhausted|low on disk"
     "| spool+ free space| spool+ partition| minimum of free space|low on space|low on storage"
     "|server storage",
     Cause::resources_storage, "no room for mail, be the code 4xx or 5xx (552)"},
    {kAnyPhase, kSoft, x(3, 1), "",
     Cause::resources_exhausted, "Exchange's back pressure: disk or memory, it does not say which"},
    {kAnyPhase, kSoftWords, kAnyEnhanced,
     "too many open files|file table overflow"
     "|out of memory|cannot allocate|memory exhausted|low on memory|not enough memory|load is too"
     "|load too high|system load|server load|under load|queue is full|queue full| queue+ congested"
     "| congestion|no free process|no processes free|currently busy|too many processes| backlog"
     "| overburdened|too much load|load average|high load|heavy load| overload|ports are busy"
     "|no system resources|insufficient system resources|insufficient resources"
     "|temporarily unavailable resource|resource temporarily unavailable|resources unavailable"
     "|resources temporarily unavailable|server busy|server is busy|system busy|too busy"
     "|unable to fork|queue file write error",
     Cause::resources_overload, "temporary overload; a 5xx is permanent"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "configuration error|configuration problem|config error| misconfigur|local data error"
     "|unable to read controls|lookup error|lookup failure|lookup failed|temporary local problem"
     "|internal error|internal server error|internal software error| database+ unavailable"
     "| database+ not |database error| database+ cannot| database+ down| table+ broken"
     "| table+ unavailable| map+ unavailable| ldap |policy service|policy server|system error"
     "|temporary dns|dns failure|dns error|dns timeout| dns+ failed|dns server failure"
     "| backend+ unavailable| backend+ not |temporary server error|cannot read"
     "|cannot open|unable to open|unable to connect to|could not connect to|write error",
     Cause::config_server_error, "its own configuration keeps it from working"},
    {kTransaction, kSoftWords, kAnyEnhanced,
     " milter| filter+ not | filter+ unavailable| filter+ fail| filter+ down| filter is "
     "| filters are| filter error|content filter| antivirus| virus scan| content scan| spam scan"
     "| spamassassin| clamav| clamd| rspamd",
     Cause::config_server_error, "a filter of the server does not work"},
    {kTransaction, kSoft, x(7, 1),
     "service unavailable|service is unavailable",
     Cause::config_server_error, "Postfix, where a milter does not answer: not a policy"},
    {kAnyPhase, kHard, kAnyEnhanced,
     "no smtp service|no mail service|accepts no mail|not accept mail|not accept any mail"
     "|never accepts mail|not accepting mail",
     Cause::config_null_mx_or_no_mail, "RFC 5321 section 3.1: 554 with these words"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "too many errors|too many bad|too many unrecognized|too many unknown|too many invalid"
     "|too many syntax|too many protocol|too many failed|too many nonmail|too many ehlo"
     "|too many helo|break rules",
     Cause::protocol_too_many_errors, "it counted our commands as errors or as an attack"},
    {kAnyPhase, only(421), x(4, 2), "",
     Cause::protocol_server_timeout, "RFC 3463: bad connection; sent to a client that was silent"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     " timeout|timed out|time limit|time out|idle for|idle too|too long idle",
     Cause::protocol_server_timeout, "we were too slow for it"},
    {kTransaction, kSoftWords, kAnyEnhanced,
     "again in+ second|again in+ minute|again in+ sec |again in+ min |again after+ second"
     "|again after+ minute|again after+ sec |retry in |retry after| retry+ second| retry+ minute"
     "|come back in|come back after|later in+ second|back in+ minute|back in+ second| wait+ second"
     "| wait+ minute|first time+ sender|first contact|not seen you|never seen|seen before| triplet"
     "|temporarily delayed|temporarily deferred|delayed for|delivery deferred|delayed delivery"
     "|unknown client+ later|new sender|please retry|initial contact| tempfailed| unfamiliar"
     "|not yet trusted|not yet known|yet authorized to deliver|not yet authorized",
     Cause::throttled_greylist, "greylisting without its name: a time to wait, or a first contact"},
    {kTransaction, kRefusal, kAnyEnhanced,
     " authentication+ required|authentication is |authentication first| be authenticated"
     "|authenticated session|authenticated users|authenticated clients| tls+ needed| tls first"
     "|auth first|auth needed|secured session|secure session|requires auth|require auth"
     "|auth required| authenticate+ first|authenticate before|authenticate yourself"
     "|authenticate to |not authenticated| unauthenticated|must authenticate|need to authenticate"
     "|have to authenticate|please authenticate|smtp auth|log in|requires a login|login required"
     "|must login|login first|requires login| starttls|start tls|tls required|tls is required"
     "|requires tls|require tls|use tls| encryption+ required|encryption needed|encrypt the"
     "|encrypted connection|encrypted session|requires encryption|use ssl|secure connection"
     "|plain text| plaintext|with tls|pop before smtp|check your mail first|authentication needed",
     Cause::policy_auth_or_tls_required, "a login or TLS first, with whatever code"},
    {kTransaction, only(503), kAnyEnhanced, "",
     Cause::protocol_out_of_turn, "RFC 5321: bad sequence of commands"},
    {kTransaction, kRefusal, kAnyEnhanced,
     "bad sequence|out of sequence|nested mail|sender already|already specified|already given"
     "|need mail|mail first|helo first|ehlo first|send helo|send ehlo",
     Cause::protocol_out_of_turn, "the same with another code"},
    {kTransaction, kRefusal, x(1, 7, 8), "",
     Cause::policy_sender_rejected, "RFC 3463: the sender's mailbox or system address"},
    {kRcpt, only(450), kAnyEnhanced, "mailbox unavailable",
     Cause::tempfail_unspecified, "RFC 5321's own words: busy, or blocked for reasons of policy"},
    {kRcpt, kRefusal, kAnyEnhanced,
     "user unknown|unknown user|no such user|no such mailbox|no such recipient|no such account"
     "|no such address|no such person|no such local|unknown recipient|recipient unknown"
     "|unknown local part|unknown mailbox|mailbox unknown|unknown address|address unknown"
     "|mailbox not found|user not found|recipient not found|account not found|address not found"
     "| user+ not exist| mailbox+ not exist| account+ not exist| address+ not exist"
     "| recipient+ not exist| mailbox+ doesn t| account+ doesn t| address+ doesn t"
     "| recipient+ doesn t|no mailbox|invalid recipient|invalid mailbox|invalid user"
     "|invalid address|bad recipient|bad destination|illegal user| unrouteable| unroutable"
     "| undeliverable|not deliver mail for that a|not deliverable|unverified address"
     "|mailbox unavailable| mailbox+ not available| mailbox+ disabled| mailbox+ inactive"
     "|mailbox is disabled|mailbox has been d| mailbox+ suspended| account+ disabled"
     "| account+ inactive| account+ suspended| account+ closed| account+ deactivated"
     "| user+ disabled| user+ suspended| user+ locked|inactive user|inactive email"
     "|disabled recipient| recipient+ disabled|recipient has moved| recipient+ no longer"
     "| mailbox+ moved|user has moved|no longer valid|no longer active|not our customer"
     "|not one of our|not our user|not a valid|user not local|not known here|not known at"
     "|isn t known|is not a known|unknown to us|recipient domain| address+ not valid"
     "|recipient reject| verify+ address|recipient notfound| badrcptto|user doesn"
     "|no one here| nobody here|addressee unknown| recipientnotfound|not a user|mailbox is frozen"
     "|mailbox is unavailable"
     "|recipient is invalid|no account",
     Cause::policy_recipient_unknown, "the mailbox does not exist, or not any more"},
    {kRcpt, kHard, x(7), "address rejected",
     Cause::policy_rejected, "Postfix puts these words before those of any restriction"},
    {kRcpt, kRefusal, kAnyEnhanced,
     "address rejected",
     Cause::policy_recipient_unknown, "the recipient's address, without a known reason"},
    {kStarttls, kSoft, kAnyEnhanced,
     " milter| filter | filters | antivirus|virus scanner|content scanner",
     Cause::tempfail_unspecified, "TLS would work: the filter that inspects commands does not"},
    {kStarttls, kRefusal, kAnyEnhanced,
     "tls not available|tls is not available|tls not currently available|tls currently unavailable"
     "|tls unavailable|tls is unavailable|tls temporarily|security failure|local problem",
     Cause::config_tls_unavailable, "key, certificate or entropy is missing there"},
    {kEhlo, kHard, kAnyEnhanced,
     "user and pass|user pass |login with user|log in with user|authenticate with user|t logged in"
     "|user expected| ftp ",
     Cause::protocol_not_smtp, "a greeting of 220 with these words comes from an FTP server"},
    {kEhlo, kHard, kAnyEnhanced,
     " lmtp | lhlo ",
     Cause::protocol_ehlo_unsupported, "RFC 2033: LMTP has LHLO and neither EHLO nor HELO"},
    {kEhlo, {500, 504}, kAnyEnhanced,
     " unrecognized| unrecognised|not recognized|not recognised|not understood|not understand"
     "|not implemented| unimplemented|not supported| unsupported|unknown command|command unknown"
     "|bad command|invalid command|illegal command|no such command|undefined command"
     "|command disabled|command not | eh ",
     Cause::protocol_ehlo_unsupported, "about the verb, not its argument: before the words below"},
    {kEhlo, {550, 559}, kAnyEnhanced,
     "ehlo not supported|helo not supported|ehlo not implemented|helo not implemented"
     "|ehlo is not supported|helo is not supported|unknown command|command unknown"
     "|command not recognized|command not recognised|command not understood"
     "|command not implemented|command not supported|unrecognized command|unsupported command",
     Cause::protocol_ehlo_unsupported, "the same, with a code other than the RFC's"},
    {kEhlo, {530, 538}, kAnyEnhanced, "",
     Cause::policy_auth_or_tls_required, "not our name: \"530 Authentication before HELO\""},
    {kEhlo, only(503), kAnyEnhanced, "",
     Cause::protocol_out_of_turn, "RFC 5321: bad sequence of commands; not about our name"},
    {kEhlo, kRefusal, kAnyEnhanced,
     " hostname|host name|invalid name|helo name|ehlo name|fully qualified| fqdn|invalid domain"
     "|domain name",
     Cause::config_scanner_helo_rejected, "it objects to the name that we sent"},
    {kEhlo, kSoft, kAnyEnhanced,
     " helo | ehlo ",
     Cause::config_scanner_helo_rejected, "about a command that it knows: it rejects the name"},
    {kEhlo, {550, 559}, kAnyEnhanced,
     " helo | ehlo ",
     Cause::config_scanner_helo_rejected, "about a command that it knows: it rejects the name"},

    {kRcpt, kSoft, x(3, 2), "service currently unavailable",
     Cause::throttled_greylist, "postscreen, to a client that has just passed its deep tests"},

    // Enhanced codes with several meanings, once no words have matched.
    {kRcpt, kRefusal, x(1, 0, 6), "",
     Cause::policy_recipient_unknown, "RFC 3463: the destination's mailbox or system address"},
    {kRcpt, kRefusal, x(1, 10, 999), "",
     Cause::policy_recipient_unknown, "RFC 7505: a null MX; Exchange: recipient not found"},
    {kRcpt, kHard, x(2, 0, 1), "",
     Cause::policy_recipient_unknown, "RFC 3463: mailbox disabled, not accepting messages"},
    {kRcpt, kRefusal, x(7, 13), "",
     Cause::policy_recipient_unknown, "RFC 5248's registry: user account disabled"},
    {kMail, kRefusal, x(1, 0, 3), "",
     Cause::policy_sender_rejected, "RFC 3463: an address, and only the sender's was sent"},
    {kRcpt, kSoft, x(2, 0), "",
     Cause::throttled_greylist, "Postfix's code for a policy service that defers a recipient"},
    {kAnyPhase, kSoft, x(4, 5), "",
     Cause::resources_overload, "RFC 3463: mail system congestion"},
    {kAnyPhase, kSoft, x(3, 2), "",
     Cause::resources_overload, "RFC 3463: not accepting network messages"},

    // The meaning of the code in this phase.
    {kAnyPhase, {530, 538}, kAnyEnhanced, "",
     Cause::policy_auth_or_tls_required, "RFC 4954 and 3207 define these codes"},
    {kAnyPhase, only(521), x(7), "",
     Cause::blocked_unspecified, "postscreen's drop with a text of the operator's own"},
    {kAnyPhase, only(521), x(3, 2), "",
     Cause::blocked_unspecified, "postscreen's access list: it refuses us, not all clients"},
    {kAnyPhase, only(521), kAnyEnhanced,
     " unavailable|not available| denied| refused| rejected|not allowed|not permitted|not welcome",
     Cause::blocked_unspecified, "not as RFC 7504 means it: it accepts mail from others, or will"},
    {kAnyPhase, only(521), kAnyEnhanced, "",
     Cause::config_null_mx_or_no_mail, "RFC 7504: this host never accepts mail"},
    {kAnyPhase, only(556), kAnyEnhanced, "",
     Cause::config_null_mx_or_no_mail, "RFC 7504: this domain accepts no mail"},
    {kGreeting, kHard, kAnyEnhanced, "",
     Cause::blocked_unspecified, "we had sent nothing yet: it is about our address"},
    {kStarttls, only(454), x(3, 0), "",
     Cause::tempfail_unspecified, "Postfix, about a filter: about TLS itself it sends 4.7.0"},
    {kStarttls, only(454), kAnyEnhanced, "",
     Cause::config_tls_unavailable, "RFC 3207: not available due to temporary reason"},
    {kStarttls, {500, 509}, kAnyEnhanced, "",
     Cause::config_tls_advertised_but_refused, "offered in EHLO, then unknown"},
    {kStarttls, {550, 559}, kAnyEnhanced, "",
     Cause::config_tls_advertised_but_refused, "offered in EHLO, then declined"},
    {kEhlo, only(500), kAnyEnhanced, "",
     Cause::protocol_ehlo_unsupported, "RFC 5321: command unrecognized"},
    {kEhlo, only(502), kAnyEnhanced, "",
     Cause::protocol_ehlo_unsupported, "RFC 5321: command not implemented"},
    {kEhlo, only(501), kAnyEnhanced, "",
     Cause::config_scanner_helo_rejected, "RFC 5321: syntax error in the parameter, our name"},
    {kEhlo, only(504), kAnyEnhanced, "",
     Cause::config_scanner_helo_rejected, "RFC 5321: the parameter, our name, is not accepted"},

    {kMail, only(552), kAnyEnhanced, "",
     Cause::policy_message_too_large, "RFC 1870: the size that MAIL announced"},
    {kRcpt, only(552), kAnyEnhanced, "",
     Cause::resources_mailbox_full, "RFC 5321: exceeded storage allocation; 4xx and 5xx exist"},
    {kRcpt, only(551), kAnyEnhanced, "",
     Cause::policy_recipient_unknown, "RFC 5321: user not local"},

    {kAnyPhase, kHard, kAnyEnhanced,
     "administrative prohibition|administratively prohibited|administratively denied"
     "|prohibited by|site policy|local policy|security policy|company policy|policy violation"
     "|policy reasons|policy restrictions|by policy|against policy|against our policy"
     "|policy reject|policy denied",
     Cause::policy_rejected, "a policy, in words and without its code"},
    {kAnyPhase, kSoft, kAnyEnhanced,
     "administrative prohibition|administratively prohibited|administratively denied"
     "|prohibited by|site policy|local policy|security policy|company policy|policy violation"
     "|policy reasons|policy restrictions|by policy|against policy|against our policy"
     "|policy reject|policy denied",
     Cause::tempfail_policy, "the same, for now"},

    // The rest. 4.7.0 means no more than a bare 4xx: RFC 3463 "other or undefined".
    {kAnyPhase, kSoft, x(7, 1, 999), "", Cause::tempfail_policy, "a policy, but which?"},
    {kAnyPhase, kHard, x(7), "", Cause::policy_rejected, "a policy, but which?"},
    {kAnyPhase, only(452), kAnyEnhanced, "",
     Cause::resources_storage, "RFC 5321: insufficient system storage"},
    {kAnyPhase, kSoft, kAnyEnhanced, "", Cause::tempfail_unspecified, "temporary, no reason given"},
    {kAnyPhase, kHard, kAnyEnhanced, "", Cause::reject_unspecified, "permanent, no reason given"},
    {kAnyPhase, only(kQuitReply), kAnyEnhanced, "",
     Cause::reject_unspecified, "it closes although we have not sent QUIT"},
    {kAnyPhase, kEveryCode, kAnyEnhanced, "",
     Cause::protocol_not_smtp, "neither a refusal nor an expected code: NNTP greets with 200"},
};
// clang-format on

// Whether `holds` for the phrases of every row.
consteval bool each_row(bool (*holds)(std::string_view phrases)) {
  for (const ReplyRow& row : kRows) {
    if (!holds(row.phrases)) return false;
  }
  return true;
}

consteval bool is_folded(std::string_view phrases) {
  return std::all_of(phrases.begin(), phrases.end(), [](char c) {
    return is_lower(c) || is_digit(c) || c == ' ' || c == '.' || c == '|' || c == '+';
  });
}
static_assert(each_row(is_folded),
              "a phrase with octets that folded text does not have can never match");

// Or part of one.
consteval std::string_view next_phrase(std::string_view& phrases) {
  const std::string_view phrase = phrases.substr(0, phrases.find_first_of("|+"));
  phrases.remove_prefix(std::min(phrase.size() + 1, phrases.size()));
  return phrase;
}

// A folded name contains no blank and begins with a dot.
consteval bool keeps_out_of_names(std::string_view phrases) {
  while (!phrases.empty()) {
    const std::string_view phrase = next_phrase(phrases);
    if (phrase.front() != '.' && phrase.find(' ') == std::string_view::npos) return false;
  }
  return true;
}
static_assert(each_row(keeps_out_of_names),
              "a host may be called ratelimit.example: only phrases that begin with a dot are "
              "searched for in names");
static_assert(std::end(kRows)[-1].phases == kAnyPhase && std::end(kRows)[-1].codes.first == 0 &&
                  std::end(kRows)[-1].enhanced.subject == EnhancedRange::kAnySubject &&
                  std::end(kRows)[-1].phrases.empty(),
              "the last row matches every reply");

}  // namespace

std::span<const ReplyRow> reply_rows() { return kRows; }

}  // namespace mxsweep::verdict

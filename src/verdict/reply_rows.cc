// SPDX-License-Identifier: MIT
#include "verdict/reply_rows.h"

#include <algorithm>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/smtp/reply.h"

namespace mxsweep::verdict {
namespace {

constexpr PhaseSet bit(Phase phase) {
  return static_cast<PhaseSet>(1U << static_cast<unsigned>(phase));
}

constexpr PhaseSet kAnyPhase = (1U << kPhaseCount) - 1;
constexpr PhaseSet kGreeting = bit(Phase::greeting);
constexpr PhaseSet kEhlo = bit(Phase::ehlo) | bit(Phase::ehlo_tls);
constexpr PhaseSet kStarttls = bit(Phase::starttls);

constexpr int kQuitReply = 221;
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
    // Plain words about us.
    {kAnyPhase, kRefusal, kAnyEnhanced,
     " dnsbl|.dnsbl.| rbl | spamhaus|.spamhaus.| spamcop|.spamcop.| barracuda|.barracudacentral."
     "| sorbs |.sorbs.net.| abuseat|.abuseat.|blocked using|blocked by | is blocked| listed at "
     "| listed by | listed in | listed on | is listed | blacklist|black list| blocklist|block list"
     "| denylist|deny list|banned sending ip|ip reputation|bad reputation|poor reputation"
     "|low reputation",
     Cause::blocked_scanner_ip, "a blocklist or a reputation service is named"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "reverse dns|reverse hostname|reverse lookup|cannot find your hostname| ptr | rdns | fcrdns"
     "|unresolvable relay host|ip name lookup failed",
     Cause::blocked_scanner_no_fcrdns, "our address has no name that resolves back to it"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "bare lf |bare newline|bare line feed|stray newline|smtplf html",
     Cause::protocol_bare_lf, "before 521 x.5: Postfix sends both at once"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     " synchronization| synchronisation| pipelin|talk too soon|talks too soon|before the greeting"
     "|before greeting|without waiting|speak before|speaking before|early talker",
     Cause::protocol_out_of_turn, "it received our command before it had finished"},
    {kAnyPhase, only(521), x(5), "",
     Cause::protocol_out_of_turn, "postscreen's pregreet and pipelining tests"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "connection rate|connections rate|rate of connections|rate of new|tls sessions"
     "|new tls connections|tls session rate|tls session limit|tls handshakes|too many new "
     "|connecting too "
     "|connect too |connection frequency|connections per second|connections per minute"
     "|connections per hour|connections in ",
     Cause::throttled_rate,
     "connections per time: before the words for concurrent connections. Temporary, although some "
     "servers send 5xx"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "too many connections|too many concurrent|too many sessions|too many simultaneous"
     "|too many open |too many smtp |too many clients|too many connected|too many active"
     "|too many tcp |too many users|client connections|max clients|maximum clients|limit of clients"
     "|client limit|session limit"
     "|too many parallel|connection limit|concurrent connections|simultaneous connections"
     "|number of connections|number of clients|number of sessions|maximum connections"
     "|max connections|numerous connection",
     Cause::throttled_connections,
     "before x.3.2 and x.4.5, which Exchange and Cisco send with it. Temporary until a connection "
     "closes, although some servers send 5xx"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "rate limit| ratelimit|rate exceeded|unusual rate|sending rate| throttl|slow down|again slower"
     "|too quickly|too fast |too frequent|too many requests|numerous attempts",
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
     "insufficient storage|insufficient system storage|insufficient disk|space shortage|disk space"
     "|disk full|disk is full|out of disk|no space left|mail system full",
     Cause::resources_storage, "no room for mail, be the code 4xx or 5xx (552)"},
    {kAnyPhase, kSoft, x(3, 1), "",
     Cause::resources_exhausted, "Exchange's back pressure: disk or memory, it does not say which"},
    {kAnyPhase, kSoftWords, kAnyEnhanced,
     "out of memory|too much load|load average|high load|heavy load| overload|ports are busy"
     "|no system resources|insufficient system resources|insufficient resources"
     "|temporarily unavailable resource|resource temporarily unavailable|resources unavailable"
     "|resources temporarily unavailable|server busy|server is busy|system busy|too busy"
     "|unable to fork|queue file write error",
     Cause::resources_overload, "temporary overload; a 5xx is permanent"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "configuration error|configuration problem|config error| misconfigur|local data error"
     "|unable to read controls|lookup error|mail system error",
     Cause::config_server_error, "its own configuration keeps it from working"},
    {kAnyPhase, kHard, kAnyEnhanced,
     "no smtp service|no mail service|accepts no mail|not accept mail|not accept any mail"
     "|never accepts mail|not accepting mail",
     Cause::config_null_mx_or_no_mail, "RFC 5321 section 3.1: 554 with these words"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "too many errors|too many bad|too many unrecognized|too many unknown|too many invalid"
     "|too many syntax|too many protocol|too many nonmail|too many ehlo|too many helo|break rules",
     Cause::protocol_too_many_errors, "it counted our commands as errors or as an attack"},
    {kAnyPhase, only(421), x(4, 2), "",
     Cause::protocol_server_timeout, "RFC 3463: bad connection; sent to a client that was silent"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     " timeout|timed out|time limit|time out",
     Cause::protocol_server_timeout, "we were too slow for it"},
    {kStarttls, kSoft, kAnyEnhanced,
     " milter| filter | filters | antivirus|virus scanner|content scanner",
     Cause::tempfail_unspecified, "TLS would work: the filter that inspects commands does not"},
    {kStarttls, kRefusal, kAnyEnhanced,
     "tls not available|tls is not available|tls not currently available|tls currently unavailable"
     "|tls unavailable|tls is unavailable|tls temporarily|security failure|local problem",
     Cause::config_tls_unavailable, "key, certificate or entropy is missing there"},
    {kEhlo, kHard, kAnyEnhanced,
     "user and pass|user pass |login with user|log in with user|authenticate with user"
     "|t logged in|user expected| ftp ",
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
    {kEhlo, kSoft, kAnyEnhanced, " helo | ehlo ",
     Cause::config_scanner_helo_rejected, "about a command that it knows: it rejects the name"},
    {kEhlo, {550, 559}, kAnyEnhanced, " helo | ehlo ",
     Cause::config_scanner_helo_rejected, "about a command that it knows: it rejects the name"},

    // Enhanced codes with several meanings, once no words have matched.
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

constexpr bool is_word(char c) { return is_lower(c) || is_digit(c); }

// Whether `holds` for the phrases of every row.
consteval bool each_row(bool (*holds)(std::string_view phrases)) {
  for (const ReplyRow& row : kRows) {
    if (!holds(row.phrases)) return false;
  }
  return true;
}

consteval bool is_folded(std::string_view phrases) {
  return std::all_of(phrases.begin(), phrases.end(),
                     [](char c) { return is_word(c) || c == ' ' || c == '.' || c == '|'; });
}
static_assert(each_row(is_folded),
              "a phrase with octets that folded text does not have can never match");

constexpr std::string_view next_phrase(std::string_view& phrases) {
  const std::string_view phrase = phrases.substr(0, phrases.find('|'));
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

bool fits(CodeRange range, int code) {
  return (range.first <= code && code <= range.last) || (range.or_221 && code == kQuitReply);
}

bool fits(EnhancedRange range, smtp::EnhancedCode code) {
  if (range.subject == EnhancedRange::kAnySubject) return true;
  return code && code.subject == range.subject && range.detail_first <= code.detail &&
         code.detail <= range.detail_last;
}

bool occurs_one_of(std::string_view phrases, std::string_view text) {
  while (!phrases.empty()) {
    if (text.find(next_phrase(phrases)) != std::string_view::npos) return true;
  }
  return false;
}

bool same_letters(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

// Letters, digits, and the characters that join the parts of a name.
bool is_of_token(char c) { return is_word(lower(c)) || c == '.' || c == '-' || c == '_'; }

std::string_view token_at_start(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_of_token(text[end])) ++end;
  while (end > 0 && !is_word(lower(text[end - 1]))) --end;
  return text.substr(0, end);
}

// "later.Please" is the end of a sentence and the start of the next.
bool is_sentence_end(std::string_view token, std::size_t dot) {
  if (std::count(token.begin(), token.end(), '.') != 1) return false;
  const char before = token[dot - 1];
  return is_lower(before) && is_upper(token[dot + 1]) && dot + 2 < token.size() &&
         !is_upper(token[dot + 2]);
}

// A host name, an address, a file: words with dots between them.
bool is_name(std::string_view token) {
  for (std::size_t i = 1; i + 1 < token.size(); ++i) {
    if (token[i] == '.' && is_word(lower(token[i - 1])) && is_word(lower(token[i + 1])) &&
        !is_sentence_end(token, i)) {
      return true;
    }
  }
  return false;
}

// The length of a quoted command of ours: "'EHLO scanner.example.net'", "<STARTTLS>". If the
// closing quote is missing, the length up to the verb's end. 0: not a quoted command.
std::size_t quoted_command(std::string_view text) {
  constexpr std::string_view kOpening = "'\"`<([";
  constexpr std::string_view kClosing = "'\"'>)]";
  const std::size_t quote = kOpening.find(text.front());
  if (quote == std::string_view::npos) return 0;
  const std::string_view verb = token_at_start(text.substr(1));
  const bool ours = same_letters(verb, "EHLO") || same_letters(verb, "HELO") ||
                    same_letters(verb, "STARTTLS") || same_letters(verb, "QUIT");
  if (!ours) return 0;
  const std::size_t end = text.find(kClosing[quote], 1);
  return end == std::string_view::npos ? verb.size() + 1 : end + 1;
}

// The argument of "EHLO scanner.example.net\r\n".
std::string_view argument_of(std::string_view command) {
  const std::size_t blank = command.find(' ');
  if (blank == std::string_view::npos) return {};
  const std::string_view argument = command.substr(blank + 1);
  return argument.substr(0, argument.find_last_not_of("\r\n") + 1);
}

}  // namespace

std::span<const ReplyRow> reply_rows() { return kRows; }

std::size_t matching_row(Phase phase, int code, std::string_view reply, std::string_view hello) {
  const smtp::EnhancedCode enhanced = smtp::enhanced_code(reply);
  const Folded folded(reply, hello);
  const auto* const row =
      std::find_if(std::begin(kRows), std::end(kRows) - 1, [&](const ReplyRow& candidate) {
        return (candidate.phases & bit(phase)) != 0 && fits(candidate.codes, code) &&
               fits(candidate.enhanced, enhanced) &&
               (candidate.phrases.empty() || occurs_one_of(candidate.phrases, folded.text()));
      });
  return static_cast<std::size_t>(row - std::begin(kRows));
}

Folded::Folded(std::string_view reply, std::string_view hello) : our_name_(argument_of(hello)) {
  add(' ');
  smtp::ReplyLines lines(reply);
  std::string_view line;
  for (bool first = true; size_ < kOctetsMax - 1 && lines.next(line); first = false) {
    add_line(line, first);
  }
  INVARIANT(size_ < kOctetsMax);
  if (octets_[size_ - 1] != ' ') octets_[size_++] = ' ';
}

void Folded::add_line(std::string_view line, bool first) {
  line.remove_prefix(std::min(line.find_first_not_of("0123456789.# \t"), line.size()));
  add(' ');
  // RFC 5321 section 4.2: the server's own name comes first.
  if (const std::string_view server = token_at_start(line); first && is_name(server)) {
    line.remove_prefix(server.size());
  }
  bool in_url = false;
  bool in_path = false;  // After a slash in the URL: the names of pages count as words.
  while (!line.empty()) {
    const std::string_view token = token_at_start(line);
    if (token.empty()) {
      const bool at_host = line.starts_with("//");
      in_url = at_host || (in_url && line.front() != ' ');
      in_path = in_url && !at_host && line.front() == '/';
      add(' ');
      line.remove_prefix(at_host ? 2 : std::max<std::size_t>(quoted_command(line), 1));
      continue;
    }
    if (same_letters(token, our_name_)) {
      remove_verb();
    } else {
      is_name(token) && !in_path ? add_name(token) : add_words(token);
    }
    line.remove_prefix(token.size());
  }
}

// Our name together with the verb before it is our own command, not the server's words.
void Folded::remove_verb() {
  for (const std::string_view verb : {" ehlo ", " helo "}) {
    if (text().ends_with(verb)) size_ -= verb.size() - 1;
  }
}

void Folded::add_words(std::string_view words) {
  for (const char c : words) add(is_word(lower(c)) ? lower(c) : ' ');
}

void Folded::add_name(std::string_view name) {
  add(' ');
  add('.');
  for (const char c : name) add(is_word(lower(c)) ? lower(c) : '.');
  add('.');
  add(' ');
}

// Leaves room for the closing blank.
void Folded::add(char octet) {
  if (octet == ' ' && size_ > 0 && octets_[size_ - 1] == ' ') return;
  if (size_ < kOctetsMax - 1) octets_[size_++] = octet;
}

}  // namespace mxsweep::verdict

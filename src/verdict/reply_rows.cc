// SPDX-License-Identifier: MIT
#include "verdict/reply_rows.h"

#include <algorithm>

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

constexpr CodeRange kRefusal{400, 599};
constexpr CodeRange kSoft{400, 499};
constexpr CodeRange kHard{500, 599};
constexpr CodeRange kEveryCode{0, 999};
constexpr CodeRange only(int code) { return {code, code}; }

constexpr EnhancedRange kAnyEnhanced{};
constexpr EnhancedRange x(int subject, int first, int last) { return {subject, first, last}; }
constexpr EnhancedRange x(int subject, int detail) { return {subject, detail, detail}; }
constexpr EnhancedRange x(int subject) { return {subject}; }

// clang-format off
constexpr ReplyRow kRows[] = {
    // Plain words about us.
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "dnsbl| rbl |spamhaus|spamcop|barracuda|sorbs.net|abuseat|blocked using|blocked by "
     "| is blocked| listed at | listed by | listed in | listed on | is listed |blacklist|black list"
     "|blocklist|block list|banned sending ip|ip reputation|bad reputation|poor reputation"
     "|low reputation",
     Cause::blocked_scanner_ip, "a blocklist or a reputation service is named"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "reverse dns|reverse hostname|reverse lookup|cannot find your hostname| ptr | rdns |fcrdns"
     "|unresolvable relay host|ip name lookup failed",
     Cause::blocked_scanner_no_fcrdns, "our address has no name, or one that does not lead back"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "bare lf |bare newline|bare line feed|stray newline|smtplf.html",
     Cause::protocol_bare_lf, "before 521 x.5: Postfix says both at once"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "synchronization|synchronisation|pipelin|talk too soon|talks too soon|before the greeting"
     "|before greeting|without waiting|speak before|speaking before|early talker",
     Cause::protocol_out_of_turn, "it heard us before it had finished"},
    {kAnyPhase, only(521), x(5), "",
     Cause::protocol_out_of_turn, "postscreen's pregreet and pipelining tests"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "too many connections|too many concurrent|too many sessions|too many simultaneous"
     "|too many open connections|too many smtp |connection limit|connection rate"
     "|concurrent connections|number of connections|maximum connections|max connections"
     "|new tls sessions|numerous connection",
     Cause::throttled_connections, "before x.3.2 and x.4.5, with which Exchange and Cisco say it"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "rate limit|ratelimit|rate exceeded|unusual rate|sending rate|throttl|slow down|again slower"
     "|too quickly|too fast |too frequent|too many requests|numerous attempts",
     Cause::throttled_rate, "so often, so fast: a limit per time"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "greylist|grey list|graylist|gray list|postgrey",
     Cause::throttled_greylist, "a stranger is asked to come back later"},

    // Enhanced codes that mean one thing only.
    {kAnyPhase, kRefusal, x(7, 25), "",
     Cause::blocked_scanner_no_fcrdns, "RFC 7372: reverse DNS validation failed"},
    {kAnyPhase, kRefusal, x(7, 606, 619), "",
     Cause::blocked_scanner_ip, "Exchange Online: banned sending address"},
    {kAnyPhase, kRefusal, x(7, 501, 503), "",
     Cause::blocked_scanner_ip, "Exchange Online: abuse detected, sender banned"},
    {kAnyPhase, kRefusal, x(7, 511), "",
     Cause::blocked_scanner_ip, "Exchange Online: sender banned, with a way to appeal"},
    {kAnyPhase, kRefusal, x(7, 28), "",
     Cause::throttled_rate, "the registry's \"mail flood detected\"; Gmail's rate limit"},
    {kAnyPhase, kRefusal, x(7, 500), "",
     Cause::throttled_rate, "Exchange Online's \"server busy\" is a limit on one source"},
    {kAnyPhase, kRefusal, x(3, 5), "",
     Cause::config_server_error, "RFC 3463: system incorrectly configured"},
    {kAnyPhase, kRefusal, x(7, 8, 11), "",
     Cause::policy_auth_or_tls_required, "RFC 4954: credentials, a stronger mechanism, encryption"},

    // Words about the server.
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "insufficient storage|insufficient system storage|insufficient disk|space shortage|disk space"
     "|disk full|disk is full|out of disk|no space left|mail system full",
     Cause::resources_storage, "no room for mail"},
    {kAnyPhase, kRefusal, x(3, 1), "",
     Cause::resources_exhausted, "Exchange's back pressure: disk or memory, it does not say"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "out of memory|too much load|load average|high load|heavy load|overload|ports are busy"
     "|no system resources|insufficient system resources|insufficient resources"
     "|temporarily unavailable resource|resource temporarily unavailable|resources unavailable"
     "|resources temporarily unavailable|server busy|server is busy|system busy|too busy"
     "|unable to fork|queue file write error",
     Cause::resources_overload, "it can do no more just now"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "configuration error|configuration problem|config error|misconfigur|local data error"
     "|unable to read controls|lookup error|mail system error",
     Cause::config_server_error, "its own set-up keeps it from working"},
    {kAnyPhase, kHard, kAnyEnhanced,
     "no smtp service|no mail service|accepts no mail|not accept any mail|never accepts mail",
     Cause::config_null_mx_or_no_mail, "RFC 5321 section 3.1: 554 with these words"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "too many errors|too many bad|too many unrecognized|too many unknown|too many invalid"
     "|too many syntax|too many protocol|too many nonmail|break rules",
     Cause::protocol_too_many_errors, "it took what we said for an attack"},
    {kAnyPhase, only(421), x(4, 2), "",
     Cause::protocol_server_timeout, "RFC 3463: bad connection; servers say it of a silent client"},
    {kAnyPhase, kRefusal, kAnyEnhanced,
     "timeout|timed out|time limit|time out",
     Cause::protocol_server_timeout, "we were too slow for it"},
    {kStarttls, kRefusal, kAnyEnhanced,
     "tls not available|tls is not available|tls not currently available|tls currently unavailable"
     "|tls unavailable|tls temporarily|security failure|local problem",
     Cause::config_tls_unavailable, "key, certificate or entropy is missing there"},
    {kEhlo, {500, 504}, kAnyEnhanced,
     "unrecognized|unrecognised|not recognized|not recognised|not implemented|unimplemented"
     "|unknown command|bad command|invalid command|unsupported| eh ",
     Cause::protocol_ehlo_unsupported, "the verb, not its argument: before the words below"},
    {kEhlo, kRefusal, kAnyEnhanced,
     " helo | ehlo |hostname|host name|invalid name|fully qualified|fqdn|invalid domain"
     "|domain name",
     Cause::config_scanner_helo_rejected, "it objects to the name that we gave"},

    // Enhanced codes that mean several things, now that the words have been heard.
    {kAnyPhase, kRefusal, x(4, 5), "",
     Cause::resources_overload, "RFC 3463: mail system congestion"},
    {kAnyPhase, kRefusal, x(3, 2), "",
     Cause::resources_overload, "RFC 3463: not accepting network messages"},

    // What the code means in this phase.
    {kAnyPhase, {530, 538}, kAnyEnhanced, "",
     Cause::policy_auth_or_tls_required, "RFC 4954 and 3207 own these codes"},
    {kAnyPhase, only(521), x(7), "",
     Cause::blocked_unspecified, "postscreen's drop with a text of the operator's own"},
    {kAnyPhase, only(521), kAnyEnhanced, "",
     Cause::config_null_mx_or_no_mail, "RFC 7504: this host never accepts mail"},
    {kAnyPhase, only(556), kAnyEnhanced, "",
     Cause::config_null_mx_or_no_mail, "RFC 7504: this domain accepts no mail"},
    {kAnyPhase, only(452), kAnyEnhanced, "",
     Cause::resources_storage, "RFC 5321: insufficient system storage"},
    {kGreeting, kHard, kAnyEnhanced, "",
     Cause::blocked_unspecified, "we had not said a word: it is about who we are"},
    {kStarttls, only(454), kAnyEnhanced, "",
     Cause::config_tls_unavailable, "RFC 3207: not available due to temporary reason"},
    {kStarttls, {500, 509}, kAnyEnhanced, "",
     Cause::config_tls_advertised_but_refused, "offered in EHLO and then not known"},
    {kStarttls, {550, 559}, kAnyEnhanced, "",
     Cause::config_tls_advertised_but_refused, "offered in EHLO and then declined"},
    {kEhlo, only(500), kAnyEnhanced, "",
     Cause::protocol_ehlo_unsupported, "RFC 5321: command unrecognized"},
    {kEhlo, only(502), kAnyEnhanced, "",
     Cause::protocol_ehlo_unsupported, "RFC 5321: command not implemented"},
    {kEhlo, only(501), kAnyEnhanced, "",
     Cause::config_scanner_helo_rejected, "RFC 5321: syntax error in the parameter, our name"},
    {kEhlo, only(504), kAnyEnhanced, "",
     Cause::config_scanner_helo_rejected, "RFC 5321: the parameter, our name, is not accepted"},

    // What is left. 4.7.0 says no more than a bare 4xx does: RFC 3463 "other or undefined".
    {kAnyPhase, kSoft, x(7, 1, 999), "", Cause::tempfail_policy, "a policy, but which?"},
    {kAnyPhase, kHard, x(7), "", Cause::policy_rejected, "a policy, but which?"},
    {kAnyPhase, kSoft, kAnyEnhanced, "", Cause::tempfail_unspecified, "later, without a reason"},
    {kAnyPhase, kHard, kAnyEnhanced, "", Cause::reject_unspecified, "no, without a reason"},
    {kAnyPhase, only(221), kAnyEnhanced, "",
     Cause::reject_unspecified, "a good-bye without a QUIT of ours"},
    {kAnyPhase, kEveryCode, kAnyEnhanced, "",
     Cause::protocol_not_smtp, "neither refusal nor what was asked: 200 is how NNTP greets"},
};
// clang-format on

constexpr bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr bool is_folded(std::string_view phrases) {
  return std::all_of(phrases.begin(), phrases.end(),
                     [](char c) { return is_word(c) || c == ' ' || c == '.' || c == '|'; });
}
static_assert(std::all_of(std::begin(kRows), std::end(kRows),
                          [](const ReplyRow& row) { return is_folded(row.phrases); }),
              "a phrase with other octets than folded text has can never occur");
static_assert(std::end(kRows)[-1].phases == kAnyPhase && std::end(kRows)[-1].codes.first == 0 &&
                  std::end(kRows)[-1].enhanced.subject == EnhancedRange::kAnySubject &&
                  std::end(kRows)[-1].phrases.empty(),
              "the last row fits every reply");

bool fits(CodeRange range, int code) { return range.first <= code && code <= range.last; }

bool fits(EnhancedRange range, smtp::EnhancedCode code) {
  if (range.subject == EnhancedRange::kAnySubject) return true;
  return code && code.subject == range.subject && range.detail_first <= code.detail &&
         code.detail <= range.detail_last;
}

bool occurs_one_of(std::string_view phrases, std::string_view text) {
  while (!phrases.empty()) {
    const std::size_t end = std::min(phrases.find('|'), phrases.size());
    if (text.find(phrases.substr(0, end)) != std::string_view::npos) return true;
    phrases.remove_prefix(std::min(end + 1, phrases.size()));
  }
  return false;
}

}  // namespace

std::span<const ReplyRow> reply_rows() { return kRows; }

std::size_t fitting_row(Phase phase, int code, std::string_view reply) {
  const smtp::EnhancedCode enhanced = smtp::enhanced_code(reply);
  const Folded folded(reply);
  const auto* const row =
      std::find_if(std::begin(kRows), std::end(kRows) - 1, [&](const ReplyRow& candidate) {
        return (candidate.phases & bit(phase)) != 0 && fits(candidate.codes, code) &&
               fits(candidate.enhanced, enhanced) &&
               (candidate.phrases.empty() || occurs_one_of(candidate.phrases, folded.text()));
      });
  return static_cast<std::size_t>(row - std::begin(kRows));
}

Folded::Folded(std::string_view reply) {
  add(' ');
  smtp::ReplyLines lines(reply);
  std::string_view line;
  while (size_ < kOctetsMax - 1 && lines.next(line)) add_line(line);
  INVARIANT(size_ < kOctetsMax);
  if (octets_[size_ - 1] != ' ') octets_[size_++] = ' ';
}

void Folded::add_line(std::string_view line) {
  const std::size_t start = line.find_first_not_of("0123456789.# \t");
  if (start == std::string_view::npos) return;
  add(' ');
  for (std::size_t i = start; i < line.size(); ++i) {
    const char octet = lower(line[i]);
    const bool inner_dot = octet == '.' && i > start && is_word(lower(line[i - 1])) &&
                           i + 1 < line.size() && is_word(lower(line[i + 1]));
    add(is_word(octet) || inner_dot ? octet : ' ');
  }
}

// Keeps the last octet's place free for the closing blank.
void Folded::add(char octet) {
  if (octet == ' ' && size_ > 0 && octets_[size_ - 1] == ' ') return;
  if (size_ < kOctetsMax - 1) octets_[size_++] = octet;
}

}  // namespace mxsweep::verdict

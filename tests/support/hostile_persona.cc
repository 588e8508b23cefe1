// SPDX-License-Identifier: MIT
#include "support/hostile_persona.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace mxsweep::sink {
namespace {

constexpr std::string_view kKeywords[] = {"PIPELINING",
                                          "8BITMIME",
                                          "SMTPUTF8",
                                          "SIZE 10240000",
                                          "SIZE",
                                          "SIZE -1",
                                          "SIZE 99999999999999",
                                          "AUTH PLAIN LOGIN",
                                          "AUTH=PLAIN",
                                          "AUTH",
                                          "ENHANCEDSTATUSCODES",
                                          "CHUNKING",
                                          "DSN",
                                          "ETRN",
                                          "XXXXXXXA",
                                          "XXXX",
                                          "starttls",
                                          "STARTTLS x",
                                          " STARTTLS",
                                          "STARTTLSX",
                                          "X-STARTTLS",
                                          "-",
                                          "",
                                          "=",
                                          "HELP",
                                          "XCLIENT NAME ADDR",
                                          "VRFY",
                                          "LIMITS RCPTMAX=10",
                                          "REQUIRETLS",
                                          "FUTURERELEASE 1 2",
                                          "\xc3\xa9t\xc3\xa9",
                                          "\xff\xfe",
                                          "STARTTLS\tx",
                                          "PIPELINING PIPELINING"};
constexpr std::string_view kTexts[] = {"",
                                       " ",
                                       "ok",
                                       "go ahead",
                                       "4.3.2 too many connections",
                                       "5.7.1 blocked using zen.example",
                                       "5.7.1 rejected",
                                       "4.3.1 Insufficient system storage",
                                       "greylisted, try again in 300 seconds",
                                       "5.5.1 Error: command not recognized",
                                       "mx.test ESMTP",
                                       "[192.0.2.1] ESMTP",
                                       "bye",
                                       "2.0.0 fine",
                                       "TLS not available due to temporary reason",
                                       "no mail service here",
                                       "Access denied",
                                       "4.7.0 come back later",
                                       "{\"json\":[\"\\u0000\"]}",
                                       "<script>alert(1)</script>",
                                       "scanner.test pipelining rejected",
                                       "EHLO STARTTLS QUIT",
                                       "\xe2\x80\xae\xe2\x80\x8b"};
constexpr std::string_view kOtherProtocols[] = {
    "SSH-2.0-OpenSSH_9.2p1\r\n",
    "+OK POP3 ready\r\n",
    "* OK IMAP4rev1 ready\r\n",
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html></html>",
    "* BYE too many\r\n",
    "RFB 003.008\n",
    "login: ",
    "\xff\xfd\x18\xff\xfd\x20",
    "ftp.test FTP server ready\r\n",
    "2024-11-22 starting\r\n",
    "ld.so: error while loading shared libraries\n"};
constexpr Trigger kConversation[] = {Trigger::greeting, Trigger::ehlo, Trigger::starttls,
                                     Trigger::ehlo_tls, Trigger::mail, Trigger::rcpt,
                                     Trigger::relay,    Trigger::noop, Trigger::quit};

template <std::size_t N>
std::string_view choose(Random& random, const std::string_view (&texts)[N]) {
  return texts[random.below(N)];
}

Script& script_of(Persona& persona, Trigger trigger) {
  return persona.scripts[static_cast<std::size_t>(trigger)];
}

}  // namespace

HostileTls::HostileTls(WallTime now) : authority_(now) {
  using tls::ClientCertificate;
  using tls::Version;
  std::array<TlsBehaviour, 10> behaviours{};
  behaviours[1].version_max = Version::tls1_2;
  behaviours[2].certificate = CertificateKind::self_signed;
  behaviours[3].certificate = CertificateKind::expired;
  behaviours[3].version_max = Version::tls1_2;
  behaviours[4].certificate = CertificateKind::long_chain;
  behaviours[5].version_max = Version::tls1_0;
  behaviours[6].client_certificate = ClientCertificate::required;
  behaviours[7].client_certificate = ClientCertificate::required;
  behaviours[7].version_max = Version::tls1_2;
  behaviours[8].client_certificate = ClientCertificate::requested;
  behaviours[9].version_min = Version::tls1_3;
  behaviours[9].ciphers = "NORMAL:-GROUP-ALL:+GROUP-SECP384R1";
  for (const TlsBehaviour& behaviour : behaviours) {
    Persona& kind = kinds_.emplace_back();
    kind.tls = behaviour;
    kind.implicit_tls = true;  // equip() serves only those that speak TLS.
  }
  if (!authority_.equip(kinds_).ok()) std::abort();
}

HostilePersona::HostilePersona(std::uint64_t seed, const HostileTls& tls, const HostileRules& rules)
    : random_(mix(seed)), rules_(rules) {
  offers_tls_ = one_in(rules.tls_share);
  const bool implicit = offers_tls_ && one_in(4);
  const Persona& kind = tls.kinds()[random_.below(static_cast<std::uint32_t>(tls.kinds().size()))];
  persona_.name = "h" + std::to_string(seed);
  persona_.weight = 1;
  persona_.tls = kind.tls;
  persona_.tls_server = kind.tls_server;
  persona_.implicit_tls = rules.steady ? rules.begins_with_tls : implicit && !one_in(16);
  client_begins_with_tls_ = rules.steady ? rules.begins_with_tls : implicit && !one_in(16);
  for (const TriggerRow& row : kTriggers) {
    if (row.trigger != Trigger::hello) script_of(persona_, row.trigger) = script(row.trigger);
  }
  if (one_in(4)) script_of(persona_, Trigger::hello) = hello();
}

std::string HostilePersona::any_of(std::string_view alphabet, std::size_t octets) {
  std::string text;
  for (std::size_t i = 0; i < octets; ++i) {
    text += alphabet[random_.below(static_cast<std::uint32_t>(alphabet.size()))];
  }
  return text;
}

std::string HostilePersona::any_octets(std::size_t octets_max) {
  std::string octets(1 + random_.below(static_cast<std::uint32_t>(octets_max)), '\0');
  for (char& octet : octets) octet = static_cast<char>(random_.next() >> 56U);
  return octets;
}

std::string HostilePersona::ehlo_reply() {
  std::string reply = "250-mx.test\r\n";
  for (std::uint32_t more = random_.below(7); more > 0; --more) {
    reply.append("250-").append(choose(random_, kKeywords)).append("\r\n");
  }
  if (offers_tls_) reply += "250-STARTTLS\r\n";
  return reply + "250 HELP\r\n";
}

std::string HostilePersona::right_reply(Trigger trigger) {
  switch (trigger) {
    case Trigger::greeting:
      return one_in(4) ? "220-mx.test ESMTP\r\n220 mx.test\r\n" : "220 mx.test ESMTP\r\n";
    case Trigger::ehlo:
    case Trigger::ehlo_tls: return ehlo_reply();
    case Trigger::starttls: return "220 go ahead\r\n";
    case Trigger::quit: return "221 bye\r\n";
    case Trigger::relay: return one_in(8) ? "250 ok\r\n" : "554 5.7.1 Relay access denied\r\n";
    case Trigger::mail:
    case Trigger::rcpt:
    case Trigger::helo:
    case Trigger::noop:
    case Trigger::other:
    case Trigger::hello: break;
  }
  return "250 mx.test\r\n";
}

// Any code, with a text that might mean something.
std::string HostilePersona::wrong_reply() {
  static constexpr std::string_view kCodes[] = {"421", "450", "451", "454", "500", "501",
                                                "502", "503", "521", "530", "550", "554",
                                                "221", "220", "250", "354", "334", "200"};
  std::string reply(choose(random_, kCodes));
  if (one_in(4)) reply = any_of("0123456789", 1 + random_.below(4));
  reply += any_of("   -\t", one_in(16) ? 0 : 1);
  return reply.append(choose(random_, kTexts)).append("\r\n");
}

// Lines of a reply that do not belong together.
std::string HostilePersona::odd_lines() {
  static constexpr std::string_view kEnds[] = {"\r\n", "\r\n",   "\r\n", "\n",
                                               "\r",   "\r\r\n", "\n\r"};
  std::string reply;
  for (std::uint32_t lines = 1 + random_.below(6); lines > 0; --lines) {
    if (!one_in(5)) reply += any_of("2245", 1) + any_of("0125", 1) + any_of("0145", 1);
    reply += any_of("--- \t", 1);
    reply.append(choose(random_, kTexts)).append(choose(random_, kEnds));
  }
  return reply;
}

// Long lines, many lines, many replies.
std::string HostilePersona::much() {
  const std::uint32_t size = one_in(8) ? 60'000 : 3'000;
  if (one_in(3)) return "250 " + std::string(random_.below(size), 'x') + "\r\n";
  const std::string line = one_in(2)   ? "250-" + any_of("aX 0-=", 20) + "\r\n"
                           : one_in(2) ? right_reply(Trigger::quit)
                                       : "\r\n";
  std::string octets;
  for (std::uint32_t left = random_.below(size); octets.size() < left;) octets += line;
  return octets + (one_in(2) ? "250 end\r\n" : "");
}

std::string HostilePersona::other_protocol() {
  return std::string(choose(random_, kOtherProtocols));
}

// Records of TLS, whole or not, where clear text is expected.
std::string HostilePersona::tls_in_clear() {
  using std::string_view_literals::operator""sv;
  static constexpr std::string_view kRecords[] = {
      "\x15\x03\x01\x00\x02\x02\x28"sv,  // handshake_failure
      "\x15\x03\x03\x00\x02\x01\x00"sv,  // close_notify
      "\x15\x03\x03\x00\x02\x02\x74"sv,  // certificate_required
      "\x15\x03\x03\x00\x02\x02"sv,      // A part of an alert.
      "\x16\x03\x03\x00\x04\x00\x00\x00\x00"sv,
      "\x16\x03\x03\xff\xff\x02"sv,
      "\x14\x03\x03\x00\x01\x01"sv,
      "\x17\x03\x03\x00\x05hello"sv,
      "\x16"sv,
      "\x80\x2e\x01\x00\x02"sv};
  std::string octets(choose(random_, kRecords));
  if (one_in(4)) {
    // A ServerHello that goes wrong somewhere behind its version.
    octets = "\x16\x03\x03";
    const std::string body = any_octets(200);
    octets += static_cast<char>(0);
    octets += static_cast<char>(body.size() + 6);
    octets += std::string("\x02\x00\x00", 3) + static_cast<char>(body.size() + 2) + "\x03\x03";
    octets += body;
  }
  return octets;
}

// The replies to commands that are yet to come, in one piece.
std::string HostilePersona::early_replies(Trigger trigger) {
  std::string octets;
  const auto* next = std::find(std::begin(kConversation), std::end(kConversation), trigger);
  for (; next != std::end(kConversation); ++next) {
    octets += one_in(6) ? wrong_reply() : right_reply(*next);
    if (one_in(3)) break;
  }
  return octets;
}

void HostilePersona::spoil(std::string& octets) {
  for (std::uint32_t times = 1 + random_.below(3); times > 0; --times) {
    const auto at = random_.below(static_cast<std::uint32_t>(octets.size() + 1));
    const auto count = std::min<std::size_t>(1 + random_.below(8), octets.size() - at);
    const std::string odd = any_of(std::string_view("\0\r\n\t \x7f\xff\xc3-25", 11), 1);
    switch (random_.below(5)) {
      case 0: octets.insert(at, odd); break;
      case 1: octets.erase(at, count); break;
      case 2: octets.insert(at, octets.substr(at, count)); break;
      case 3: octets.replace(at, std::min<std::size_t>(count, 1), odd); break;
      default: octets.resize(one_in(4) ? at : octets.size()); break;
    }
  }
}

std::string HostilePersona::reply(Trigger trigger) {
  if (!one_in(3)) return right_reply(trigger);
  std::string octets = right_reply(trigger);
  switch (random_.below(12)) {
    case 0:
    case 1:
    case 2: spoil(octets); return octets;
    case 3:
    case 4: return wrong_reply();
    case 5: return odd_lines();
    case 6: return any_octets(one_in(8) ? 600 : 40);
    case 7: return one_in(4) ? much() : odd_lines() + right_reply(trigger);
    case 8: return other_protocol();
    case 9: return tls_in_clear();
    case 10: return early_replies(trigger);
    default: return one_in(2) ? wrong_reply() + octets : octets + wrong_reply();
  }
}

Duration HostilePersona::pause() {
  if (!one_in(6)) return {};
  const bool longer = !rules_.steady && one_in(3);
  const Duration most = longer ? rules_.times.longer : rules_.times.shorter;
  return std::chrono::milliseconds{random_.below(static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(most).count()))};
}

StepAction HostilePersona::ending(Trigger trigger) {
  if (trigger == Trigger::quit && !one_in(4)) return StepAction::close;
  if (trigger == Trigger::starttls && !one_in(3)) return StepAction::tls;
  if (one_in(12)) return StepAction::hang;
  if (rules_.steady || !one_in(10)) return StepAction::none;
  return one_in(3) ? StepAction::reset : StepAction::close;
}

// Requires: the script has no step with an action yet. Only a step that pauses may follow another,
// as the fleet joins the others when it reads them.
void HostilePersona::add_step(Script& script, std::string octets) {
  Step& step = script.emplace_back();
  step.after = pause();
  if (script.size() > 1) step.after = std::max<Duration>(step.after, std::chrono::milliseconds{1});
  step.octets = std::move(octets);
  if (!step.octets.empty() && step.octets.size() < 200 && one_in(40)) {
    const std::uint32_t rate = rules_.steady ? 1000 : 1 + random_.below(100);
    step.octet_interval = Duration(std::chrono::seconds{1}) / rate;
  }
}

Script HostilePersona::script(Trigger trigger) {
  Script script;
  if (one_in(40)) return script;  // Silence.
  std::string octets = reply(trigger);
  while (one_in(10) && octets.size() > 1) {
    const std::size_t cut = 1 + random_.below(static_cast<std::uint32_t>(octets.size() - 1));
    add_step(script, octets.substr(0, cut));
    octets.erase(0, cut);
  }
  add_step(script, std::move(octets));
  Step& last = script.back();
  if (one_in(1000) && !last.octets.empty()) {
    last.forever = true;
    last.octet_interval = {};
    while (last.octets.size() < kFloodChunkOctets) last.octets += last.octets;
    last.octets.resize(kFloodChunkOctets);
    last.action = StepAction::hang;
  } else {
    last.action = ending(trigger);
    if (last.octets.empty() && last.action == StepAction::none && last.after == Duration{}) {
      script.pop_back();
    }
  }
  return script;
}

// Before the handshake, or instead of it. Before it there are only lines: behind other octets,
// those of the handshake would be noise, which is random.
Script HostilePersona::hello() {
  Script script;
  const bool instead = !one_in(3);
  std::string octets = wrong_reply();
  if (instead && one_in(2)) octets = one_in(2) ? tls_in_clear() : any_octets(100);
  if (one_in(2)) spoil(octets);
  if (!instead) octets += "\r\n";
  if (one_in(4)) octets.clear();
  add_step(script, std::move(octets));
  Step& step = script.back();
  if (instead) {
    const bool closes = !rules_.steady && one_in(2);
    step.action = closes ? StepAction::close : StepAction::hang;
  } else if (one_in(3)) {
    step.action = StepAction::cut;
  }
  // A step without anything would be none.
  if (step.octets.empty()) step.after += std::chrono::milliseconds{1};
  return script;
}

}  // namespace mxsweep::sink

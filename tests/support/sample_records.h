// SPDX-License-Identifier: MIT
// One record of every kind without TLS, for whoever needs records without a conversation: tests,
// benchmarks. Those with TLS: sample_tls_records.h.
//
//   Lifetime  All views are of static storage.
#pragma once

#include <algorithm>
#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/results/record.h"
#include "mxsweep/smtp/reply.h"

namespace mxsweep::results::samples {

inline constexpr std::string_view kPostfixGreeting = "220 mx1.example.net ESMTP Postfix\r\n";
inline constexpr std::string_view kPostfixEhlo =
    "250-mx1.example.net\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-STARTTLS\r\n"
    "250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250 CHUNKING\r\n";

// Up to and with the connect: what every probe of an address has.
inline Record attempted(std::string_view target = "192.0.2.10") {
  Record record;
  record.target = target;
  record.line = 17;
  record.ip.octets = {192, 0, 2, 10};
  record.ip.family = Family::ipv4;
  record.port = 25;
  record.attempt = 1;
  record.at = WallTime{std::chrono::microseconds{1'795'342'500'123'456}};
  record.ms[Phase::connect] = std::chrono::microseconds{12'010};
  record.ms.total = std::chrono::microseconds{101'342};
  return record;
}

inline Record typical() {
  Record record = attempted();
  record.outcome = Outcome::ok;
  record.phase = Phase::quit;
  record.greeting = {220, kPostfixGreeting};
  record.ehlo = {250, kPostfixEhlo};
  record.starttls_known = true;
  record.starttls_offered = Offered::yes;
  record.bytes_in = 237;
  record.bytes_out = 25;
  record.ms[Phase::greeting] = std::chrono::microseconds{13'377};
  record.ms[Phase::ehlo] = std::chrono::microseconds{12'100};
  record.ms[Phase::quit] = std::chrono::microseconds{12'050};
  return record;
}

inline Record eight_bit() {
  Record record = typical();
  record.greeting = {220,
                     "220 mx1.example.net ESMTP Bienvenue \xe0 Orl\xe9"
                     "ans\r\n"};
  record.anomalies.add(Anomaly::eight_bit);
  return record;
}

inline Record utf8() {
  Record record = typical();
  record.target =
      "b\xc3\xbc"
      "cher.example";
  record.greeting = {220,
                     "220 mx1.example.net ESMTP Gr\xc3\xbc\xc3\x9f"
                     "e\r\n"};
  record.ehlo = {250, "250-mx1.example.net\r\n250-X-GRUSS \xe2\x9c\x89\r\n250 SIZE\r\n"};
  record.anomalies.add(Anomaly::eight_bit);
  return record;
}

inline Record refused(Phase phase, Cause cause, ReplyText reply) {
  Record record = attempted();
  record.outcome = Outcome::refused;
  record.phase = phase;
  record.cause = cause;
  record.reply = reply;
  record.greeting = phase == Phase::greeting ? reply : ReplyText{220, kPostfixGreeting};
  if (phase == Phase::ehlo) record.ehlo = reply;
  record.starttls_known = true;
  record.bytes_in = static_cast<std::uint32_t>(reply.octets.size());
  record.ms[Phase::greeting] = std::chrono::microseconds{6'001'377};
  return record;
}

inline Record too_busy() {
  return refused(
      Phase::greeting, Cause::throttled_connections,
      {421, "421 4.7.0 mx1.example.net Error: too many connections from 192.0.2.99\r\n"});
}

inline Record blocked() {
  return refused(Phase::greeting, Cause::blocked_scanner_ip,
                 {554,
                  "554-mx1.example.net\r\n"
                  "554 Your access to this mail system has been rejected (#5.7.1)\r\n"});
}

inline Record failed(Phase phase, Cause cause, int error = 0) {
  Record record = attempted();
  record.outcome = Outcome::failed;
  record.phase = phase;
  record.cause = cause;
  record.socket_errno = error;
  return record;
}

inline Record not_smtp() {
  Record record = failed(Phase::greeting, Cause::protocol_not_smtp);
  record.reply = {0, {"HTTP/1.1 400 Bad Request\r\n\r\n\0\x01\x7f\"\\", 33}};
  record.ms[Phase::greeting] = std::chrono::nanoseconds{499};
  return record;
}

inline Record invalid_line() {
  Record record;
  record.target = "192.0.2.300:25 # \"no\" such\taddress";
  record.line = 100'000'000;
  record.outcome = Outcome::invalid;
  record.cause = Cause::input_syntax;
  return record;
}

inline Record no_such_name() {
  Record record;
  record.target = "mx1.example.net:587";
  record.line = 3;
  record.port = 587;
  record.name = "mx1.example.net";
  record.outcome = Outcome::failed;
  record.phase = Phase::dns;
  record.cause = Cause::dns_nxdomain;
  record.ms[Phase::dns] = std::chrono::microseconds{1204};
  return record;
}

inline Record latin1_target() {
  Record record = invalid_line();
  record.target =
      "b\xfc"
      "cher.example";
  record.name =
      "b\xfc"
      "cher";
  record.cause = Cause::input_not_text;
  return record;
}

inline Record with_meta() {
  Record record = typical();
  record.target = "2001:db8::5";
  record.ip.octets = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5};
  record.ip.family = Family::ipv6;
  record.meta = R"( {"rack" : "b7", "owner":"\u00fcs", "n":[1e3, null, true]})";
  record.name = "mx1.example.net";
  return record;
}

inline Record helo_only() {
  Record record = typical();
  record.verb = Verb::helo;
  record.ehlo = {250, "250 mx1.example.net at your service\r\n"};
  record.starttls_offered = Offered::not_known;
  record.anomalies.add(Anomaly::ehlo_refused);
  return record;
}

inline Record ehlo_refused() {
  return refused(Phase::ehlo, Cause::config_scanner_helo_rejected,
                 {550, "550 5.7.1 go away\xff\r\n"});
}

inline Record interrupted() {
  Record record = attempted();
  record.outcome = Outcome::local;
  record.phase = Phase::greeting;
  record.cause = Cause::local_interrupted;
  return record;
}

// As many lines as a reply may have and as many octets, every one of them to be escaped.
inline Record huge() {
  static const std::string reply = [] {
    const std::size_t line_octets = smtp::kReplyOctetsMax / smtp::kReplyLinesMax;
    std::string octets;
    for (std::size_t line = 1; line <= smtp::kReplyLinesMax; ++line) {
      std::string text = line < smtp::kReplyLinesMax ? "250-" : "250 ";
      text += std::to_string(line) + ' ';
      text.resize(line_octets - 2, '\x80');
      octets += text + "\r\n";
    }
    return octets;
  }();
  Record record = typical();
  record.greeting = {250, reply};
  record.ehlo = {250, reply};
  for (std::size_t i = 0; i < kAnomalyCount; ++i) record.anomalies.add(static_cast<Anomaly>(i));
  record.bytes_in = record.bytes_out = UINT32_MAX;
  for (Duration& span : record.ms.of) span = Duration::max();
  record.ms.total = Duration::max();
  record.line = UINT64_MAX;
  record.attempt = UINT32_MAX;
  record.port = UINT16_MAX;
  return record;
}

inline std::vector<Record> plain_records() {
  return {
      typical(),
      eight_bit(),
      utf8(),
      with_meta(),
      helo_only(),
      too_busy(),
      blocked(),
      ehlo_refused(),
      failed(Phase::connect, Cause::net_refused, ECONNREFUSED),
      failed(Phase::connect, Cause::net_timeout),
      failed(Phase::connect, Cause::net_unreachable, EHOSTUNREACH),
      failed(Phase::ehlo, Cause::net_reset, ECONNRESET),
      failed(Phase::greeting, Cause::net_closed_early),
      failed(Phase::greeting, Cause::protocol_silent),
      not_smtp(),
      interrupted(),
      invalid_line(),
      no_such_name(),
      latin1_target(),
      huge(),
  };
}

}  // namespace mxsweep::results::samples

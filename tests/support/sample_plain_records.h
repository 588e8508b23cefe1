// SPDX-License-Identifier: MIT
// Records of usual conversations without TLS, and of targets without a conversation, for tests and
// benchmarks. sample_records.h has all kinds of records together.
//
//   Lifetime  All views are of static storage.
#pragma once

#include <cerrno>
#include <string_view>
#include <vector>

#include "mxsweep/results/record.h"

namespace mxsweep::results::samples {

inline constexpr std::string_view kPostfixGreeting = "220 mx1.example.net ESMTP Postfix\r\n";
inline constexpr std::string_view kPostfixEhlo =
    "250-mx1.example.net\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-STARTTLS\r\n"
    "250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250 CHUNKING\r\n";

// The members up to the connect, which every probe of an address has.
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
  record.replies[Phase::greeting] = {220, kPostfixGreeting};
  record.replies[Phase::ehlo] = {250, kPostfixEhlo};
  record.starttls_known = true;
  record.starttls_offered = Offered::yes;
  record.bytes_in = 237;
  record.bytes_out = 25;
  record.ms[Phase::greeting] = std::chrono::microseconds{13'377};
  record.ms[Phase::ehlo] = std::chrono::microseconds{12'100};
  record.ms[Phase::quit] = std::chrono::microseconds{12'050};
  return record;
}

inline Record known_software() {
  Record record = typical();
  record.software = Software{.product = "Microsoft Exchange",
                             .version = "15.1.2507.6",
                             .release = "2016",
                             .vendor = "Microsoft",
                             .evidence = EvidencePart::greeting,
                             .confidence = Confidence::certain};
  return record;
}

inline Record guessed_software() {
  Record record = typical();
  record.software = Software{.product = "Überpost",
                             .evidence = EvidencePart::extensions,
                             .confidence = Confidence::possible};
  return record;
}

inline Record refused(Phase phase, Cause cause, ReplyText reply) {
  Record record = attempted();
  record.outcome = Outcome::refused;
  record.phase = phase;
  record.cause = cause;
  record.reply = reply;
  record.replies[Phase::greeting] =
      phase == Phase::greeting ? reply : ReplyText{220, kPostfixGreeting};
  if (phase == Phase::ehlo) record.replies[Phase::ehlo] = reply;
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

inline Record invalid_object() {
  Record record;
  record.target = R"({"target":"192.0.2.1","port":"25","meta":{"rack":"b7"}})";
  record.line = 4;
  record.meta = R"({"rack":"b7"})";
  record.outcome = Outcome::invalid;
  record.phase = Phase::input;
  record.cause = Cause::input_json;
  record.input_key = "port";
  record.input_why = "not an integer";
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
  record.replies[Phase::ehlo] = {250, "250 mx1.example.net at your service\r\n"};
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

inline std::vector<Record> plain_records() {
  return {
      typical(),
      known_software(),
      guessed_software(),
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
      interrupted(),
      invalid_line(),
      invalid_object(),
  };
}

}  // namespace mxsweep::results::samples

// SPDX-License-Identifier: MIT
// Records at the limits of the format: octets that are no text, replies of the greatest length.
//
//   Lifetime  All views are of static storage.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mxsweep/core/anomaly.h"
#include "mxsweep/results/record.h"
#include "mxsweep/smtp/reply.h"
#include "support/sample_plain_records.h"

namespace mxsweep::results::samples {

inline Record eight_bit() {
  Record record = typical();
  record.replies[Phase::greeting] = {220,
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
  record.replies[Phase::greeting] = {220,
                                     "220 mx1.example.net ESMTP Gr\xc3\xbc\xc3\x9f"
                                     "e\r\n"};
  record.replies[Phase::ehlo] = {250,
                                 "250-mx1.example.net\r\n250-X-GRUSS \xe2\x9c\x89\r\n250 SIZE\r\n"};
  record.anomalies.add(Anomaly::eight_bit);
  return record;
}

inline Record not_smtp() {
  Record record = failed(Phase::greeting, Cause::protocol_not_smtp);
  record.reply = {0, {"HTTP/1.1 400 Bad Request\r\n\r\n\0\x01\x7f\"\\", 33}};
  record.ms[Phase::greeting] = std::chrono::nanoseconds{499};
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

// A reply with the most lines and the most octets, each of which has to be escaped.
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
  record.replies[Phase::greeting] = {250, reply};
  record.replies[Phase::ehlo] = {250, reply};
  for (std::size_t i = 0; i < kAnomalyCount; ++i) record.anomalies.add(static_cast<Anomaly>(i));
  record.bytes_in = record.bytes_out = UINT32_MAX;
  for (Duration& span : record.ms.of) span = Duration::max();
  record.ms.total = Duration::max();
  record.line = UINT64_MAX;
  record.attempt = UINT32_MAX;
  record.port = UINT16_MAX;
  return record;
}

inline std::vector<Record> odd_records() {
  return {eight_bit(), utf8(), not_smtp(), latin1_target(), huge()};
}

}  // namespace mxsweep::results::samples

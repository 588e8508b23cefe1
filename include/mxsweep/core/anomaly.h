// SPDX-License-Identifier: MIT
// What a server did that the standard does not provide for and that we put up with: each tolerance
// of the reader leaves one of these in the record.
//
//   Source   RFC 5321 section 4.2 (reply grammar), 4.5.3.1.5 (512 octets a line), 3.1 and 4.1.1.10.
#pragma once

#include <cstdint>
#include <string_view>

namespace mxsweep {

enum class Anomaly : std::uint8_t {
  bare_lf,                   // A line ended in LF without CR.
  bare_cr,                   // A CR that no LF followed.
  missing_text,              // A code and nothing behind it.
  no_separator,              // Neither SP nor hyphen behind the code.
  mixed_codes,               // Lines of one reply with different codes; the last line's counts.
  no_code,                   // A line without a code inside a multi-line reply.
  eight_bit,                 // Octets above 127.
  control_octets,            // NUL or other control octets in the text.
  long_line,                 // More than 512 octets, CRLF included.
  line_cut,                  // More than 4 KiB: the rest is not kept.
  unsolicited_octets,        // Octets behind a complete reply, before we said anything.
  no_221,                    // QUIT was not answered by 221: closed, reset or silent instead.
  no_close,                  // 221 was said, yet the connection stayed open.
  ehlo_refused,              // EHLO was refused and HELO accepted.
  truncated_reply,           // Closed in the middle of a reply.
  masked_keyword,            // XXXXXXXA: a middlebox has written over an EHLO keyword.
  plaintext_after_starttls,  // Clear text behind the reply to STARTTLS (RFC 3207, CVE-2011-0411).
  no_close_notify,           // TLS ended by a close without close_notify (RFC 8446, 6.1).
  stray_reply,               // A complete reply that cannot belong to our command.
  text_before_reply,         // A line without a code where a reply should begin.
  ehlo_without_host,         // EHLO answered as any command is: "250 2.0.0 Ok".
};
inline constexpr std::size_t kAnomalyCount = 21;

[[nodiscard]] std::string_view to_string(Anomaly anomaly);

class AnomalySet {
 public:
  void add(Anomaly anomaly) { bits_ |= bit(anomaly); }
  void add(AnomalySet other) { bits_ |= other.bits_; }
  [[nodiscard]] bool has(Anomaly anomaly) const { return (bits_ & bit(anomaly)) != 0; }
  [[nodiscard]] bool empty() const { return bits_ == 0; }
  friend bool operator==(AnomalySet, AnomalySet) = default;

 private:
  static constexpr std::uint32_t bit(Anomaly anomaly) {
    return std::uint32_t{1} << static_cast<unsigned>(anomaly);
  }
  std::uint32_t bits_ = 0;
};

}  // namespace mxsweep

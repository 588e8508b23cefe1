// SPDX-License-Identifier: MIT
// Writes JSON piece by piece. The only place where octets of a peer are escaped.
//
//   Source    RFC 8259 sections 6 and 7; RFC 3339 section 5.6.
//   Shape     Pieces are collected in a buffer on the stack and appended to `out` when it is full
//             and by the destructor. The caller writes commas and brackets.
//   Units     octets; milliseconds with microsecond digits.
//   Lifetime  `out` outlives the writer; no view is kept.
//   Errors    none: any octets yield a valid string.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "mxsweep/core/time.h"

namespace mxsweep::results {

// ascii: no octet above 127. latin1: not valid UTF-8 as a whole; each octet above 127 is written as
// \u00XX.
enum class Encoding : std::uint8_t { ascii, utf8, latin1 };

[[nodiscard]] Encoding encoding_of(std::string_view octets);

// `part`: the start of a text in `encoding`. Returns it without an incomplete UTF-8 sequence at the
// end.
[[nodiscard]] std::string_view whole_characters(std::string_view part, Encoding encoding);

// Whether RFC 3339 can express the time.
[[nodiscard]] bool can_be_written(WallTime time);
// Whether it was also set: no time of our own lies before 1970.
[[nodiscard]] bool is_known(WallTime time);

class JsonText {
 public:
  explicit JsonText(std::string& out) : out_(out) {}
  JsonText(const JsonText&) = delete;
  JsonText& operator=(const JsonText&) = delete;
  ~JsonText() { flush(); }

  // Writes JSON unchanged.
  void raw(std::string_view json) {
    if (json.size() > buffer_.size() - used_) return raw_beyond_buffer(json);
    std::memcpy(end(), json.data(), json.size());
    used_ += json.size();
  }

  void quoted(std::string_view octets, Encoding encoding) {
    raw("\"");
    escaped(octets, encoding);
    raw("\"");
  }

  // Without the quotes.
  void escaped(std::string_view octets, Encoding encoding) {
    for (; octets.size() > kRunOctets; octets.remove_prefix(kRunOctets)) {
      escaped_run(octets.substr(0, kRunOctets), encoding);
    }
    escaped_run(octets, encoding);
  }

  void escaped_in_capitals(std::string_view octets, Encoding encoding);  // a-z become A-Z.

  void number(std::uint64_t value) {
    make_room(kNumberRoom);
    ends_at(write_number(value, end()));
  }
  // With three decimals. Requires: span >= 0.
  void milliseconds(Duration span) {
    make_room(kNumberRoom + 4);
    ends_at(write_milliseconds(span, end()));
  }
  // Lower case, without quotes.
  void hexadecimal(std::span<const std::uint8_t, 32> octets) {
    make_room(2 * octets.size());
    ends_at(write_hexadecimal(octets, end()));
  }
  // Quoted, in UTC, to the microsecond or to the second. Requires: can_be_written(time).
  void wall_time(WallTime time) {
    make_room(kTimeRoom);
    ends_at(write_wall_time(time, end()));
  }
  void wall_second(WallTime time) {
    make_room(kTimeRoom);
    ends_at(write_wall_second(time, end()));
  }

 private:
  // Text is escaped in runs, so that room is checked once per run. An octet becomes at most six,
  // and up to eight more may be written before it is known whether they count.
  static constexpr std::size_t kRunOctets = 256;
  static constexpr std::size_t kRunRoom = 6 * kRunOctets + 8;
  static constexpr std::size_t kNumberRoom = 20;  // The digits of 2^64 - 1.
  static constexpr std::size_t kTimeRoom = sizeof "\"2026-11-22T10:15:00.123456Z\"";
  static constexpr std::size_t kBufferOctets = 6 * 1024;  // Several times a typical record.

  // Each writes at `out` and returns the end. They are static so that used_ cannot change in them:
  // otherwise code into which raw() is inlined would have to reload it after each call, and stall.
  static char* write_run(std::string_view run, Encoding encoding, char* out);
  static char* write_number(std::uint64_t value, char* out);
  static char* write_milliseconds(Duration span, char* out);
  static char* write_hexadecimal(std::span<const std::uint8_t, 32> octets, char* out);
  static char* write_wall_time(WallTime time, char* out);
  static char* write_wall_second(WallTime time, char* out);

  char* end() { return buffer_.data() + used_; }
  void ends_at(const char* end) { used_ = static_cast<std::size_t>(end - buffer_.data()); }
  void make_room(std::size_t octets) {
    if (octets > buffer_.size() - used_) flush();
  }
  void flush();
  void raw_beyond_buffer(std::string_view json);
  void escaped_run(std::string_view run, Encoding encoding) {
    make_room(kRunRoom);
    ends_at(write_run(run, encoding, end()));
  }

  std::string& out_;
  std::size_t used_ = 0;
  std::array<char, kBufferOctets> buffer_;
};

}  // namespace mxsweep::results

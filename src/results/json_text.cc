// SPDX-License-Identifier: MIT
#include "mxsweep/results/json_text.h"

#include <simdjson.h>

#include <algorithm>
#include <chrono>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/utf8.h"

namespace mxsweep::results {
namespace {

constexpr std::uint64_t kEach = 0x0101010101010101U;  // One in each of a word's eight octets.
constexpr std::uint64_t kHigh = 0x80 * kEach;

std::uint64_t load(const char* octets) {
  std::uint64_t word;
  std::memcpy(&word, octets, sizeof word);
  return word;
}

// Non-zero if one of the eight octets is zero (Mycroft's test; exact for this question).
constexpr std::uint64_t has_zero(std::uint64_t word) { return (word - kEach) & ~word & kHigh; }
constexpr std::uint64_t has_control(std::uint64_t word) {
  return (word - 0x20 * kEach) & ~word & kHigh;
}

// The letter after the backslash; 0: no escape needed; 'u': \u00XX.
constexpr std::array<char, 256> escape_letters(bool latin1) {
  std::array<char, 256> letters{};
  for (std::size_t octet = 0; octet < 0x20; ++octet) letters[octet] = 'u';
  for (std::size_t octet = 0x80; octet < letters.size(); ++octet) letters[octet] = latin1 ? 'u' : 0;
  letters['\b'] = 'b';
  letters['\t'] = 't';
  letters['\n'] = 'n';
  letters['\f'] = 'f';
  letters['\r'] = 'r';
  letters['"'] = '"';
  letters['\\'] = '\\';
  return letters;
}
constexpr std::array<char, 256> kLetters = escape_letters(false);
constexpr std::array<char, 256> kLatin1Letters = escape_letters(true);

constexpr char kHex[] = "0123456789abcdef";

// The two hexadecimal digits of every octet.
constexpr std::array<std::array<char, 2>, 256> kHexPairs = [] {
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t octet = 0; octet < pairs.size(); ++octet) {
    pairs[octet] = {kHex[octet >> 4U], kHex[octet & 0xfU]};
  }
  return pairs;
}();

char* write_escaped(char octet, char letter, char* out) {
  *out++ = '\\';
  *out++ = letter;
  if (letter != 'u') return out;
  const auto value = static_cast<unsigned char>(octet);
  *out++ = '0';
  *out++ = '0';
  *out++ = kHex[value >> 4U];
  *out++ = kHex[value & 0xfU];
  return out;
}

char* write_octet(char octet, const std::array<char, 256>& letters, char* out) {
  const char letter = letters[static_cast<unsigned char>(octet)];
  if (letter != 0) return write_escaped(octet, letter, out);
  *out = octet;
  return out + 1;
}

// `value` in exactly `digits` digits. Requires: it fits.
char* write_digits(std::uint64_t value, unsigned digits, char* out) {
  for (unsigned i = digits; i > 0; --i) {
    out[i - 1] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return out + digits;
}

// "2026-11-22T10:15:00"; `seconds`: the time of day.
char* write_second(std::chrono::sys_days day, std::uint64_t seconds, char* out) {
  const std::chrono::year_month_day date(day);
  const auto part = [&out](std::uint64_t value, unsigned digits, char behind) {
    out = write_digits(value, digits, out);
    *out++ = behind;
  };
  part(static_cast<std::uint64_t>(static_cast<int>(date.year())), 4, '-');
  part(static_cast<unsigned>(date.month()), 2, '-');
  part(static_cast<unsigned>(date.day()), 2, 'T');
  part(seconds / 3600, 2, ':');
  part(seconds / 60 % 60, 2, ':');
  return write_digits(seconds % 60, 2, out);
}

}  // namespace

Encoding encoding_of(std::string_view octets) {
  const char* at = octets.data();
  std::size_t left = octets.size();
  std::uint64_t seen = 0;
  for (; left >= 8; at += 8, left -= 8) seen |= load(at);
  for (; left > 0; ++at, --left) seen |= static_cast<unsigned char>(*at);
  if ((seen & kHigh) == 0) return Encoding::ascii;
  return simdjson::validate_utf8(octets.data(), octets.size()) ? Encoding::utf8 : Encoding::latin1;
}

std::string_view whole_characters(std::string_view part, Encoding encoding) {
  return encoding == Encoding::utf8 ? without_cut_character(part) : part;
}

bool can_be_written(WallTime time) {
  using std::chrono::sys_days;
  using std::chrono::year;
  constexpr WallTime kYear0 = sys_days(year(0) / std::chrono::January / 1);
  constexpr WallTime kYear10000 = sys_days(year(10000) / std::chrono::January / 1);
  return time >= kYear0 && time < kYear10000;
}

bool is_known(WallTime time) { return time > WallTime{} && can_be_written(time); }

void JsonText::flush() {
  out_.append(buffer_.data(), used_);
  used_ = 0;
}

void JsonText::raw_beyond_buffer(std::string_view json) {
  flush();
  out_.append(json);
}

char* JsonText::write_run(std::string_view run, Encoding encoding, char* out) {
  const bool latin1 = encoding == Encoding::latin1;
  const std::array<char, 256>& letters = latin1 ? kLatin1Letters : kLetters;
  const std::uint64_t high = latin1 ? kHigh : 0;
  const char* in = run.data();
  std::size_t left = run.size();
  for (; left >= 8; in += 8, left -= 8) {
    const std::uint64_t word = load(in);
    std::memcpy(out, &word, sizeof word);
    const std::uint64_t special = has_control(word) | has_zero(word ^ ('"' * kEach)) |
                                  has_zero(word ^ ('\\' * kEach)) | (word & high);
    if (special == 0) {
      out += 8;
      continue;
    }
    for (std::size_t i = 0; i < 8; ++i) out = write_octet(in[i], letters, out);
  }
  for (; left > 0; ++in, --left) out = write_octet(*in, letters, out);
  return out;
}

void JsonText::escaped_in_capitals(std::string_view octets, Encoding encoding) {
  std::array<char, kRunOctets> capitals;
  while (!octets.empty()) {
    const std::string_view run = octets.substr(0, capitals.size());
    std::transform(run.begin(), run.end(), capitals.begin(), upper);
    escaped_run({capitals.data(), run.size()}, encoding);
    octets.remove_prefix(run.size());
  }
}

char* JsonText::write_number(std::uint64_t value, char* out) {
  unsigned digits = 1;
  for (std::uint64_t limit = 10; digits < kNumberRoom && value >= limit; limit *= 10) ++digits;
  return write_digits(value, digits, out);
}

char* JsonText::write_milliseconds(Duration span, char* out) {
  const auto nanoseconds = static_cast<std::uint64_t>(span.count());
  const std::uint64_t microseconds = nanoseconds / 1000 + (nanoseconds % 1000 >= 500 ? 1 : 0);
  out = write_number(microseconds / 1000, out);
  *out++ = '.';
  return write_digits(microseconds % 1000, 3, out);
}

char* JsonText::write_hexadecimal(std::span<const std::uint8_t, 32> octets, char* out) {
  for (const std::uint8_t octet : octets) {
    std::memcpy(out, kHexPairs[octet].data(), 2);
    out += 2;
  }
  return out;
}

char* JsonText::write_wall_time(WallTime time, char* out) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const auto microseconds = static_cast<std::uint64_t>((time - day).count());
  *out++ = '"';
  out = write_second(day, microseconds / 1'000'000, out);
  *out++ = '.';
  out = write_digits(microseconds % 1'000'000, 6, out);
  *out++ = 'Z';
  *out++ = '"';
  return out;
}

char* JsonText::write_wall_second(WallTime time, char* out) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const auto second = std::chrono::floor<std::chrono::seconds>(time - day);
  *out++ = '"';
  out = write_second(day, static_cast<std::uint64_t>(second.count()), out);
  *out++ = 'Z';
  *out++ = '"';
  return out;
}

}  // namespace mxsweep::results

// SPDX-License-Identifier: MIT
#include "mxsweep/smtp/reply.h"

#include <algorithm>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/text_line.h"

namespace mxsweep::smtp {
namespace {

constexpr std::size_t kCodeDigits = 3;

// The first octets of other protocols in which the server speaks first, and of HTTP, whose servers
// may send an error page without a request.
constexpr std::string_view kOtherOpenings[] = {
    "SSH-", "HTTP/",    "+OK",       "-ERR",  "* OK",  "* BYE", "* PREAUTH",
    "RFB ", "@RSYNCD:", "<!DOCTYPE", "<html", "<HTML", "<?xml"};

// The first octet of `line` (possibly incomplete) that rules out a reply code; npos: none yet.
std::size_t first_octet_against_code(std::string_view line) {
  for (std::size_t i = 0; i < std::min(line.size(), kCodeDigits); ++i) {
    const bool fits = i == 0 ? line[0] >= '2' && line[0] <= '5' : is_digit(line[i]);
    if (!fits) return i;
  }
  const bool fourth_digit = line.size() > kCodeDigits && is_digit(line[kCodeDigits]);
  return fourth_digit ? kCodeDigits : std::string_view::npos;
}

// The reply code of a whole line; 0 if it has none.
int code_of(std::string_view line) {
  if (line.size() < kCodeDigits) return 0;
  if (first_octet_against_code(line) != std::string_view::npos) return 0;
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

// The first octet of `line` (possibly incomplete) that cannot be text before a reply; npos: none
// yet. `first`: it is the first line that the peer sent.
std::size_t first_octet_against_text(std::string_view line, bool first) {
  // The second octet distinguishes a TLS record from anything else.
  if (first && !line.empty() && line[0] >= 0x14 && line[0] <= 0x17) {
    return line.size() < 2 ? std::string_view::npos : 1;
  }
  const auto* const control = std::find_if(line.begin(), line.end(), [](char octet) {
    const auto value = static_cast<unsigned char>(octet);
    return (value < 0x20 && octet != '\t' && octet != '\r' && octet != '\n') || value == 0x7f;
  });
  std::size_t offending = control == line.end() ? std::string_view::npos
                                                : static_cast<std::size_t>(control - line.begin());
  for (const std::string_view opening : kOtherOpenings) {
    if (line.starts_with(opening)) offending = std::min(offending, opening.size() - 1);
  }
  return offending;
}

// The anomalies of a line that do not depend on its code. It may still lack its end.
AnomalySet anomalies_of_line(std::string_view line) {
  const std::string_view content = without_line_end(line);
  AnomalySet found = anomalies_of_octets(content);
  if (line.size() > kLineOctetsStandard) found.add(Anomaly::long_line);
  if (content.size() > kLineOctetsMax) found.add(Anomaly::line_cut);
  if (line.ends_with('\n') && !line.ends_with("\r\n")) found.add(Anomaly::bare_lf);
  return found;
}

// The text of a line that begins with a code.
std::string_view after_code(std::string_view line) {
  line.remove_prefix(kCodeDigits);
  const bool separated = !line.empty() && (line[0] == ' ' || line[0] == '-' || line[0] == '\t');
  return separated ? line.substr(1) : line;
}

// Takes a number of one to three digits without leading zeros (RFC 3463 section 2). False: none.
bool take_number(std::string_view& text, std::uint16_t& number) {
  constexpr std::size_t kDigitsMax = 3;
  std::size_t digits = 0;
  unsigned value = 0;
  while (digits < text.size() && is_digit(text[digits])) {
    if (digits == kDigitsMax) return false;
    value = value * 10 + static_cast<unsigned>(text[digits++] - '0');
  }
  if (digits == 0 || (digits > 1 && text[0] == '0')) return false;
  number = static_cast<std::uint16_t>(value);
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

// The enhanced code of class `klass` at the start of `text`.
EnhancedCode enhanced_code_at(std::string_view text, char klass) {
  EnhancedCode code;
  if (!take(text, klass) || !take(text, '.')) return {};
  if (!take_number(text, code.subject) || !take(text, '.')) return {};
  if (!take_number(text, code.detail)) return {};
  // "5.1.1.4" is an address and "5.1.1b" a version, but "5.1.1." is a code and a full stop.
  const bool goes_on = !text.empty() && (is_lower(text[0]) || is_upper(text[0]) ||
                                         (text[0] == '.' && text.size() > 1 && is_digit(text[1])));
  if (goes_on) return {};
  code.klass = static_cast<std::uint8_t>(klass - '0');
  return code;
}

EnhancedCode enhanced_code_in(std::string_view text, char klass) {
  std::string_view start = text;
  while (take(start, ' ')) continue;
  take(start, '#');
  if (const EnhancedCode code = enhanced_code_at(start, klass)) return code;

  constexpr std::string_view kOpening = "(#";
  for (auto at = text.find(kOpening); at != text.npos; at = text.find(kOpening, at + 1)) {
    const EnhancedCode code = enhanced_code_at(text.substr(at + kOpening.size()), klass);
    if (code) return code;
  }
  return {};
}

}  // namespace

ReplyStatus ReplyReader::read(std::string_view input) {
  const std::string_view reply = input.substr(0, kReplyOctetsMax);
  if (lines_ == 0) {
    const Text text = skip_text(reply);
    if (text == Text::need_more) return ReplyStatus::need_more;
    if (text == Text::malformed) return ReplyStatus::malformed;
  }
  while (true) {
    const std::size_t line_feed = reply.find('\n', searched_);
    if (line_feed == reply.npos) break;
    const std::string_view line = reply.substr(reached_, line_feed + 1 - reached_);
    reached_ = searched_ = static_cast<std::uint32_t>(line_feed + 1);
    if (take_line(line)) return ReplyStatus::complete;
    if (lines_ == kReplyLinesMax) return ReplyStatus::too_long;
  }
  searched_ = static_cast<std::uint32_t>(reply.size());
  if (reply.size() < kReplyOctetsMax) return ReplyStatus::need_more;
  anomalies_.add(anomalies_of_line(reply.substr(reached_)));
  reached_ = searched_;
  return ReplyStatus::too_long;
}

// Skips lines without a code before the reply. none: what follows may begin with a code.
ReplyReader::Text ReplyReader::skip_text(std::string_view reply) {
  while (first_octet_against_code(reply.substr(reached_)) != reply.npos) {
    in_text_ = true;
    const std::size_t line_feed = reply.find('\n', searched_);
    const std::size_t line_end = line_feed == reply.npos ? reply.size() : line_feed + 1;
    const std::string_view line = reply.substr(reached_, line_end - reached_);
    std::size_t offending = first_octet_against_text(line, reached_ == 0);
    if (offending != line.npos) offending += reached_;
    if (text_lines_ == kTextLinesMax) {
      offending = std::min(offending, reached_ + first_octet_against_code(line));
    }
    if (line_end > kTextOctetsMax) offending = std::min(offending, kTextOctetsMax);
    if (offending != line.npos) {
      reached_ = static_cast<std::uint32_t>(offending);
      return Text::malformed;
    }
    searched_ = static_cast<std::uint32_t>(line_end);
    if (line_feed == reply.npos) return Text::need_more;
    reached_ = begin_ = searched_;
    ++text_lines_;
    in_text_ = false;
  }
  return Text::none;
}

// Takes one whole line, LF included. True if it ends the reply.
bool ReplyReader::take_line(std::string_view line) {
  if (lines_ == 0 && begin_ > 0) anomalies_.add(Anomaly::text_before_reply);
  anomalies_.add(anomalies_of_line(line));
  ++lines_;
  const std::string_view content = without_line_end(line);
  const int code = code_of(content);
  if (code == 0) {
    anomalies_.add(Anomaly::no_code);
    return false;
  }
  if (lines_ > 1 && code != code_) anomalies_.add(Anomaly::mixed_codes);
  code_ = static_cast<std::uint16_t>(code);

  if (content.size() == kCodeDigits) {
    anomalies_.add(Anomaly::missing_text);
    return true;
  }
  const char separator = content[kCodeDigits];
  if (separator == '-') return false;
  if (separator != ' ') anomalies_.add(Anomaly::no_separator);
  return true;
}

bool ReplyLines::next(std::string_view& text) {
  std::string_view line;
  if (!next_line(rest_, line)) return false;
  line = line.substr(0, kLineOctetsMax);
  text = code_of(line) == 0 ? line : after_code(line);
  return true;
}

EnhancedCode enhanced_code(std::string_view reply) {
  // The last line's code is the reply's.
  const std::string_view lines = without_line_end(reply);
  const std::string_view last_line = lines.substr(lines.rfind('\n') + 1);
  if (code_of(last_line) == 0) return {};
  const char klass = last_line[0];
  if (klass != '2' && klass != '4' && klass != '5') return {};

  ReplyLines texts(reply);
  for (std::string_view text; texts.next(text);) {
    if (const EnhancedCode code = enhanced_code_in(text, klass)) return code;
  }
  return {};
}

}  // namespace mxsweep::smtp

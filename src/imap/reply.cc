// SPDX-License-Identifier: MIT
#include "mxsweep/imap/reply.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/capability.h"
#include "mxsweep/core/enum_words.h"
#include "mxsweep/core/text_line.h"

namespace mxsweep::imap {
namespace {

constexpr EnumWord<Status> kStatuses[] = {{Status::none, "none"},       {Status::ok, "OK"},
                                          {Status::no, "NO"},           {Status::bad, "BAD"},
                                          {Status::preauth, "PREAUTH"}, {Status::bye, "BYE"}};
static_assert(has_each_value(kStatuses, Status::bye) && words_differ(kStatuses));

// RFC 9051 section 9 (tag): printable octets, without those that begin something else.
constexpr bool is_tag_octet(char octet) {
  constexpr std::string_view kNever = "(){%*\"\\+";
  return octet > ' ' && octet < '\x7f' && kNever.find(octet) == kNever.npos;
}

// The first octet of `response` (possibly incomplete) that cannot begin one; npos: none yet.
std::size_t first_octet_against_opening(std::string_view response, bool greeting) {
  if (response.empty()) return response.npos;
  const char first = response[0];
  if (first == '*' || (first == '+' && !greeting)) {
    const bool separated = response.size() < 2 || response[1] == ' ' ||
                           (first == '+' && (response[1] == '\r' || response[1] == '\n'));
    return separated ? response.npos : 1;
  }
  if (greeting) return 0;
  const std::string_view head = response.substr(0, kTagOctetsMax + 1);
  const auto* const end = std::find_if_not(head.begin(), head.end(), is_tag_octet);
  const auto size = static_cast<std::size_t>(end - head.begin());
  if (end == head.end()) return size > kTagOctetsMax ? kTagOctetsMax : response.npos;
  return size > 0 && *end == ' ' ? response.npos : size;
}

Status status_of(std::string_view word) {
  for (const EnumWord<Status>& row : kStatuses) {
    if (row.value != Status::none && same_keyword(word, row.word)) return row.value;
  }
  return Status::none;
}

std::string_view word_before_blank(std::string_view text) { return text.substr(0, text.find(' ')); }

constexpr std::size_t kLiteralEndless = std::numeric_limits<std::uint32_t>::max();

// The size of the literal that a line announces at its end: "{5}", "{5+}", "~{5}". Sizes beyond
// every limit are all the same.
std::optional<std::size_t> literal_after(std::string_view line) {
  if (!line.ends_with('}')) return std::nullopt;
  const std::size_t open = line.rfind('{');
  if (open == line.npos) return std::nullopt;
  std::string_view digits = line.substr(open + 1, line.size() - open - 2);
  if (digits.ends_with('+')) digits.remove_suffix(1);
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  return error == std::errc{} ? std::min(size, kLiteralEndless) : kLiteralEndless;
}

// Of the line that ends at `line`'s end and is a part of `response`.
std::optional<std::size_t> literal_of(std::string_view response, std::string_view line) {
  const std::optional<std::size_t> literal = literal_after(without_line_end(line));
  if (!literal || status_line(without_line_end(response)).status != Status::none) {
    return std::nullopt;
  }
  return literal;
}

}  // namespace

std::string_view to_string(Status status) {
  return status == Status::none ? std::string_view() : word_of(kStatuses, status);
}

StatusLine status_line(std::string_view line) {
  StatusLine found;
  found.tag = word_before_blank(line);
  if (found.tag.size() == line.size()) return found;
  std::string_view rest = line.substr(found.tag.size() + 1);
  const std::string_view word = word_before_blank(rest);
  found.status = status_of(word);
  if (found.status == Status::none) return found;
  rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  found.text = rest;
  if (!rest.starts_with('[')) return found;
  found.response_code = rest.substr(1, std::min(rest.find(']'), rest.size()) - 1);
  return found;
}

ReplyStatus ReplyReader::read(std::string_view input, const Awaited& awaited) {
  const std::string_view reply = input.substr(0, awaited.octets_max);
  while (true) {
    const std::string_view rest = reply.substr(std::min<std::size_t>(reached_, reply.size()));
    const std::size_t offending = first_octet_against_opening(rest, awaited.tag.empty());
    if (offending != rest.npos) {
      reached_ += static_cast<std::uint32_t>(offending);
      return ReplyStatus::malformed;
    }
    const std::size_t line_feed = reply.find('\n', searched_);
    if (line_feed == reply.npos) break;
    const std::string_view line = reply.substr(line_, line_feed + 1 - line_);
    const std::string_view response = reply.substr(reached_, line_feed + 1 - reached_);
    line_ = searched_ = static_cast<std::uint32_t>(line_feed + 1);
    if (!take_line(line)) {
      reached_ = line_;
      return ReplyStatus::too_long;
    }
    if (const std::optional<std::size_t> literal = literal_of(response, line)) {
      if (*literal > awaited.literal_octets_max || line_ + *literal >= awaited.octets_max) {
        reached_ = line_;
        return ReplyStatus::too_long;
      }
      line_ = searched_ = line_ + static_cast<std::uint32_t>(*literal);
      continue;
    }
    const ReplyStatus taken = take_response(response, awaited);
    reached_ = taken == ReplyStatus::malformed ? line_ - 1 : line_;
    if (taken != ReplyStatus::need_more) return taken;
  }
  searched_ = std::max(searched_, static_cast<std::uint32_t>(reply.size()));
  if (reply.size() < awaited.octets_max) return ReplyStatus::need_more;
  reached_ = static_cast<std::uint32_t>(reply.size());
  return ReplyStatus::too_long;
}

// Takes one whole line, LF included. False: there are too many.
bool ReplyReader::take_line(std::string_view line) {
  const std::string_view content = without_line_end(line);
  anomalies_.add(anomalies_of_octets(content));
  if (!line.ends_with("\r\n")) anomalies_.add(Anomaly::bare_lf);
  if (content.size() > kLineOctetsMax) anomalies_.add(Anomaly::line_cut);
  return ++lines_ <= kReplyLinesMax;
}

// need_more: the reply goes on after this response.
ReplyStatus ReplyReader::take_response(std::string_view response, const Awaited& awaited) {
  const StatusLine line = status_line(without_line_end(response));
  const ReplyStatus untagged = awaited.single ? ReplyStatus::complete : ReplyStatus::need_more;
  if (awaited.tag.empty()) {
    if (line.status == Status::none) return ReplyStatus::malformed;
    status_ = line.status;
    return ReplyStatus::complete;
  }
  // A continuation may be "+" alone.
  if (response.starts_with('+')) return untagged;
  if (line.tag == "*") {
    if (line.status != Status::bye || awaited.logout) return untagged;
    status_ = Status::bye;
    return ReplyStatus::complete;
  }
  const bool completes =
      line.status == Status::ok || line.status == Status::no || line.status == Status::bad;
  if (!completes) return ReplyStatus::malformed;
  if (line.tag == awaited.tag) status_ = line.status;
  return ReplyStatus::complete;
}

bool Responses::next(std::string_view& response) {
  std::size_t line = 0;
  while (true) {
    const std::size_t line_feed = rest_.find('\n', line);
    if (line_feed == rest_.npos) return false;
    const std::string_view so_far = rest_.substr(0, line_feed + 1);
    const std::optional<std::size_t> literal = literal_of(so_far, so_far.substr(line));
    line = line_feed + 1 + literal.value_or(0);
    if (literal) continue;
    response = without_line_end(so_far);
    rest_.remove_prefix(line);
    return true;
  }
}

bool ReplyLines::next(std::string_view& text) {
  if (!next_line(rest_, text)) return false;
  const StatusLine line = status_line(text);
  if (line.status != Status::none) text = line.text;
  text = text.substr(0, kLineOctetsMax);
  return true;
}

}  // namespace mxsweep::imap

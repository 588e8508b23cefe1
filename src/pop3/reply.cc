// SPDX-License-Identifier: MIT
#include "mxsweep/pop3/reply.h"

#include <algorithm>
#include <array>

#include "mxsweep/core/text_line.h"

namespace mxsweep::pop3 {
namespace {

constexpr std::array<std::string_view, 4> kStatuses = {"", "+OK", "-ERR", "+"};

Status status_of(std::string_view line) {
  for (const Status status : {Status::ok, Status::err, Status::challenge}) {
    const std::string_view word = to_string(status);
    const bool ends = line.size() == word.size() || line.substr(0, word.size() + 1).ends_with(' ');
    if (line.starts_with(word) && ends) return status;
  }
  return Status::none;
}

// The first octet of a line (possibly incomplete) against the word and what may follow it; npos:
// none yet.
std::size_t first_octet_against(std::string_view line, std::string_view word) {
  const std::size_t compared = std::min(line.size(), word.size());
  const auto* const differs =
      std::mismatch(line.begin(), line.begin() + compared, word.begin()).first;
  if (differs != line.begin() + compared) return static_cast<std::size_t>(differs - line.begin());
  if (line.size() <= word.size()) return line.npos;
  const char behind = line[word.size()];
  return behind == ' ' || behind == '\r' || behind == '\n' ? line.npos : word.size();
}

// As above, for every status that the reply may have.
std::size_t first_octet_against_status(std::string_view line, bool challenge) {
  const Status likely = line.starts_with('-') ? Status::err : Status::ok;
  const std::size_t offending = first_octet_against(line, to_string(likely));
  if (!challenge) return offending;
  return std::max(offending, first_octet_against(line, to_string(Status::challenge)));
}

}  // namespace

std::string_view to_string(Status status) { return kStatuses[static_cast<std::size_t>(status)]; }

ReplyStatus ReplyReader::read(std::string_view input, const Awaited& awaited) {
  const std::string_view reply = input.substr(0, awaited.octets_max);
  if (lines_ == 0) {
    const std::size_t offending = first_octet_against_status(reply, awaited.challenge);
    if (offending != reply.npos) {
      reached_ = static_cast<std::uint32_t>(offending);
      return ReplyStatus::malformed;
    }
  }
  while (true) {
    const std::size_t line_feed = reply.find('\n', searched_);
    if (line_feed == reply.npos) break;
    const std::string_view line = reply.substr(reached_, line_feed + 1 - reached_);
    if (lines_ == 0 && status_of(without_line_end(line)) == Status::none) {
      reached_ = static_cast<std::uint32_t>(line_feed);
      return ReplyStatus::malformed;
    }
    reached_ = searched_ = static_cast<std::uint32_t>(line_feed + 1);
    if (take_line(line, awaited)) return ReplyStatus::complete;
    if (lines_ == awaited.lines_max) return ReplyStatus::too_long;
  }
  searched_ = static_cast<std::uint32_t>(reply.size());
  if (reply.size() < awaited.octets_max) return ReplyStatus::need_more;
  reached_ = searched_;
  return ReplyStatus::too_long;
}

// Takes one whole line, LF included. True if it ends the reply.
bool ReplyReader::take_line(std::string_view line, const Awaited& awaited) {
  const std::string_view content = without_line_end(line);
  anomalies_.add(anomalies_of_octets(content));
  if (!line.ends_with("\r\n")) anomalies_.add(Anomaly::bare_lf);
  if (line.size() > kLineOctetsStandard) anomalies_.add(Anomaly::long_line);
  if (content.size() > kLineOctetsMax) anomalies_.add(Anomaly::line_cut);
  if (lines_++ > 0) return content == ".";
  status_ = status_of(content);
  return status_ != Status::ok || !awaited.multi_line;
}

StatusLine status_line(std::string_view line) {
  StatusLine found;
  found.status = status_of(line);
  if (found.status == Status::none) return found;
  std::string_view rest = line.substr(to_string(found.status).size());
  if (!rest.empty()) rest.remove_prefix(1);
  found.text = rest;
  if (!rest.starts_with('[')) return found;
  found.response_code = rest.substr(1, std::min(rest.find(']'), rest.size()) - 1);
  return found;
}

bool ReplyLines::next(std::string_view& text) {
  if (!next_line(rest_, text)) return false;
  if (first_) {
    first_ = false;
    const StatusLine line = status_line(text);
    if (line.status != Status::none) text = line.text;
  } else if (text == ".") {
    return false;
  } else if (text.starts_with('.')) {
    text.remove_prefix(1);
  }
  text = text.substr(0, kLineOctetsMax);
  return true;
}

}  // namespace mxsweep::pop3

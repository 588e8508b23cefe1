// SPDX-License-Identifier: MIT
#include "mxsweep/message/probe_message.h"

#include <algorithm>

#include "mxsweep/core/invariant.h"
#include "mxsweep/message/date.h"

namespace mxsweep::message {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::uint64_t kPaddingLineOctets = 74;  // Its end included.
constexpr std::size_t kPathOctetsMax = 254;       // RFC 5321 section 4.5.3.1.3, without brackets.

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
}

// Lines that have `octets` together, or one more: no line has fewer than its end.
void append_padding(std::string& message, std::uint64_t octets) {
  while (octets > 0) {
    std::uint64_t line = std::min(octets, kPaddingLineOctets);
    if (octets - line == 1) --line;
    const std::uint64_t text = std::max<std::uint64_t>(line, kLineEnd.size()) - kLineEnd.size();
    message.append(static_cast<std::size_t>(text), 'x').append(kLineEnd);
    octets -= std::min(octets, text + kLineEnd.size());
  }
}

Status check_address(std::string_view name, std::string_view address) {
  const std::size_t at = address.rfind('@');
  const bool whole = at != std::string_view::npos && at > 0 && at + 1 < address.size();
  const bool plain = is_printable(address) && address.find_first_of(" <>,") == address.npos;
  if (whole && plain && address.size() <= kPathOctetsMax) return {};
  return Status::unusable(std::string(name) + " is not an address of the form user@example.org");
}

}  // namespace

Status check_probe_message(const ProbeMessage& message) {
  if (const Status status = check_address("from", message.from); !status.ok()) return status;
  if (const Status status = check_address("to", message.to); !status.ok()) return status;
  if (message.subject.size() > kSubjectOctetsMax)
    return Status::unusable("the subject is too long");
  if (!is_printable(message.subject)) {
    return Status::unusable("the subject has a character that is not printable ASCII");
  }
  if (message.octets > kMessageOctetsMax) return Status::unusable("the message is too large");
  return {};
}

std::string write_probe_message(const ProbeMessage& message) {
  INVARIANT(!message.token.empty());
  std::string text;
  const auto add = [&text](std::string_view name, std::string_view value) {
    text.append(name).append(": ").append(value).append(kLineEnd);
  };
  const std::string domain = message.from.substr(message.from.rfind('@') + 1);
  add("Date", write_date(message.at));
  add("From", "<" + message.from + ">");
  add("To", "<" + message.to + ">");
  add("Subject", message.subject);
  add("Message-ID", "<" + message.token + "@" + domain + ">");
  add(kTokenHeader, message.token);
  add("Auto-Submitted", "auto-generated");
  add("X-Auto-Response-Suppress", "All");
  add("MIME-Version", "1.0");
  add("Content-Type", "text/plain; charset=us-ascii");
  add("Content-Transfer-Encoding", "7bit");
  text += kLineEnd;
  text += "This message measures whether and how fast mail is delivered. A program\r\n";
  text += "has sent it, and will delete it. It needs no answer.\r\n";
  append_padding(text, message.octets - std::min<std::uint64_t>(message.octets, text.size()));
  return text;
}

}  // namespace mxsweep::message

// SPDX-License-Identifier: MIT
#include "mxsweep/pop3/listing.h"

#include <charconv>

#include "mxsweep/pop3/reply.h"

namespace mxsweep::pop3 {
namespace {

// The lines behind the first, which has the status.
ReplyLines lines_behind_status(std::string_view reply) {
  ReplyLines lines(reply);
  std::string_view status;
  static_cast<void>(lines.next(status));
  return lines;
}

}  // namespace

std::vector<ListedMessage> read_uidl(std::string_view reply) {
  std::vector<ListedMessage> listed;
  ReplyLines lines = lines_behind_status(reply);
  for (std::string_view line; lines.next(line);) {
    ListedMessage message;
    const auto [end, error] =
        std::from_chars(line.data(), line.data() + line.size(), message.number);
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    if (error != std::errc{} || message.number == 0 || !line.starts_with(' ')) continue;
    line.remove_prefix(1);
    if (line.empty() || line.size() > kUidOctetsMax) continue;
    message.uid = line;
    listed.push_back(std::move(message));
  }
  return listed;
}

std::string read_message(std::string_view reply) {
  std::string message;
  ReplyLines lines = lines_behind_status(reply);
  for (std::string_view line; lines.next(line);) message.append(line).append("\r\n");
  return message;
}

}  // namespace mxsweep::pop3

// SPDX-License-Identifier: MIT
#include "mxsweep/message/mail_data.h"

#include <algorithm>

namespace mxsweep::message {

Result<std::string> mail_data(std::string_view message) {
  std::string data;
  data.reserve(message.size() + message.size() / 64 + 16);
  for (std::size_t number = 1; !message.empty(); ++number) {
    const std::size_t end = std::min(message.find('\n'), message.size());
    std::string_view line = message.substr(0, end);
    const bool ended = end < message.size();
    message.remove_prefix(ended ? end + 1 : end);
    if (ended && line.ends_with('\r')) line.remove_suffix(1);
    const auto refused = [number](std::string_view why) {
      return Status::unusable("line " + std::to_string(number) + " of the message " +
                              std::string(why));
    };
    if (line.find('\r') != line.npos) return refused("has a CR that is not part of a line end");
    if (line.find('\0') != line.npos) return refused("has a NUL");
    if (line.size() > kMailLineOctetsMax) {
      return refused("has more than " + std::to_string(kMailLineOctetsMax) + " octets");
    }
    if (line.starts_with('.')) data += '.';
    data.append(line).append("\r\n");
  }
  return data.append(".\r\n");
}

}  // namespace mxsweep::message

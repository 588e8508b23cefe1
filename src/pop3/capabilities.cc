// SPDX-License-Identifier: MIT
#include "mxsweep/pop3/capabilities.h"

#include <algorithm>

#include "mxsweep/core/capability.h"

namespace mxsweep::pop3 {

Capabilities::Capabilities(std::string_view reply) : lines_(reply) {
  std::string_view status;
  static_cast<void>(lines_.next(status));
}

bool Capabilities::next(Capability& capability) {
  for (std::string_view line; lines_.next(line);) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (line.empty()) continue;
    capability.keyword = line.substr(0, line.find(' '));
    line.remove_prefix(capability.keyword.size());
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    capability.parameters = line.substr(0, line.find_last_not_of(' ') + 1);
    return true;
  }
  return false;
}

bool offers(std::string_view reply, std::string_view keyword) {
  Capabilities capabilities(reply);
  for (Capability capability; capabilities.next(capability);) {
    if (same_keyword(capability.keyword, keyword)) return true;
  }
  return false;
}

}  // namespace mxsweep::pop3

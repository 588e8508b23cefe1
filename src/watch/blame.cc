// SPDX-License-Identifier: MIT
#include "watch/blame.h"

#include <algorithm>

namespace mxsweep::watch {
namespace {

// 9600 as "9,600".
std::string in_thousands(std::uint32_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

}  // namespace

void Ways::add(Phase phase, Cause cause) {
  ++counts_[static_cast<std::size_t>(phase) * kCauseCount + static_cast<std::size_t>(cause)];
  ++all_;
}

Ways::Dominant Ways::dominant() const {
  const auto most = std::ranges::max_element(counts_);
  const auto place = static_cast<std::size_t>(most - counts_.begin());
  return {static_cast<Phase>(place / kCauseCount), static_cast<Cause>(place % kCauseCount),
          static_cast<std::uint8_t>(std::uint64_t{*most} * 100 / all_)};
}

std::string others_text(std::string_view mx_operator, std::uint32_t others, std::uint32_t well) {
  if (others == 0) return {};
  const std::string of = mx_operator.empty() ? std::string() : " of " + std::string(mx_operator);
  if (others == 1) return "The other monitor" + of + (well == 1 ? " is well." : " is not well.");
  const std::string them = "other " + in_thousands(others) + " monitors" + of;
  if (well == others) return "The " + them + " are well.";
  return in_thousands(well) + " of the " + them + (well == 1 ? " is well." : " are well.");
}

std::string controls_text(std::uint32_t asked, std::uint32_t answered) {
  if (asked == 1) {
    return answered == 1 ? "Probed again, a healthy monitor beside them answers."
                         : "Probed again, a healthy monitor beside them does not answer.";
  }
  const std::string verb = answered == 1 ? "answers." : "answer.";
  return "Probed again, " + std::to_string(answered) + " of " + std::to_string(asked) +
         " healthy monitors beside them " + verb;
}

}  // namespace mxsweep::watch

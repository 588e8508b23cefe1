// SPDX-License-Identifier: MIT
#include "mxsweep/checkpoint/ledger.h"

#include <utility>

namespace mxsweep::checkpoint {

std::string Ledger::record(std::uint64_t number, std::uint32_t parts, Part&& part,
                           std::string&& summary) {
  if (parts > 1) {
    Parts& its = partial[number];
    its.recorded.push_back(std::move(part));
    if (!summary.empty()) its.summary = std::move(summary);
    if (its.left == 0) its.left = parts;
    if (--its.left != 0) return {};
    summary = std::move(its.summary);
  }
  partial.erase(number);
  done.add(number);
  return std::move(summary);
}

}  // namespace mxsweep::checkpoint

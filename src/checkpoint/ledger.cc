// SPDX-License-Identifier: MIT
#include "mxsweep/checkpoint/ledger.h"

#include <utility>

namespace mxsweep::checkpoint {

void Ledger::record(std::uint64_t number, std::uint32_t parts, Part&& part) {
  if (parts > 1) {
    Parts& its = partial[number];
    its.recorded.push_back(std::move(part));
    if (its.left == 0) its.left = parts;
    if (--its.left != 0) return;
  }
  partial.erase(number);
  done.add(number);
}

}  // namespace mxsweep::checkpoint

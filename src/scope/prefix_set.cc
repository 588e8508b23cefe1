// SPDX-License-Identifier: MIT
#include "mxsweep/scope/prefix_set.h"

#include "mxsweep/core/invariant.h"

namespace mxsweep::scope {
namespace {

WideNumber number_of(const Address& address) {
  WideNumber number;
  for (std::size_t i = 0; i < 8; ++i) {
    number.high = number.high << 8U | address.octets[i];
    number.low = number.low << 8U | address.octets[i + 8];
  }
  return number;
}

}  // namespace

void PrefixSet::add(AddressRange range) {
  INVARIANT(!frozen_ && range.first.family == range.last.family && range.first <= range.last);
  ++added_;
  const AddressRange plain{without_mapping(range.first), without_mapping(range.last)};
  if (plain.first.family == plain.last.family) range = plain;
  if (range.first.family == Family::ipv4) {
    ipv4_.add(ipv4_host_order(range.first), ipv4_host_order(range.last));
  } else {
    add_ipv6(number_of(range.first), number_of(range.last));
  }
}

// Whole /64 networks, and what is left of the range before and behind them.
void PrefixSet::add_ipv6(const WideNumber& first, const WideNumber& last) {
  const bool whole_first = first.low == 0;
  const bool whole_last = last.low == UINT64_MAX;
  if (first.high == last.high && !(whole_first && whole_last)) {
    hosts_.add(first, last);
    return;
  }
  if (!whole_first) hosts_.add(first, {first.high, UINT64_MAX});
  if (!whole_last) hosts_.add({last.high, 0}, last);
  // With less than two networks no number overflows here.
  const std::uint64_t begin = first.high + (whole_first ? 0 : 1);
  const std::uint64_t end = last.high - (whole_last ? 0 : 1);
  if (begin <= end) networks_.add(begin, end);
}

void PrefixSet::freeze() {
  INVARIANT(!frozen_);
  ipv4_.freeze();
  networks_.freeze();
  hosts_.freeze();
  frozen_ = true;
}

bool PrefixSet::contains(const Address& address) const {
  if (empty()) return false;
  INVARIANT(frozen_);
  const Address plain = without_mapping(address);
  if (plain.family == Family::ipv4) return ipv4_.contains(ipv4_host_order(plain));
  const WideNumber number = number_of(plain);
  return networks_.contains(number.high) || hosts_.contains(number);
}

}  // namespace mxsweep::scope

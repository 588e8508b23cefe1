// SPDX-License-Identifier: MIT
// What a sweep may visit, and what of it is one's own: decides for each address and name. Pure.
//
//   Shape     exclusion always wins. Then what is own may be visited, and what is global; a private
//             address needs `allow_private`. Addresses that no remote host can have are not judged
//             here: the readers of lists and of answers drop them.
//             What reaches an IPv4 address through a translator (64:ff9b::/96, RFC 6052) or a relay
//             (6to4, RFC 3056) is judged as that IPv4 address, too.
//   Lifetime  it must not change once a sweep has begun: threads share it without locks.
//   Errors    none.
#pragma once

#include <cstdint>
#include <string_view>

#include "mxsweep/core/address.h"
#include "mxsweep/core/outcome.h"
#include "mxsweep/scope/prefix_set.h"
#include "mxsweep/scope/suffix_set.h"

namespace mxsweep::scope {

// What lists and flags name.
struct Named {
  PrefixSet prefixes;
  SuffixSet suffixes;

  [[nodiscard]] bool contains(const Address& address) const { return prefixes.contains(address); }
  [[nodiscard]] bool contains(std::string_view name) const { return suffixes.contains(name); }
};

enum class Standing : std::uint8_t { own, foreign, excluded };

struct Verdict {
  Standing standing = Standing::foreign;
  Cause cause = Cause::none;  // Of excluded: excluded_list or excluded_private.

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

struct Scope {
  Named own;
  Named excluded;
  bool allow_private = false;

  // Requires: called once before the first verdict(), unless nothing was added.
  void freeze() {
    own.prefixes.freeze();
    excluded.prefixes.freeze();
  }

  // `own_by_name`: a name that led to the address is own.
  // Requires: address.family is not none.
  [[nodiscard]] Verdict verdict(const Address& address, bool own_by_name = false) const;
  // A name is own, foreign or excluded by list.
  [[nodiscard]] Verdict verdict(std::string_view name) const;
};

}  // namespace mxsweep::scope

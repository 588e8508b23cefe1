// SPDX-License-Identifier: MIT
// The word that was most likely meant by one that is not known.
//
//   Source    Damerau 1964: letters left out, added, replaced, or two neighbours exchanged.
//   Errors    empty: none is near enough to be worth a question, or several are as near.
//   Lifetime  views one of `known`.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace mxsweep {

// How many such mistakes make `a` of `b`. Cost: the product of their lengths.
[[nodiscard]] std::size_t mistakes_between(std::string_view a, std::string_view b);

// At most a third of `word` may be wrong; or it is the beginning of one of `known` only.
[[nodiscard]] std::string_view nearest_word(std::string_view word,
                                            std::span<const std::string> known);

}  // namespace mxsweep

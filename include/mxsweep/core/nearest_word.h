// SPDX-License-Identifier: MIT
// Suggests the known word that a misspelt one most likely stands for.
//
//   Source    Damerau 1964: letters left out, added, replaced, or two neighbours exchanged.
//   Lifetime  the result views one of `known`.
//   Errors    empty: no known word is near enough, or several are equally near.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace mxsweep {

// The smallest number of such mistakes that turn `b` into `a`. Cost: the product of their lengths.
[[nodiscard]] std::size_t mistakes_between(std::string_view a, std::string_view b);

// At most a third of `word` may be wrong; or exactly one of `known` begins with it.
[[nodiscard]] std::string_view nearest_word(std::string_view word,
                                            std::span<const std::string> known);

}  // namespace mxsweep

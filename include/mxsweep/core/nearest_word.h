// SPDX-License-Identifier: MIT
// Suggests the known word that a misspelt one most likely stands for.
//
//   Source    Damerau 1964: a mistake is a letter left out, added or replaced, or two neighbouring
//             letters exchanged.
//   Lifetime  the result views one of `known`.
//   Errors    empty: no known word is near enough, or several are equally near.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace mxsweep {

// The smallest number of mistakes that turn `b` into `a`. Cost: the product of their lengths.
[[nodiscard]] std::size_t mistakes_between(std::string_view a, std::string_view b);

// The only word of `known` that begins with `word`, if `word` has three letters or more; else the
// nearest one, with mistakes in at most a third of the letters of `word`.
[[nodiscard]] std::string_view nearest_word(std::string_view word,
                                            std::span<const std::string> known);

}  // namespace mxsweep

// SPDX-License-Identifier: MIT
// Whether a user or a password goes into SCRAM as it is. Pure.
//
//   Source   RFC 4013 (SASLprep), RFC 3454.
//   Shape    SASLprep leaves ASCII unchanged, and so it does with the letters of most living
//            scripts that are written from left to right. Only such texts are accepted; to
//            normalise all others would take the tables of Unicode 3.2.
//   Errors   false: it is no UTF-8, or has a character that SASLprep forbids, changes, or that is
//            not known here.
#pragma once

#include <string_view>

namespace mxsweep::sasl {

[[nodiscard]] bool saslprep_keeps(std::string_view text);

}  // namespace mxsweep::sasl

// SPDX-License-Identifier: MIT
// What a script wants of the extensions that a server offers. Pure.
//
//   Source   RFC 5321 section 4.1.1.1.
//   Shape    "STARTTLS": offered. "AUTH PLAIN": with that parameter. "SIZE>=10485760": with a
//            number of at least so much; SIZE 0, or without a number, has no limit (RFC 1870).
//   Errors   check_extension().
#pragma once

#include <string_view>

#include "mxsweep/core/status.h"

namespace mxsweep::roundtrip {

Status check_extension(std::string_view want);
// Requires: check_extension() is ok. `ehlo_reply`: the octets of a complete 250 reply.
[[nodiscard]] bool is_offered(std::string_view want, std::string_view ehlo_reply);

}  // namespace mxsweep::roundtrip

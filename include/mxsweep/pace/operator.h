// SPDX-License-Identifier: MIT
// The operator of a mail server, from its host's name. Pure.
//
//   Source    the Public Suffix List, as it was built into libpsl.
//   Shape     registered_domain() of "mx1.mail.example.co.uk" is "example.co.uk". operator_key() is
//             its hash, in place of the name wherever it is only compared.
//   Cost      about a microsecond (bench/pace/courtesy_bench.cc).
//   Errors    a name that has no registered domain, because it is itself a public suffix or has no
//             dot, is its own operator. An empty name has none: key 0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mxsweep::pace {

// `host`: in lower case and A-labels, without the final dot.
[[nodiscard]] std::string registered_domain(std::string_view host);
[[nodiscard]] std::uint64_t operator_key(std::string_view host);

}  // namespace mxsweep::pace

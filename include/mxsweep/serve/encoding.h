// SPDX-License-Identifier: MIT
// What saves octets on the way: gzip, and answers that a client has already. Pure.
//
//   Source   RFC 9110 sections 8.8.3 (ETag), 12.5.3 (Accept-Encoding) and 13.1.2 (If-None-Match);
//            RFC 1952.
//   Errors   none; what a client sends and is malformed asks for nothing.
#pragma once

#include <string_view>

#include "mxsweep/serve/request.h"

namespace mxsweep::serve {

inline constexpr std::size_t kCompressedOctetsMin = 1400;  // Less is one packet in any case.

[[nodiscard]] bool takes_gzip(std::string_view accept_encoding);

// The body compressed, if it is a text of at least kCompressedOctetsMin. The server does it to each
// answer; an answer that is given to many clients may be compressed once, before.
[[nodiscard]] Answer compressed(Answer answer);

// Adds an ETag of the body, the same for all of its encodings.
void add_tag(Answer& answer);

// As one client gets it: compressed, or 304 if it has it already.
[[nodiscard]] Answer fitted(Answer answer, bool gzip, std::string_view if_none_match);

}  // namespace mxsweep::serve

// SPDX-License-Identifier: MIT
// What is checked of each request before the handler gets it, and the answers to those that fail.
// Pure.
//
//   Source   RFC 9110 sections 7.2 (Host) and 15.5; RFC 9112 sections 3.2, 6.1 and 6.3.
//   Errors   an answer, which is final: 400, 405, 413, 414, 421.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/core/address.h"
#include "mxsweep/serve/request.h"

namespace mxsweep::serve {

// A request's line and header, as they came.
struct Head {
  std::string method;
  std::string target;
  bool target_too_long = false;
  std::vector<std::string> hosts;    // One for each header Host.
  std::vector<std::string> lengths;  // Of Content-Length.
  std::uint32_t encodings = 0;       // Headers Transfer-Encoding.
};

struct Rules {
  std::vector<std::string> hosts;  // In lower case.
  std::size_t body_octets_max = 0;
};

// Fills in method, path, segments, query and host of `request`. Nothing: the request is good.
[[nodiscard]] std::optional<Answer> check(const Head& head, const Rules& rules,
                                          const Address& local, Request& request);

// The answer of a status without anything else to say.
[[nodiscard]] Answer plain_answer(int status);

// Whether two words of a header are the same; their case does not count.
[[nodiscard]] bool same_word(std::string_view a, std::string_view b);

// Adds the headers that every answer has, unless it has its own.
void add_common_headers(Answer& answer);

}  // namespace mxsweep::serve

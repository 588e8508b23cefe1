// SPDX-License-Identifier: MIT
// What the receiving server says of a message's authentication, and which domains signed it. Pure.
//
//   Source   RFC 8601 section 2.2 (Authentication-Results); RFC 6376 section 3.5 (DKIM-Signature).
//   Trust    anybody can add such a field. Only the topmost one of the name that the user trusts
//            is read; that server must remove those that come in with its own name (section 5).
//   Errors   nothing: there is no such field. What is not of the grammar is left out.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/message/headers.h"

namespace mxsweep::message {

inline constexpr std::size_t kMethodsMax = 32;
inline constexpr std::size_t kPropertiesMax = 16;  // Of one method.
inline constexpr std::size_t kSignaturesMax = 16;

struct MethodResult {
  std::string method{};  // "spf", "dkim", "dmarc", in lower case.
  std::string result{};  // "pass", "softfail", in lower case.
  std::vector<std::pair<std::string, std::string>> properties{};  // {"header.d", "example.org"}
};

// The topmost field of that name; null: there is none.
[[nodiscard]] const Field* authentication_field(const Headers& headers,
                                                std::string_view authserv_id);

// Empty: the server has checked nothing.
[[nodiscard]] std::optional<std::vector<MethodResult>> authentication_results(
    const Headers& headers, std::string_view authserv_id);

struct DkimSigner {
  std::string domain{};    // d=, in lower case.
  std::string selector{};  // s=, in lower case.

  friend bool operator==(const DkimSigner&, const DkimSigner&) = default;
};

// Of all signatures with both, from the top, each pair once. The signatures are not verified.
[[nodiscard]] std::vector<DkimSigner> dkim_signers(const Headers& headers);

}  // namespace mxsweep::message

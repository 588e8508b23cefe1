// SPDX-License-Identifier: MIT
#include "mxsweep/serve/credentials.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/base64.h"
#include "mxsweep/core/constant_time.h"
#include "mxsweep/tls/signed_link.h"

namespace mxsweep::serve {
namespace {

constexpr std::size_t kAuthorizationOctetsMax = 4096;
// A link lasts for days. The limit keeps the seconds within what WallTime can hold.
constexpr std::int64_t kUntilMax = 253'402'300'799;  // The end of the year 9999.

// The credentials behind a scheme, which is in lower case here.
std::optional<std::string_view> credentials_of(std::string_view authorization,
                                               std::string_view scheme) {
  const std::size_t end = authorization.find(' ');
  if (end == std::string_view::npos) return std::nullopt;
  if (!std::ranges::equal(authorization.substr(0, end), scheme, {}, lower)) return std::nullopt;
  const std::size_t begin = authorization.find_first_not_of(' ', end);
  if (begin == std::string_view::npos) return std::string_view{};
  const std::string_view rest = authorization.substr(begin);
  return rest.substr(0, rest.find_last_not_of(' ') + 1);
}

}  // namespace

Proof proof_of(std::string_view authorization, std::string_view token) {
  if (authorization.empty()) return Proof::none;
  if (authorization.size() > kAuthorizationOctetsMax) return Proof::wrong;
  if (const auto given = credentials_of(authorization, "bearer")) {
    return equal_in_constant_time(*given, token) ? Proof::bearer : Proof::wrong;
  }
  if (const auto given = credentials_of(authorization, "basic")) {
    const std::optional<std::string> pair = base64_decoded(*given);
    if (!pair) return Proof::wrong;
    const std::size_t colon = pair->find(':');
    if (colon == std::string::npos) return Proof::wrong;
    const std::string_view password = std::string_view(*pair).substr(colon + 1);
    return equal_in_constant_time(password, token) ? Proof::basic : Proof::wrong;
  }
  return Proof::wrong;
}

bool is_signed(const Request& request, WallTime now, std::string_view key) {
  const auto until = request.asked("until");
  const auto seal = request.asked("sig");
  if (!until || !seal || key.empty()) return false;
  std::int64_t seconds = 0;
  const char* const end = until->data() + until->size();
  const auto [reached, error] = std::from_chars(until->data(), end, seconds);
  if (error != std::errc{} || reached != end || seconds < 0 || seconds > kUntilMax) return false;
  if (!equal_in_constant_time(*seal, tls::signature_of_link(request.path, seconds, key)))
    return false;
  return now < WallTime{std::chrono::seconds{seconds}};
}

}  // namespace mxsweep::serve

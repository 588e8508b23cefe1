// SPDX-License-Identifier: MIT
#include "mxsweep/tls/signed_link.h"

#include <chrono>

#include "mxsweep/tls/hmac.h"
#include "mxsweep/tls/sha256.h"

namespace mxsweep::tls {
namespace {

constexpr std::size_t kSignatureDigits = 32;  // 128 bits: people see these links.

}  // namespace

std::string signature_of_link(std::string_view path, std::int64_t until_seconds,
                              std::string_view key) {
  const std::string text = std::string(path) + '\n' + std::to_string(until_seconds);
  return to_hexadecimal(hmac_sha256(key, text)).substr(0, kSignatureDigits);
}

std::string signed_query(std::string_view path, WallTime until, std::string_view key) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(until).time_since_epoch().count();
  return "until=" + std::to_string(seconds) + "&sig=" + signature_of_link(path, seconds, key);
}

}  // namespace mxsweep::tls

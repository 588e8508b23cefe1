// SPDX-License-Identifier: MIT
#include "sasl/scram.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/base64.h"
#include "mxsweep/core/constant_time.h"
#include "mxsweep/tls/anchored_path.h"
#include "mxsweep/tls/hmac.h"
#include "mxsweep/tls/pbkdf2.h"

namespace mxsweep::sasl {
namespace {

// RFC 5802 section 7, server-error-value.
constexpr std::array<std::string_view, 11> kScramErrors = {
    "invalid-encoding",
    "extensions-not-supported",
    "invalid-proof",
    "channel-bindings-dont-match",
    "server-does-support-channel-binding",
    "channel-binding-not-supported",
    "unsupported-channel-binding-type",
    "unknown-user",
    "invalid-username-encoding",
    "no-resources",
    "other-error",
};

std::string_view view_of(const tls::Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// "," and "=" separate the parts of a message.
std::string escaped_name(std::string_view name) {
  std::string escaped;
  for (const char c : name) {
    if (c == ',') {
      escaped += "=2C";
    } else if (c == '=') {
      escaped += "=3D";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

// The value of the next part "NAME=VALUE", which is taken off `rest`.
std::optional<std::string_view> take_part(std::string_view& rest, char name) {
  if (rest.size() < 2 || rest[0] != name || rest[1] != '=') return std::nullopt;
  const std::size_t end = std::min(rest.find(','), rest.size());
  const std::string_view value = rest.substr(2, end - 2);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return value;
}

struct ServerFirst {
  Fault fault = Fault::none;
  std::string_view nonce{};
  std::string salt{};
  std::uint32_t iterations = 0;
};

Fault read_iterations(std::string_view digits, std::uint32_t& iterations) {
  if (digits.empty() || digits.front() == '0' || !std::ranges::all_of(digits, is_digit)) {
    return Fault::malformed;
  }
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), iterations);
  if (error != std::errc{} || iterations > kIterationsMax) return Fault::iterations_many;
  return iterations < kIterationsMin ? Fault::iterations_few : Fault::none;
}

ServerFirst read_first(std::string_view message, std::string_view our_nonce) {
  ServerFirst read;
  if (message.starts_with("m=")) return {.fault = Fault::extension};
  const std::optional<std::string_view> nonce = take_part(message, 'r');
  const std::optional<std::string_view> salt = take_part(message, 's');
  const std::optional<std::string_view> iterations = take_part(message, 'i');
  if (!nonce || !salt || !iterations) return {.fault = Fault::malformed};
  const bool printable = std::ranges::all_of(*nonce, [](char c) { return c > ' ' && c < 0x7f; });
  const std::optional<std::string> grain = base64_decoded(*salt);
  if (!printable || !grain || grain->empty()) return {.fault = Fault::malformed};
  if (!nonce->starts_with(our_nonce) || nonce->size() == our_nonce.size()) {
    return {.fault = Fault::nonce};
  }
  read.nonce = *nonce;
  read.salt = *grain;
  read.fault = read_iterations(*iterations, read.iterations);
  return read;
}

}  // namespace

Scram::Scram(std::string_view user, std::string_view authorize, std::string_view nonce)
    : nonce_(nonce), header_("n,") {
  if (!authorize.empty()) header_ += "a=" + escaped_name(authorize);
  header_ += ',';
  first_bare_ = "n=" + escaped_name(user) + ",r=" + nonce_;
}

Step Scram::on_first(std::string_view message, const Secret& password) {
  const ServerFirst read = read_first(message, nonce_);
  if (read.fault != Fault::none) return {.fault = read.fault};
  const std::string last =
      "c=" + base64_encoded(header_) + ",r=" + std::string(read.nonce);  // Without the proof.
  const std::string auth_message = first_bare_ + ',' + std::string(message) + ',' + last;
  const tls::Digest salted = tls::pbkdf2_sha256(password.reveal(), read.salt, read.iterations);
  tls::Digest proof = tls::hmac_sha256(view_of(salted), "Client Key");
  const tls::Digest stored_key = tls::sha256_of(view_of(proof));
  const tls::Digest signature = tls::hmac_sha256(view_of(stored_key), auth_message);
  std::ranges::transform(proof, signature, proof.begin(), [](std::uint8_t key, std::uint8_t with) {
    return static_cast<std::uint8_t>(key ^ with);
  });
  const tls::Digest server_key = tls::hmac_sha256(view_of(salted), "Server Key");
  server_signature_ = tls::hmac_sha256(view_of(server_key), auth_message);
  answered_ = true;
  return {.response = last + ",p=" + base64_encoded(view_of(proof))};
}

Fault Scram::on_final(std::string_view message) {
  if (const std::optional<std::string_view> error = take_part(message, 'e')) {
    const auto known = std::ranges::find(kScramErrors, *error);
    if (known != kScramErrors.end()) server_error_ = *known;
    return Fault::refused;
  }
  const std::optional<std::string_view> verifier = take_part(message, 'v');
  const std::optional<std::string> signature =
      verifier ? base64_decoded(*verifier) : std::optional<std::string>();
  if (!signature) return Fault::malformed;
  return equal_in_constant_time(*signature, view_of(server_signature_)) ? Fault::none
                                                                        : Fault::signature;
}

}  // namespace mxsweep::sasl

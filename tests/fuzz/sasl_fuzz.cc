// SPDX-License-Identifier: MIT
// Whatever a server sends while the client authenticates: the exchange ends, responses have a
// limit, no secret is in a text, and SCRAM's success needs the server's proof. The first octet
// chooses the mechanism; of the rest each line is a challenge. "@" stands for our nonce.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/invariant.h"
#include "mxsweep/sasl/exchange.h"
#include "mxsweep/sasl/saslprep.h"

namespace mxsweep::sasl {
namespace {

constexpr std::string_view kNonce = "rOprNGfwEbeRWgbNEkqO";
constexpr std::string_view kSecret = "k9q3zx7vbn2";
constexpr std::size_t kResponseOctetsMax = kTokenOctetsMax + 2 * kChallengeOctetsMax;

std::string challenge_of(std::string_view line) {
  std::string challenge;
  for (const char c : line) {
    if (c == '@') challenge += kNonce;
    if (c != '@') challenge += c;
  }
  // Few iterations more than the least: to compute takes the time of many inputs.
  const bool slow =
      challenge.find(",i=4096") == std::string::npos && challenge.find(",i=") != std::string::npos;
  return slow ? challenge.substr(0, challenge.find(",i=")) + ",i=1" : challenge;
}

void talk(Mechanism mechanism, std::string_view input) {
  Exchange exchange(mechanism, {.user = "user", .secret = Secret(std::string(kSecret))}, kNonce);
  if (exchange.has_initial() && !input.starts_with('\n')) {
    INVARIANT(exchange.initial().size() <= kResponseOctetsMax);
  }
  bool failed = false;
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    const Step step = exchange.on_challenge(challenge_of(input.substr(0, end)));
    INVARIANT(step.response.size() <= kResponseOctetsMax);
    INVARIANT(step.fault == Fault::none || step.response.empty());
    INVARIANT(!failed || step.fault != Fault::none);
    failed |= step.fault != Fault::none;
    INVARIANT(!sentence_of(step.fault).empty());
    INVARIANT(exchange.server_error().find(kSecret) == std::string_view::npos);
    INVARIANT(!failed || exchange.on_success() != Fault::none);
    // Without the password no signature is right.
    INVARIANT(mechanism != Mechanism::scram_sha_256 || exchange.on_success() != Fault::none);
    input.remove_prefix(std::min(end + 1, input.size()));
  }
}

}  // namespace
}  // namespace mxsweep::sasl

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mxsweep::sasl;
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto mechanism = static_cast<Mechanism>(data[0] % 6);
  if (data[0] % 6 < 5) {
    talk(mechanism, input);
  } else {
    const Choice choice = choose(input, {});
    INVARIANT(choice.fault != ChoiceFault::none || !shows_secret(choice.mechanism));
    static_cast<void>(saslprep_keeps(input));
  }
  return 0;
}

// SPDX-License-Identifier: MIT
#include "roundtrip/authentication.h"

#include <algorithm>
#include <optional>

#include "mxsweep/core/ascii.h"
#include "mxsweep/core/base64.h"
#include "mxsweep/core/tags.h"

namespace mxsweep::roundtrip {
namespace {

void hide(std::string& text, const std::string& secret) {
  if (secret.empty()) return;
  for (std::size_t at = 0; (at = text.find(secret, at)) != text.npos;) {
    text.replace(at, secret.size(), "***");
    at += 3;
  }
}

bool is_base64_digit(char c) { return is_alphanumeric(c) || c == '+' || c == '/'; }

// As hide(), in words of base64: what was sent to the server may come back.
void hide_encoded(std::string& text, const std::string& secret) {
  if (secret.empty()) return;
  for (auto begin = text.begin(); begin != text.end();) {
    begin = std::find_if(begin, text.end(), is_base64_digit);
    auto end = std::find_if_not(begin, text.end(), is_base64_digit);
    const std::optional<std::string> decoded = base64_decoded(std::string_view(begin, end));
    if (decoded && decoded->find(secret) != std::string::npos) {
      const auto at = begin - text.begin();
      text.replace(begin, end, "***");
      end = text.begin() + at + 3;
    }
    begin = end;
  }
}

}  // namespace

Result<Authentication> Authentication::choose(std::string_view offered, const sasl::Policy& policy,
                                              const sasl::Credentials& credentials,
                                              std::string_view nonce) {
  const sasl::Choice choice = sasl::choose(offered, policy);
  if (choice.fault != sasl::ChoiceFault::none) {
    return Status::unusable(std::string(sasl::sentence_of(choice.fault)));
  }
  const Status usable = sasl::check_credentials(choice.mechanism, credentials);
  if (!usable.ok()) return usable;
  return Authentication(choice.mechanism, credentials, nonce);
}

std::string Authentication::initial() {
  const std::string response = exchange_.initial();
  return response.empty() ? "=" : base64_encoded(response);
}

std::string Authentication::answer(std::string_view challenge) {
  const std::optional<std::string> decoded = base64_decoded(trimmed(challenge));
  const sasl::Step step =
      decoded ? exchange_.on_challenge(*decoded) : sasl::Step{.fault = sasl::Fault::malformed};
  if (step.fault == sasl::Fault::none) return base64_encoded(step.response);
  fault_ = step.fault;
  return "*";
}

Status Authentication::on_success() const {
  const sasl::Fault fault = fault_ != sasl::Fault::none ? fault_ : exchange_.on_success();
  if (fault == sasl::Fault::none) return {};
  return Status::unusable(std::string(sasl::sentence_of(fault)));
}

std::string Authentication::why_refused() const {
  if (fault_ != sasl::Fault::none) return ": " + std::string(sasl::sentence_of(fault_));
  const std::string_view error = exchange_.server_error();
  return error.empty() ? std::string() : " (" + std::string(error) + ")";
}

std::string without_secret(std::string_view words, const Secret& secret) {
  std::string text(words);
  hide(text, secret.reveal());
  hide_encoded(text, secret.reveal());
  return text;
}

}  // namespace mxsweep::roundtrip

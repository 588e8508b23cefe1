// SPDX-License-Identifier: MIT
// The part of sending that authenticates (RFC 4954).
#include <utility>

#include "mxsweep/core/base64.h"
#include "mxsweep/core/invariant.h"
#include "mxsweep/core/tags.h"
#include "mxsweep/roundtrip/sending.h"
#include "mxsweep/smtp/capabilities.h"
#include "roundtrip/submission.h"

namespace mxsweep::roundtrip {
namespace {

// All of them: some servers list AUTH twice, or as "AUTH=", for clients of long ago.
std::string offered_mechanisms(std::string_view ehlo_reply) {
  std::string offered;
  smtp::Capabilities capabilities(ehlo_reply);
  for (smtp::Capability each; capabilities.next(each);) {
    if (!same_word(each.keyword, "AUTH") && !same_word(each.keyword, "AUTH=")) continue;
    offered += ' ';
    offered += each.parameters;
  }
  return offered;
}

std::string sentence_of_refusal(const sasl::Exchange& exchange, std::string_view reply) {
  std::string sentence = "the server has refused the user: " + kept_text(reply);
  if (!exchange.server_error().empty()) {
    sentence += " (" + std::string(exchange.server_error()) + ")";
  }
  return sentence;
}

}  // namespace

Sending::Move Sending::begin_auth(const Authenticate& auth, Instant now) {
  const auto fail = [&](std::string_view fault) {
    StepResult failure = result(now);
    failure.fault = fault;
    keep(std::move(failure));
    return Move{};
  };
  const sasl::Choice choice =
      sasl::choose(offered_mechanisms(capabilities_), {.under_tls = under_tls_,
                                                       .allow_in_clear = auth.in_clear,
                                                       .token = order_.token,
                                                       .only = auth.mechanism});
  if (choice.fault != sasl::ChoiceFault::none) return fail(sentence_of(choice.fault));
  sasl::Credentials credentials{.user = variables_.expand(auth.user),
                                .secret = order_.secret,
                                .host = endpoint().host,
                                .port = endpoint().port};
  if (const Status status = sasl::check_credentials(choice.mechanism, credentials); !status.ok()) {
    return fail(status.sentence());
  }
  exchange_.emplace(choice.mechanism, std::move(credentials), order_.nonce);
  auth_fault_.clear();
  std::string line = "AUTH " + std::string(to_string(choice.mechanism));
  if (exchange_->has_initial()) {
    const std::string first = exchange_->initial();
    line += first.empty() ? " =" : " " + base64_encoded(first);
  }
  Move move = command(std::move(line), Phase::auth, now);
  stage_ = Stage::auth;
  return move;
}

Sending::Move Sending::on_auth_reply(int code, std::string_view reply, Instant now) {
  if (stage_ == Stage::auth && code == 334) {
    const std::string text = text_of(reply);
    const std::optional<std::string> challenge = base64_decoded(trimmed(text));
    const sasl::Step next =
        challenge ? exchange_->on_challenge(*challenge) : sasl::Step{sasl::Fault::malformed};
    if (next.fault == sasl::Fault::none) {
      sending_ = base64_encoded(next.response) + "\r\n";
    } else {
      auth_fault_ = sentence_of(next.fault);
      sending_ = "*\r\n";
      stage_ = Stage::cancelled;
    }
    return await(submission_of(Phase::auth).patience, now);
  }
  if (stage_ == Stage::auth && code == 235) {
    const sasl::Fault fault = exchange_->on_success();
    if (fault != sasl::Fault::none) auth_fault_ = sentence_of(fault);
  } else if (stage_ == Stage::auth && step().expect.empty()) {
    auth_fault_ = sentence_of_refusal(*exchange_, reply);
  }
  exchange_.reset();
  if (auth_fault_.empty()) return conclude(code, reply, now);
  times_.push_back({phase_, now - asked_});
  StepResult failure = result(now);
  failure.code = code;
  failure.reply = kept_text(reply);
  failure.fault = std::exchange(auth_fault_, {});
  keep(std::move(failure));
  ++at_;
  return go_on(now);
}

}  // namespace mxsweep::roundtrip

// SPDX-License-Identifier: MIT
// The part of sending that authenticates (RFC 4954).
#include <memory>
#include <utility>

#include "mxsweep/core/tags.h"
#include "mxsweep/roundtrip/expectation.h"
#include "mxsweep/roundtrip/sending.h"
#include "mxsweep/smtp/capabilities.h"
#include "roundtrip/authentication.h"
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

}  // namespace

Sending::Move Sending::begin_auth(const Authenticate& auth, Instant now) {
  Result<Authentication> chosen = Authentication::choose(offered_mechanisms(capabilities_),
                                                         {.under_tls = under_tls_,
                                                          .allow_in_clear = auth.in_clear,
                                                          .token = order_.token,
                                                          .only = auth.mechanism},
                                                         {.user = variables_.expand(auth.user),
                                                          .secret = order_.secret,
                                                          .host = endpoint().host,
                                                          .port = endpoint().port},
                                                         order_.nonce);
  if (!chosen.ok()) {
    StepResult failure = result(now);
    failure.fault = chosen.status().sentence();
    keep(std::move(failure));
    return {};
  }
  authentication_ = std::make_unique<Authentication>(*std::move(chosen));
  std::string line = "AUTH " + std::string(authentication_->mechanism());
  if (authentication_->has_initial()) line += " " + authentication_->initial();
  Move move = command(std::move(line), Phase::auth, now);
  stage_ = Stage::auth;
  return move;
}

Sending::Move Sending::on_auth_reply(int code, std::string_view reply, Instant now) {
  if (code == 334 && !authentication_->gave_up()) {
    sending_ = authentication_->answer(text_of(reply)) + "\r\n";
    return await(submission_of(Phase::auth).patience, now);
  }
  std::string fault;
  if (code == 235 || authentication_->gave_up()) {
    fault = authentication_->on_success().sentence();
  } else if (step().expect.empty()) {
    fault = "the server has refused the user" + authentication_->why_refused() + ": " +
            kept_text(reply);
  }
  authentication_.reset();
  if (fault.empty()) return conclude(code, reply, now);
  times_.push_back({phase_, now - asked_});
  StepResult failure = result(now);
  failure.code = code;
  failure.reply = kept_text(reply);
  failure.fault = std::move(fault);
  keep(std::move(failure));
  ++at_;
  return go_on(now);
}

}  // namespace mxsweep::roundtrip

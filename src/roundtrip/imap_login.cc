// SPDX-License-Identifier: MIT
#include <string>
#include <utility>

#include "mxsweep/core/capability.h"
#include "mxsweep/imap/capabilities.h"
#include "roundtrip/imap_visit.h"

namespace mxsweep::roundtrip {

void ImapVisit::read_offer(std::string_view response) {
  Offer offer;
  const std::string reply = std::string(response) + "\r\n";
  imap::Capabilities capabilities(reply);
  for (Capability capability; capabilities.next(capability);) {
    const std::string_view word = capability.keyword;
    offer.listed = true;
    if (same_keyword(word, "AUTH")) offer.mechanisms += std::string(capability.parameters) + ' ';
    offer.login_disabled |= same_keyword(word, "LOGINDISABLED");
    offer.sasl_ir |= same_keyword(word, "SASL-IR");
    offer.literal_plus |= same_keyword(word, "LITERAL+");
    offer.special_use |= same_keyword(word, "SPECIAL-USE");
    offer.idle |= same_keyword(word, "IDLE");
    offer.uidplus |= same_keyword(word, "UIDPLUS");
  }
  if (!offer.listed) return;
  offer_ = offer;
  dialogue_.set_literal_plus(offer.literal_plus);
}

void ImapVisit::log_in(bool under_tls, Instant now) {
  result_.until = Phase::login;
  offer_.listed = false;  // Until there is a list for an authenticated session.
  Result<Authentication> chosen = authentication(offer_.mechanisms, under_tls, order_);
  if (chosen.ok()) {
    authentication_.emplace(*std::move(chosen));
    imap::Command command = dialogue_.command();
    command.word("AUTHENTICATE").word(authentication_->mechanism());
    if (offer_.sasl_ir && authentication_->has_initial()) command.word(authentication_->initial());
    return ask(Step::login, std::move(command), now);
  }
  const Status by_command = may_send_password(under_tls, order_);
  if (!by_command.ok() || offer_.login_disabled) {
    return fail(Phase::login, chosen.status().sentence());
  }
  imap::Command command = dialogue_.command();
  command.word("LOGIN").string(order_.credentials.user);
  command.string(order_.credentials.secret.reveal());
  ask(Step::login, std::move(command), now);
}

void ImapVisit::on_login_completed(const imap::StatusLine& line, Instant now) {
  if (line.status != imap::Status::ok) {
    const std::string why = authentication_ ? authentication_->why_refused() : std::string();
    return fail(Phase::login, "the login is refused" + why + told(line.text, order_));
  }
  const Status proved = authentication_ ? authentication_->on_success() : Status();
  if (!proved.ok()) return fail(Phase::login, proved.sentence());
  result_.logged_in_at = now;
  // What holds now may be more than before, and many servers say so at once.
  read_offer("* " + std::string(to_string(line.status)) + ' ' + std::string(line.text));
  if (offer_.listed) return on_logged_in(now);
  imap::Command command = dialogue_.command();
  command.word("CAPABILITY");
  ask(Step::capability, std::move(command), now);
}

void ImapVisit::on_logged_in(Instant now) {
  if (!result_.logged_in_at) result_.logged_in_at = now;
  list_folders(now);
}

}  // namespace mxsweep::roundtrip

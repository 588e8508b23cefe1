// SPDX-License-Identifier: MIT
#include "roundtrip/imap_visit.h"

#include <algorithm>
#include <utility>

#include "mxsweep/imap/response.h"
#include "mxsweep/probe/observation.h"

namespace mxsweep::roundtrip {
ImapVisit::ImapVisit(const MailboxOrder& order, const Signals& signals, MailboxResult& result)
    : order_(order), signals_(signals), result_(result) {
  for (const std::string& word : order.folders) {
    const bool by_use = word.starts_with('\\');
    folders_.push_back({.word = word, .name = by_use ? "" : imap::mailbox_name(word)});
  }
  if (folders_.empty()) folders_.push_back({.word = "INBOX", .name = "INBOX"});
}

ImapVisit::Move ImapVisit::begin(const probe::Transaction::Opening& opening, Instant now) {
  began_ = now;
  read_offer(opening.capabilities);
  const std::string_view greeting = opening.seen.reply(mxsweep::Phase::greeting);
  if (const auto fault = fault_of_tls(opening, order_)) {
    fail(Phase::fetch_tls, *fault);
  } else if (imap::status_line(greeting).status == imap::Status::preauth) {
    on_logged_in(now);
  } else {
    log_in(opening.under_tls, now);
  }
  return move(now);
}

ImapVisit::Move ImapVisit::on_bytes(std::string_view octets, Instant now) {
  using Kind = ImapDialogue::News::Kind;
  dialogue_.append(octets);
  while (step_ != Step::done) {
    const ImapDialogue::News news = dialogue_.next();
    if (news.kind == Kind::nothing) break;
    switch (news.kind) {
      case Kind::nothing: break;
      case Kind::untagged: on_untagged(news, now); break;
      case Kind::continuation: on_continuation(news.response, now); break;
      case Kind::completed: on_completed(news.line, now); break;
      case Kind::bye:
        fail(result_.until, "the server ends the session" + told(news.line.text, order_));
        break;
      case Kind::broken: fail(result_.until, std::string(news.response)); break;
    }
  }
  if (is_waiting()) watch(now);
  return move(now);
}

ImapVisit::Move ImapVisit::on_deadline(Instant now) {
  if (is_waiting()) {
    watch(now);
  } else if (step_ != Step::done && now >= answer_by_) {
    fail(result_.until, "the server does not answer");
  }
  return move(now);
}

ImapVisit::Move ImapVisit::move(Instant now) {
  sending_ = dialogue_.take_output();
  if (step_ != Step::done) return {.send = sending_, .deadline = deadline(now)};
  // A server that answers before it is asked: what was to be sent goes first.
  if (!sending_.empty()) return {.send = sending_, .deadline = now};
  return {.finished = true};
}

Instant ImapVisit::deadline(Instant now) const {
  if (!is_waiting()) return answer_by_;
  return std::min({now + kSignalsEvery, std::max(signals_.until, now), std::max(round_at_, now),
                   idles_ ? kNever : std::max(poll_at_, now)});
}

void ImapVisit::ask(Step step, imap::Command&& command, Instant now) {
  step_ = step;
  idles_ = false;
  answer_by_ = now + kMailboxCommandTimeout;
  dialogue_.send(std::move(command));
}

void ImapVisit::fail(Phase phase, std::string sentence) {
  result_.until = phase;
  result_.fault = std::move(sentence);
  finish();
}

void ImapVisit::on_continuation(std::string_view text, Instant now) {
  if (step_ == Step::login && authentication_) {
    if (authentication_->gave_up()) {
      return fail(Phase::login, authentication_->on_success().sentence());
    }
    dialogue_.send_line(authentication_->answer(text));
    answer_by_ = now + kMailboxCommandTimeout;
  } else if (step_ == Step::idle && !idles_) {
    idles_ = true;
    if (!result_.ready_at) result_.ready_at = now;
    if (sign_.notice != Notice::none) end_idle(now);
  }
}

void ImapVisit::on_untagged(const ImapDialogue::News& news, Instant now) {
  if (step_ == Step::login || step_ == Step::capability) return read_offer(news.response);
  if (step_ == Step::list) return on_list(news.response);
  if (step_ == Step::select) return on_select_response(news);
  const std::optional<std::uint32_t> validity =
      imap::read_code_number(news.line.response_code, "UIDVALIDITY");
  if (selected_ && validity && *validity != folder().uid_validity) {
    return fail(result_.until, "the server has renumbered the messages");
  }
  if (imap::read_exists(news.response)) {
    if (sign_.notice == Notice::none) sign_ = {idles_ ? Notice::idle : Notice::poll, now};
    if (idles_) end_idle(now);
    return;
  }
  on_look_response(news.response, now);
}

void ImapVisit::on_completed(const imap::StatusLine& line, Instant now) {
  const bool ok = line.status == imap::Status::ok;
  const bool removing = step_ == Step::mark || step_ == Step::marked || step_ == Step::expunge;
  if (signals_.stop && !removing && step_ != Step::login) {
    result_.stopped = true;
    return finish();
  }
  switch (step_) {
    case Step::login: return on_login_completed(line, now);
    case Step::capability: return on_logged_in(now);
    case Step::list: return begin_round(now);
    case Step::select: return on_selected(line, now);
    case Step::search: return on_searched(ok, now);
    case Step::fetch: return on_fetched(now);
    case Step::header:
    case Step::report: return proceed(now);
    case Step::mark: return on_marked(ok, line.text, now);
    case Step::marked: return on_marked_listed(ok, now);
    case Step::expunge: return on_expunged(ok, line.text, now);
    case Step::idle:
      offer_.idle = false;  // It has ended without DONE, or is not known.
      return after_wait(now);
    case Step::ending_idle:
    case Step::poll: return after_wait(now);
    case Step::rest:
    case Step::done: return fail(result_.until, "the server answers what it was not asked");
  }
}

}  // namespace mxsweep::roundtrip

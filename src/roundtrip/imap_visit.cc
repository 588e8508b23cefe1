// SPDX-License-Identifier: MIT
#include "roundtrip/imap_visit.h"

#include <algorithm>
#include <array>
#include <utility>

#include "mxsweep/core/capability.h"
#include "mxsweep/imap/capabilities.h"
#include "mxsweep/imap/response.h"
#include "mxsweep/probe/observation.h"

namespace mxsweep::roundtrip {
namespace {

constexpr std::array<Duration, 4> kPollAfter = {std::chrono::milliseconds{200},
                                                std::chrono::seconds{1}, std::chrono::seconds{2},
                                                std::chrono::seconds{5}};

}  // namespace

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
  if (imap::status_line(greeting).status == imap::Status::preauth) {
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
  } else if (now >= answer_by_) {
    fail(result_.until, "the server does not answer");
  }
  return move(now);
}

ImapVisit::Move ImapVisit::move(Instant now) {
  if (step_ == Step::done) return {.finished = true};
  sending_ = dialogue_.take_output();
  return {.send = sending_, .deadline = deadline(now)};
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
  Result<Authentication> chosen = Authentication::choose(offer_.mechanisms, under_tls, order_);
  if (chosen.ok()) {
    authentication_.emplace(*std::move(chosen));
    imap::Command command = dialogue_.command();
    command.word("AUTHENTICATE").word(authentication_->mechanism());
    if (offer_.sasl_ir && authentication_->has_initial()) command.word(authentication_->initial());
    return ask(Step::login, std::move(command), now);
  }
  const Status by_command = may_send_password(under_tls, order_);
  if (!by_command.ok() || offer_.login_disabled)
    return fail(Phase::login, chosen.status().sentence());
  imap::Command command = dialogue_.command();
  command.word("LOGIN").string(order_.credentials.user);
  command.string(order_.credentials.secret.reveal());
  ask(Step::login, std::move(command), now);
}

void ImapVisit::on_continuation(std::string_view text, Instant now) {
  if (step_ == Step::login && authentication_) {
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
      offer_.idle = ok && idles_;  // It has ended without DONE, or is not known.
      return after_wait(now);
    case Step::ending_idle:
    case Step::poll: return after_wait(now);
    case Step::rest:
    case Step::done: return fail(result_.until, "the server answers what it was not asked");
  }
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
  offer_ = {};
  dialogue_.set_literal_plus(false);
  read_offer("* " + std::string(to_string(line.status)) + ' ' + std::string(line.text));
  if (offer_.listed) return on_logged_in(now);
  imap::Command command = dialogue_.command();
  command.word("CAPABILITY");
  ask(Step::capability, std::move(command), now);
}

void ImapVisit::on_logged_in(Instant now) {
  if (!result_.logged_in_at) result_.logged_in_at = now;
  result_.until = Phase::select;
  if (std::ranges::none_of(folders_, [](const Folder& folder) { return folder.name.empty(); })) {
    return begin_round(now);
  }
  imap::Command command = dialogue_.command();
  command.word(offer_.special_use ? "LIST (SPECIAL-USE)" : "LIST").string("").string("*");
  ask(Step::list, std::move(command), now);
}

void ImapVisit::on_list(std::string_view response) {
  const std::optional<imap::ListedMailbox> listed = imap::read_list(response);
  if (!listed) return;
  for (Folder& folder : folders_) {
    const bool has = std::ranges::any_of(listed->attributes, [&folder](std::string_view attribute) {
      return same_keyword(attribute, folder.word);
    });
    if (has && folder.name.empty()) folder.name = listed->name;
  }
}

// The first folder comes last.
void ImapVisit::begin_round(Instant now) {
  in_round_ = true;
  current_ = 0;
  next_folder(now);
}

void ImapVisit::next_folder(Instant now) {
  do {
    current_ = (current_ + 1) % folders_.size();
  } while (current_ != 0 && folders_[current_].name.empty());
  if (selected_ == current_) return look(now);
  select(current_, now);
}

void ImapVisit::select(std::size_t index, Instant now) {
  result_.until = Phase::select;
  current_ = index;
  if (folder().name.empty()) {
    return fail(Phase::select, "there is no folder with the special use " + folder().word);
  }
  selected_.reset();
  sign_ = {};
  uid_next_ = 0;
  imap::Command command = dialogue_.command();
  command.word(order_.remove ? "SELECT" : "EXAMINE").string(folder().name);
  ask(Step::select, std::move(command), now);
}

void ImapVisit::on_select_response(const ImapDialogue::News& news) {
  const std::string_view code = news.line.response_code;
  if (const auto next = imap::read_code_number(code, "UIDNEXT")) uid_next_ = *next;
  const auto validity = imap::read_code_number(code, "UIDVALIDITY");
  if (!validity) return;
  // Other numbers than before: which messages are new is no longer known.
  if (folder().uid_validity != 0 && *validity != folder().uid_validity) folder().first_new = 0;
  folder().uid_validity = *validity;
}

void ImapVisit::on_selected(const imap::StatusLine& line, Instant now) {
  std::erase_if(result_.folder_faults,
                [this](const FolderFault& fault) { return fault.folder == folder().word; });
  if (line.status != imap::Status::ok) {
    const std::string words = "the folder cannot be selected" + told(line.text, order_);
    if (current_ == 0) return fail(Phase::select, folder().word + ": " + words);
    result_.folder_faults.push_back({folder().word, words});
    return next_folder(now);
  }
  selected_ = current_;
  if (current_ == 0 && !result_.selected_at) result_.selected_at = now;
  if (folder().first_new == 0) folder().first_new = uid_next_;
  if (uid_next_ > folder().first_new) sign_ = {Notice::look, now};
  look(now);
}

// Between the looks.
void ImapVisit::wait(Instant now) {
  result_.until = Phase::wait;
  if (signals_.stop || last_round_) {
    result_.stopped = !last_round_;
    return finish();
  }
  if (sign_.notice != Notice::none) return look(now);
  if (!offer_.idle) {
    step_ = Step::rest;
    idles_ = false;
    if (!result_.ready_at) result_.ready_at = now;
    poll_at_ = now + kPollAfter[std::min(polls_++, kPollAfter.size() - 1)];
    return;
  }
  imap::Command command = dialogue_.command();
  command.word("IDLE");
  ask(Step::idle, std::move(command), now);
}

bool ImapVisit::is_due(Instant now) const {
  return signals_.stop || now >= signals_.until || now >= round_at_;
}

// While nothing is asked, or IDLE is confirmed.
void ImapVisit::watch(Instant now) {
  if (idles_ && is_due(now)) return end_idle(now);
  if (step_ != Step::rest) return;
  if (is_due(now)) return after_wait(now);
  if (now < poll_at_) return;
  imap::Command command = dialogue_.command();
  command.word("NOOP");
  ask(Step::poll, std::move(command), now);
}

void ImapVisit::end_idle(Instant now) {
  step_ = Step::ending_idle;
  idles_ = false;
  answer_by_ = now + kMailboxCommandTimeout;
  dialogue_.send_line("DONE");
}

void ImapVisit::after_wait(Instant now) {
  idles_ = false;
  if (signals_.stop || sign_.notice != Notice::none || !is_due(now)) return wait(now);
  last_round_ = now >= signals_.until;
  begin_round(now);
}

}  // namespace mxsweep::roundtrip

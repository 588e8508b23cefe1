// SPDX-License-Identifier: MIT
#include <algorithm>
#include <iterator>
#include <utility>

#include "mxsweep/imap/response.h"
#include "mxsweep/message/delivery_report.h"
#include "mxsweep/message/probe_message.h"
#include "mxsweep/roundtrip/imap_transaction.h"
#include "roundtrip/imap_visit.h"

namespace mxsweep::roundtrip {
namespace {

constexpr std::size_t kReadMax = 1000;   // Of the messages that a look reads.
constexpr std::size_t kReportsMax = 20;  // Of those among them that may be reports.

bool has(const std::vector<std::uint32_t>& uids, std::uint32_t uid) {
  return std::ranges::find(uids, uid) != uids.end();
}

std::string fields_to_read(bool reports) {
  std::string fields(message::kTokenHeader);
  if (reports) fields += " Content-Type Return-Path Auto-Submitted";
  return "(UID BODY.PEEK[HEADER.FIELDS (" + fields + ")])";
}

std::string partial(std::string_view section, std::size_t octets) {
  return "(UID BODY.PEEK[" + std::string(section) + "]<0." + std::to_string(octets) + ">)";
}

}  // namespace

bool ImapVisit::is_here() const { return seen_in_ == current_; }

void ImapVisit::look(Instant now) {
  result_.until = Phase::search;
  look_ = {.sign = std::exchange(sign_, {})};
  // The first look into a folder is for all messages of ours, so that the stale ones are found.
  const bool sweeps = order_.remove && !folder().looked;
  imap::Command command = dialogue_.command();
  command.word("UID SEARCH HEADER").word(message::kTokenHeader);
  command.string(sweeps ? "" : order_.token);
  ask(Step::search, std::move(command), now);
}

void ImapVisit::on_look_response(std::string_view response, Instant now) {
  if (step_ == Step::search || step_ == Step::marked) {
    const std::optional<std::vector<std::uint32_t>> uids = imap::read_search(response);
    if (!uids) return;
    look_.answered = true;
    look_.found.insert(look_.found.end(), uids->begin(), uids->end());
    if (!uids->empty() && !look_.shown_at) look_.shown_at = now;
  } else if (step_ == Step::fetch || step_ == Step::header || step_ == Step::report) {
    on_message(response, now);
  }
}

void ImapVisit::on_searched(bool ok, Instant now) {
  if (!ok) look_.found.clear();
  if (look_.found.size() > kOursMax) {
    look_.found.erase(look_.found.begin(), look_.found.end() - kOursMax);
  }
  const bool found_by_reading = is_here() && result_.found_by == FoundBy::new_message;
  const bool signs = look_.sign.notice != Notice::none && (look_.found.empty() || order_.reports);
  look_.reads_new = folder().first_new != 0 && (signs || found_by_reading);
  if (is_here()) {
    std::ranges::copy_if(sighted_, std::back_inserter(look_.found),
                         [this](std::uint32_t uid) { return !has(look_.found, uid); });
  }
  std::string set = imap::uid_set(look_.found);
  if (look_.reads_new) {
    set += (set.empty() ? "" : ",") + std::to_string(folder().first_new) + ":*";
  }
  if (set.empty()) return proceed(now);
  imap::Command command = dialogue_.command();
  command.word("UID FETCH").word(set).word(fields_to_read(order_.reports));
  ask(Step::fetch, std::move(command), now);
}

// Only messages that were asked for count: a server may tell of others.
void ImapVisit::on_message(std::string_view response, Instant now) {
  const std::optional<imap::FetchedMessage> message = imap::read_fetch(response);
  if (!message || message->uid == 0 || !message->body) return;
  const std::uint32_t uid = message->uid;
  if (step_ == Step::header) {
    if (uid == header_uid_ && !result_.header_at) on_header(*message->body, now);
    return;
  }
  if (step_ == Step::report) {
    const std::optional<NonDelivery> report = report_in(*message->body, order_);
    if (report && uid == report_uid_) result_.report = report;
    return;
  }
  const bool is_new = look_.reads_new && uid >= folder().first_new;
  if ((!is_new && !has(look_.found, uid)) || look_.read.size() == kReadMax) return;
  if (!look_.shown_at) look_.shown_at = now;
  const message::Headers fields = message::read_headers(*message->body);
  const std::optional<message::Token> token = token_of(fields, order_);
  const auto [known, first] = look_.read.emplace(uid, token);
  // Two headers for one number: it is not known which one is the message's.
  if (!first && known->second != token) known->second.reset();
  if (first && is_new && !token && order_.reports && message::may_be_report(fields) &&
      look_.reports.size() < kReportsMax) {
    look_.reports.push_back(uid);
  }
}

void ImapVisit::on_fetched(Instant now) {
  for (const auto& [uid, token] : look_.read) {
    if (look_.reads_new) folder().first_new = std::max(folder().first_new, uid + 1);
    if (token && is_wanted(*token, order_)) look_.wanted.push_back(uid);
    if (token && is_stale(*token, order_, now - began_)) look_.stale.push_back(uid);
  }
  if (!look_.wanted.empty() && !result_.seen()) note_sight(now);
  if (is_here()) {
    result_.copies = std::max(result_.copies, static_cast<std::uint32_t>(look_.wanted.size()));
  }
  proceed(now);
}

void ImapVisit::note_sight(Instant now) {
  const bool signed_before = look_.sign.notice != Notice::none;
  seen_in_ = current_;
  sighted_ = look_.wanted;
  result_.notice = signed_before ? look_.sign.notice : Notice::look;
  result_.seen_at = signed_before ? look_.sign.at : look_.shown_at.value_or(now);
  const bool found = has(look_.found, look_.wanted.front());
  result_.found_by = found ? FoundBy::search : FoundBy::new_message;
  result_.folder = folder().word;
}

// What a look still has to do, one command after the other.
void ImapVisit::proceed(Instant now) {
  if (is_here() && header_uid_ == 0) return fetch_header(now);
  if (!look_.reports.empty()) return fetch_report(now);
  if (is_here() && !looked_again_) {
    looked_again_ = true;
    return look(now);
  }
  if (look_.removes && !to_remove().empty()) return mark(now);
  if (is_here() && look_.removes && order_.remove) {
    return keep("they are no longer there", {}, now);
  }
  finish_look(now);
}

void ImapVisit::fetch_header(Instant now) {
  result_.until = Phase::headers;
  header_uid_ = look_.wanted.front();
  imap::Command command = dialogue_.command();
  command.word("UID FETCH").word(std::to_string(header_uid_));
  command.word(partial("HEADER", message::kHeaderOctetsMax));
  ask(Step::header, std::move(command), now);
}

void ImapVisit::on_header(std::string_view body, Instant now) {
  const std::optional<message::Token> token = token_of(message::read_headers(body), order_);
  if (!token || !is_wanted(*token, order_)) {
    return fail(Phase::headers, "the header of the message is another one when it is read again");
  }
  result_.header = body.substr(0, message::kHeaderOctetsMax);
  result_.header_at = now;
}

void ImapVisit::fetch_report(Instant now) {
  result_.until = Phase::headers;
  report_uid_ = look_.reports.back();
  look_.reports.pop_back();
  imap::Command command = dialogue_.command();
  command.word("UID FETCH").word(std::to_string(report_uid_));
  command.word(partial("", message::kReportOctetsMax));
  ask(Step::report, std::move(command), now);
}

// What was read in this look, under these numbers.
std::vector<std::uint32_t> ImapVisit::to_remove() const {
  if (!order_.remove) return {};
  std::vector<std::uint32_t> uids = look_.wanted;
  uids.insert(uids.end(), look_.stale.begin(), look_.stale.end());
  return uids;
}

void ImapVisit::mark(Instant now) {
  result_.until = Phase::remove;
  if (folder().uid_validity == 0) {
    return keep("the server does not say how long its numbers are valid", {}, now);
  }
  imap::Command command = dialogue_.command();
  command.word("UID STORE").word(imap::uid_set(to_remove())).word("+FLAGS.SILENT (\\Deleted)");
  ask(Step::mark, std::move(command), now);
}

void ImapVisit::on_marked(bool ok, std::string_view words, Instant now) {
  if (!ok) return keep("the server does not mark them as deleted", words, now);
  imap::Command command = dialogue_.command();
  if (offer_.uidplus) {
    command.word("UID EXPUNGE").word(imap::uid_set(to_remove()));
    return ask(Step::expunge, std::move(command), now);
  }
  look_.found.clear();
  look_.answered = false;
  command.word("UID SEARCH DELETED");
  ask(Step::marked, std::move(command), now);
}

// EXPUNGE removes all that are marked, those that other clients have marked too.
void ImapVisit::on_marked_listed(bool ok, Instant now) {
  const std::vector<std::uint32_t> ours = to_remove();
  const bool only_ours =
      ok && look_.answered && !look_.found.empty() &&
      std::ranges::all_of(look_.found, [&ours](std::uint32_t uid) { return has(ours, uid); });
  if (!only_ours) {
    return keep(
        "they are marked as deleted, but without UIDPLUS others that are marked would be lost too",
        {}, now);
  }
  imap::Command command = dialogue_.command();
  command.word("EXPUNGE");
  ask(Step::expunge, std::move(command), now);
}

void ImapVisit::on_expunged(bool ok, std::string_view words, Instant now) {
  if (!ok) return keep("the server does not remove what is marked as deleted", words, now);
  look_.removes = false;
  result_.removed += static_cast<std::uint32_t>(look_.wanted.size());
  result_.swept += static_cast<std::uint32_t>(look_.stale.size());
  if (!look_.wanted.empty()) result_.removed_at = now;
  finish_look(now);
}

void ImapVisit::keep(std::string_view why, std::string_view words, Instant now) {
  look_.removes = false;
  result_.kept = std::string(why) + told(words, order_);
  finish_look(now);
}

void ImapVisit::finish_look(Instant now) {
  folder().looked = true;
  if (result_.seen() || (result_.report && result_.report->failed)) {
    result_.until = Phase::logout;
    return finish();
  }
  if (current_ != 0) return next_folder(now);
  if (std::exchange(in_round_, false)) {
    round_at_ = now + (folders_.size() > 1 ? kRoundEvery : kIdleLookEvery);
  }
  wait(now);
}

}  // namespace mxsweep::roundtrip

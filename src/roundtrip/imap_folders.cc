// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <utility>

#include "mxsweep/core/capability.h"
#include "mxsweep/imap/response.h"
#include "mxsweep/roundtrip/imap_transaction.h"
#include "roundtrip/imap_visit.h"

namespace mxsweep::roundtrip {
namespace {

constexpr std::array<Duration, 4> kPollAfter = {std::chrono::milliseconds{200},
                                                std::chrono::seconds{1}, std::chrono::seconds{2},
                                                std::chrono::seconds{5}};

}  // namespace

void ImapVisit::list_folders(Instant now) {
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
  // However many messages come: the end, and other folders, are not put off for long.
  if (now >= std::min(signals_.until, round_at_ + kRoundEvery)) return begin_due_round(now);
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
  begin_due_round(now);
}

void ImapVisit::begin_due_round(Instant now) {
  last_round_ = now >= signals_.until;
  begin_round(now);
}

}  // namespace mxsweep::roundtrip

// SPDX-License-Identifier: MIT
// The states of an ImapTransaction: which command was sent, and what follows from its reply. Pure.
//
//   Words     a look: what is asked of the folder that is selected, until its messages of ours are
//             known and dealt with. A round: a look into each folder, the first one last, so that
//             it stays selected.
//   Files     imap_visit.cc (octets and moments), imap_login.cc, imap_folders.cc (select, wait),
//             imap_look.cc (search, read, delete).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/message/token.h"
#include "mxsweep/probe/transaction.h"
#include "mxsweep/roundtrip/mailbox_order.h"
#include "roundtrip/imap_dialogue.h"
#include "roundtrip/mailbox.h"

namespace mxsweep::roundtrip {

class ImapVisit {
 public:
  using Move = probe::Transaction::Move;

  ImapVisit(const MailboxOrder& order, const Signals& signals, MailboxResult& result);

  Move begin(const probe::Transaction::Opening& opening, Instant now);
  Move on_bytes(std::string_view octets, Instant now);
  Move on_deadline(Instant now);

 private:
  // What was sent; `rest` and `done`: nothing that is not answered.
  enum class Step : std::uint8_t {
    login,
    capability,
    list,
    select,
    search,
    fetch,
    header,
    report,
    mark,
    marked,
    expunge,
    idle,         // Not yet confirmed, or confirmed.
    ending_idle,  // DONE.
    poll,
    rest,
    done,
  };
  struct Offer {
    std::string mechanisms{};
    bool listed = false;  // There is a list of capabilities.
    bool login_disabled = false;
    bool sasl_ir = false;
    bool literal_plus = false;
    bool special_use = false;
    bool idle = false;
    bool uidplus = false;
  };
  struct Folder {
    std::string word{};              // As in the order.
    std::string name{};              // Empty: not known, or it is not there.
    std::uint32_t uid_validity = 0;  // 0: not known.
    std::uint32_t first_new = 0;     // The lowest UID that was not yet read; 0: not known.
    bool looked = false;
  };
  // What a sign of new messages was, and when.
  struct Sign {
    Notice notice = Notice::none;
    Instant at{};
  };
  // What a look has found; its lists are of UIDs.
  struct Look {
    Sign sign{};
    bool reads_new = false;
    bool answered = false;  // By a response to SEARCH.
    std::optional<Instant> shown_at{};
    std::vector<std::uint32_t> found{};                             // By SEARCH.
    std::map<std::uint32_t, std::optional<message::Token>> read{};  // Nothing: not ours.
    std::vector<std::uint32_t> wanted{};
    std::vector<std::uint32_t> stale{};
    std::vector<std::uint32_t> reports{};  // That may be some.
    bool removes = true;                   // Until it was tried.
  };

  // imap_visit.cc
  void on_continuation(std::string_view text, Instant now);
  void on_untagged(const ImapDialogue::News& news, Instant now);
  void on_completed(const imap::StatusLine& line, Instant now);
  void ask(Step step, imap::Command&& command, Instant now);
  void fail(Phase phase, std::string sentence);
  void finish() { step_ = Step::done; }
  [[nodiscard]] bool is_waiting() const {
    return step_ == Step::rest || (step_ == Step::idle && idles_);
  }
  [[nodiscard]] Instant deadline(Instant now) const;
  [[nodiscard]] Move move(Instant now);
  [[nodiscard]] Folder& folder() { return folders_[current_]; }

  // imap_login.cc
  void read_offer(std::string_view response);
  void log_in(bool under_tls, Instant now);
  void on_login_completed(const imap::StatusLine& line, Instant now);
  void on_logged_in(Instant now);

  // imap_folders.cc
  void list_folders(Instant now);
  void on_list(std::string_view response);
  void begin_round(Instant now);
  void select(std::size_t folder, Instant now);
  void on_select_response(const ImapDialogue::News& news);
  void on_selected(const imap::StatusLine& line, Instant now);
  void next_folder(Instant now);
  void wait(Instant now);
  void watch(Instant now);
  void end_idle(Instant now);
  void after_wait(Instant now);
  void begin_due_round(Instant now);
  [[nodiscard]] bool is_due(Instant now) const;

  // imap_look.cc
  void look(Instant now);
  void on_look_response(std::string_view response, Instant now);
  void on_message(std::string_view response, Instant now);
  void on_searched(bool ok, Instant now);
  void on_fetched(Instant now);
  void note_sight(Instant now);
  void proceed(Instant now);
  void fetch_header(Instant now);
  void on_header(std::string_view body, Instant now);
  void fetch_report(Instant now);
  void mark(Instant now);
  void on_marked(bool ok, std::string_view words, Instant now);
  void on_marked_listed(bool ok, Instant now);
  void expunge(std::string_view uids, Instant now);
  void on_expunged(bool ok, std::string_view words, Instant now);
  void keep(std::string_view why, std::string_view words, Instant now);
  void finish_look(Instant now);
  [[nodiscard]] std::vector<std::uint32_t> to_remove() const;
  [[nodiscard]] bool is_here() const;

  const MailboxOrder& order_;
  const Signals& signals_;
  MailboxResult& result_;
  ImapDialogue dialogue_;
  Offer offer_;
  std::optional<Authentication> authentication_;
  std::vector<Folder> folders_;
  std::size_t current_ = 0;
  std::optional<std::size_t> selected_;
  std::uint32_t uid_next_ = 0;  // As SELECT has shown it.
  Look look_;
  Sign sign_;                           // That no look has followed.
  std::optional<std::size_t> seen_in_;  // Of folders_.
  std::vector<std::uint32_t> sighted_;  // There, when it was seen first.
  std::uint32_t header_uid_ = 0;
  std::uint32_t report_uid_ = 0;
  bool looked_again_ = false;  // For more copies.
  bool in_round_ = false;
  bool last_round_ = false;
  bool idles_ = false;  // The server has confirmed it.
  std::size_t polls_ = 0;
  Instant poll_at_{};
  Instant round_at_{};
  Instant began_{};
  Instant answer_by_{};
  Step step_ = Step::rest;
  std::string sending_;
};

}  // namespace mxsweep::roundtrip

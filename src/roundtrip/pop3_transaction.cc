// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/pop3_transaction.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "mxsweep/core/capability.h"
#include "mxsweep/core/text_line.h"
#include "mxsweep/message/delivery_report.h"
#include "mxsweep/pop3/capabilities.h"
#include "mxsweep/pop3/listing.h"
#include "mxsweep/pop3/reply.h"
#include "roundtrip/mailbox.h"

namespace mxsweep::roundtrip {
namespace {

constexpr std::uint32_t kPop3OctetsMax = 4 * 1024 * 1024;  // Of a reply: a list, or a header.
constexpr std::uint16_t kPop3LinesMax = 60'000;
constexpr std::size_t kPop3ReportsMax = 20;
// Of a report: its delivery status and the header that it quotes.
constexpr std::string_view kReportLines = "200";

// What a list of numbers begins with; 0: with none.
std::uint32_t number_in(std::string_view words) {
  std::uint32_t number = 0;
  std::from_chars(words.data(), words.data() + words.size(), number);
  return number;
}

}  // namespace

// The states of a Pop3Transaction.
class Pop3Visit {
 public:
  using Move = probe::Transaction::Move;

  Pop3Visit(const MailboxOrder& order, const Signals& signals, Pop3Seen& seen,
            MailboxResult& result)
      : order_(order), signals_(signals), seen_(seen), result_(result) {}

  Move begin(const probe::Transaction::Opening& opening, Instant now);
  Move on_bytes(std::string_view octets, Instant now);
  Move on_deadline(Instant now);

 private:
  enum class Step : std::uint8_t { auth, user, pass, uidl, stat, top, report, dele, done };

  void log_in(std::string_view capabilities, bool under_tls, Instant now);
  void on_reply(std::string_view reply, pop3::Status status, Instant now);
  void on_challenge(std::string_view words, Instant now);
  void on_logged_in(Instant now);
  void on_list(std::string_view reply, bool ok, Instant now);
  void on_count(std::string_view words, bool ok, Instant now);
  void next(Instant now);
  void on_message(const std::string& header, Instant now);
  void see(const std::string& header, Instant now);
  void on_removed(bool ok, std::string_view words, Instant now);
  void ask(Step step, std::string command, Instant now);
  void fail(Phase phase, std::string sentence);
  [[nodiscard]] pop3::Awaited awaited() const;
  [[nodiscard]] Move move(Instant now);

  const MailboxOrder& order_;
  const Signals& signals_;
  Pop3Seen& seen_;
  MailboxResult& result_;
  std::optional<Authentication> authentication_;
  std::vector<pop3::ListedMessage> unread_;  // The last one is read first.
  pop3::ListedMessage reading_;
  std::vector<std::uint32_t> reports_;  // Numbers of messages that may be some.
  std::vector<std::uint32_t> wanted_;   // To be deleted, as `stale_`.
  std::vector<std::uint32_t> stale_;
  bool deletes_wanted_ = false;  // What was asked last.
  Step step_ = Step::done;
  pop3::ReplyReader reader_;
  std::string in_;
  std::string out_;
  std::string sending_;
  Instant began_{};
  Instant answer_by_{};
};

Pop3Visit::Move Pop3Visit::begin(const probe::Transaction::Opening& opening, Instant now) {
  began_ = now;
  if (const auto fault = fault_of_tls(opening, order_)) {
    fail(Phase::fetch_tls, *fault);
  } else {
    log_in(opening.capabilities, opening.under_tls, now);
  }
  return move(now);
}

pop3::Awaited Pop3Visit::awaited() const {
  const bool lists = step_ == Step::uidl || step_ == Step::top || step_ == Step::report;
  return {.multi_line = lists,
          .challenge = step_ == Step::auth,
          .octets_max = kPop3OctetsMax,
          .lines_max = kPop3LinesMax};
}

Pop3Visit::Move Pop3Visit::on_bytes(std::string_view octets, Instant now) {
  in_ += octets;
  while (step_ != Step::done) {
    const ReplyStatus status = reader_.read(in_, awaited());
    if (status == ReplyStatus::need_more) break;
    if (status == ReplyStatus::malformed) {
      fail(result_.until, "what the server sends is not POP3");
    } else if (status == ReplyStatus::too_long) {
      fail(result_.until, "the server sends too much at once");
    } else {
      const std::string reply = in_.substr(0, reader_.reached());
      in_.erase(0, reader_.reached());
      on_reply(reply, std::exchange(reader_, {}).status(), now);
    }
  }
  return move(now);
}

Pop3Visit::Move Pop3Visit::on_deadline(Instant now) {
  if (step_ != Step::done && now >= answer_by_) fail(result_.until, "the server does not answer");
  return move(now);
}

Pop3Visit::Move Pop3Visit::move(Instant now) {
  sending_ = std::exchange(out_, {});
  if (step_ != Step::done) return {.send = sending_, .deadline = answer_by_};
  // As in IMAP: what was to be sent goes first.
  if (!sending_.empty()) return {.send = sending_, .deadline = now};
  return {.finished = true};
}

void Pop3Visit::ask(Step step, std::string command, Instant now) {
  step_ = step;
  answer_by_ = now + kMailboxCommandTimeout;
  out_ += std::move(command) + "\r\n";
}

void Pop3Visit::fail(Phase phase, std::string sentence) {
  result_.until = phase;
  result_.fault = std::move(sentence);
  step_ = Step::done;
}

void Pop3Visit::log_in(std::string_view capabilities, bool under_tls, Instant now) {
  result_.until = Phase::login;
  std::string mechanisms;
  pop3::Capabilities offered(capabilities);
  for (Capability capability; offered.next(capability);) {
    if (same_keyword(capability.keyword, "SASL")) mechanisms = capability.parameters;
  }
  Result<Authentication> chosen = authentication(mechanisms, under_tls, order_);
  if (!chosen.ok()) {
    if (!may_send_password(under_tls, order_).ok()) {
      return fail(Phase::login, chosen.status().sentence());
    }
    return ask(Step::user, "USER " + order_.credentials.user, now);
  }
  authentication_.emplace(*std::move(chosen));
  std::string command = "AUTH " + std::string(authentication_->mechanism());
  ask(Step::auth, std::move(command), now);
}

void Pop3Visit::on_challenge(std::string_view words, Instant now) {
  if (authentication_->gave_up()) {
    return fail(Phase::login, authentication_->on_success().sentence());
  }
  ask(Step::auth, authentication_->answer(words), now);
}

void Pop3Visit::on_reply(std::string_view reply, pop3::Status status, Instant now) {
  if (signals_.stop && step_ != Step::dele) {
    result_.stopped = true;
    step_ = Step::done;
    return;
  }
  const bool ok = status == pop3::Status::ok;
  std::string_view rest = reply;
  std::string_view first;
  static_cast<void>(next_line(rest, first));
  const std::string_view words = pop3::status_line(first).text;
  switch (step_) {
    case Step::auth:
    case Step::user:
    case Step::pass: {
      if (status == pop3::Status::challenge) return on_challenge(words, now);
      if (!ok) {
        const std::string why = authentication_ ? authentication_->why_refused() : std::string();
        return fail(Phase::login, "the login is refused" + why + told(words, order_));
      }
      if (step_ == Step::user) {
        return ask(Step::pass, "PASS " + order_.credentials.secret.reveal(), now);
      }
      return on_logged_in(now);
    }
    case Step::uidl: return on_list(reply, ok, now);
    case Step::stat: return on_count(words, ok, now);
    case Step::top:
      if (!ok) return fail(Phase::headers, "a header cannot be read" + told(words, order_));
      on_message(pop3::read_message(reply), now);
      return next(now);
    case Step::report:
      if (const auto report = report_in(pop3::read_message(reply), order_)) {
        result_.report = report;
      }
      return next(now);
    case Step::dele: return on_removed(ok, words, now);
    case Step::done: return;
  }
}

void Pop3Visit::on_logged_in(Instant now) {
  const Status proved = authentication_ ? authentication_->on_success() : Status();
  if (!proved.ok()) return fail(Phase::login, proved.sentence());
  result_.logged_in_at = now;
  result_.until = Phase::select;
  ask(Step::uidl, "UIDL", now);
}

void Pop3Visit::on_list(std::string_view reply, bool ok, Instant now) {
  if (!ok) return ask(Step::stat, "STAT", now);
  result_.selected_at = result_.ready_at = now;
  unread_ = pop3::read_uidl(reply);
  std::erase_if(unread_, [this](const auto& message) { return seen_.uids.contains(message.uid); });
  const std::size_t older = unread_.size() - std::min(unread_.size(), kPop3MessagesMax);
  for (std::size_t i = 0; i < older; ++i) seen_.uids.insert(unread_[i].uid);
  unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(older));
  next(now);
}

// Without unique names: the newest, every time.
void Pop3Visit::on_count(std::string_view words, bool ok, Instant now) {
  if (!ok) return fail(Phase::select, "the messages cannot be counted" + told(words, order_));
  result_.selected_at = result_.ready_at = now;
  const std::uint32_t count = number_in(words);
  const std::uint32_t read = std::min<std::uint32_t>(count, kPop3MessagesMax);
  for (std::uint32_t back = read; back-- > 0;) unread_.push_back({.number = count - back});
  next(now);
}

// Reads what is unread, then what may be a report, then deletes.
void Pop3Visit::next(Instant now) {
  result_.until = unread_.empty() && reports_.empty() ? Phase::remove : Phase::headers;
  if (!unread_.empty()) {
    reading_ = unread_.back();
    unread_.pop_back();
    return ask(Step::top, "TOP " + std::to_string(reading_.number) + " 0", now);
  }
  if (!reports_.empty()) {
    const std::string number = std::to_string(reports_.back());
    reports_.pop_back();
    return ask(Step::report, "TOP " + number + ' ' + std::string(kReportLines), now);
  }
  deletes_wanted_ = !wanted_.empty();
  std::vector<std::uint32_t>& numbers = deletes_wanted_ ? wanted_ : stale_;
  if (order_.remove && !numbers.empty()) {
    const std::uint32_t number = numbers.back();
    numbers.pop_back();
    return ask(Step::dele, "DELE " + std::to_string(number), now);
  }
  result_.until = Phase::logout;
  seen_.looked = true;
  step_ = Step::done;
}

void Pop3Visit::on_message(const std::string& header, Instant now) {
  const message::Headers fields = message::read_headers(header);
  const std::optional<message::Token> token = token_of(fields, order_);
  if (token && is_wanted(*token, order_)) return see(header, now);
  if (token && order_.remove && is_stale(*token, order_, now - began_)) {
    return stale_.push_back(reading_.number);
  }
  if (!reading_.uid.empty()) seen_.uids.insert(reading_.uid);
  const bool may_report = order_.reports && !token && message::may_be_report(fields);
  if (may_report && reports_.size() < kPop3ReportsMax) reports_.push_back(reading_.number);
}

void Pop3Visit::see(const std::string& header, Instant now) {
  wanted_.push_back(reading_.number);
  ++result_.copies;
  if (result_.seen()) return;
  result_.notice = seen_.looked ? Notice::poll : Notice::look;
  result_.found_by = FoundBy::new_message;
  result_.seen_at = result_.selected_at;
  result_.folder = "INBOX";
  result_.header = header.substr(0, message::kHeaderOctetsMax);
  result_.header_at = now;
}

void Pop3Visit::on_removed(bool ok, std::string_view words, Instant now) {
  if (!ok) {
    result_.kept = "the server does not delete them" + told(words, order_);
  } else if (deletes_wanted_) {
    ++result_.removed;
    result_.removed_at = now;
  } else {
    ++result_.swept;
  }
  next(now);
}

Pop3Transaction::Pop3Transaction(const MailboxOrder& order, const Signals& signals, Pop3Seen& seen,
                                 MailboxResult& result)
    : visit_(std::make_unique<Pop3Visit>(order, signals, seen, result)) {}

Pop3Transaction::~Pop3Transaction() = default;

probe::Transaction::Move Pop3Transaction::begin(const Opening& opening, Instant now) {
  return visit_->begin(opening, now);
}

probe::Transaction::Move Pop3Transaction::on_bytes(std::string_view octets, Instant now) {
  return visit_->on_bytes(octets, now);
}

probe::Transaction::Move Pop3Transaction::on_deadline(Instant now) {
  return visit_->on_deadline(now);
}

}  // namespace mxsweep::roundtrip

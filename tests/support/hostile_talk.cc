// SPDX-License-Identifier: MIT
#include "support/hostile_talk.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <utility>

#include "mxsweep/core/cause.h"
#include "mxsweep/smtp/reply.h"

namespace mxsweep::sink {
namespace {

constexpr std::size_t kPieceMax = 64 * 1024;  // As much as the ring receives at once.
// Each octet may arrive on its own; beside that, far more than any conversation has.
constexpr std::size_t kEventsMax = 2 * probe::kSessionOctetsMax;
// EHLO, HELO, STARTTLS, EHLO under TLS, MAIL, RCPT twice, RSET, QUIT.
constexpr std::uint32_t kCommandsMost = 9;

// A line that can be the last one of a reply.
bool ends_reply(std::string_view line) {
  const auto digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3, digit)) return false;
  return line.size() == 3 || line[3] != '-';
}

// Where the end arrives in one piece with the replies before it, they are not answered any more.
bool begins_with(std::string_view a, std::string_view b) {
  return a.size() < b.size() ? b.starts_with(a) : a.starts_with(b);
}

}  // namespace

HostileTalk::HostileTalk(const Persona& persona, const probe::Plan& plan,
                         const targets::Target& target, const HostileWire& wire,
                         std::uint32_t others)
    : plan_(plan),
      wire_(wire),
      probe_(plan, target),
      session_(persona, target.address),
      pieces_(wire.seed),
      others_(others) {}

void HostileTalk::talk() {
  client(probe_.on_started(now_, others_), Call::other);
  now_ += wire_.one_way;
  client(probe_.on_connected(now_), Call::other);
  server(session_.on_start(now_));
  std::size_t events = 0;
  while (!wants_.done && wrong_.empty()) {
    next();
    require(++events < kEventsMax, "the conversation does not end");
  }
  if (wrong_.empty()) check_end();
}

void HostileTalk::next() {
  // What is on its way arrives first, unless our deadline comes before that; then the earlier
  // deadline of the two sides expires.
  const bool asked = !to_server_.empty() && wake_ >= now_ + wire_.one_way;
  const bool arriving = !to_client_.empty() || end_ != Reaction::End::no || asked;
  if (arriving && wants_.deadline < now_ + wire_.one_way) {
    now_ = std::max(now_, wants_.deadline);
    return client(probe_.on_deadline(now_), Call::other);
  }
  if (!to_client_.empty()) return deliver();
  if (report_sent_) {
    report_sent_ = false;
    return server(session_.on_sent(now_));
  }
  if (end_ == Reaction::End::close) {
    return client(probe_.on_closed(now_ += wire_.one_way), Call::other);
  }
  if (end_ == Reaction::End::reset) {
    return client(probe_.on_error(ECONNRESET, now_ += wire_.one_way), Call::other);
  }
  if (asked) return deliver_to_server();
  now_ = std::max(now_, std::min(wake_, wants_.deadline));
  if (wants_.deadline <= wake_) return client(probe_.on_deadline(now_), Call::other);
  server(session_.on_timer(now_));
}

void HostileTalk::deliver_to_server() {
  const std::string octets = std::exchange(to_server_, {});
  now_ += wire_.one_way;
  server(session_.on_bytes(octets, now_));
}

void HostileTalk::deliver() {
  const std::string octets = std::exchange(to_client_, {});
  now_ += wire_.one_way;
  for (std::size_t at = 0; at < octets.size() && !wants_.done && wrong_.empty();) {
    std::size_t size = wire_.cut == HostileWire::Cut::octets ? 1 : kPieceMax;
    if (wire_.cut == HostileWire::Cut::pieces) size = 1 + pieces_.below(1U << pieces_.below(14));
    const std::string_view piece = std::string_view(octets).substr(at, size);
    at += piece.size();
    octets_in_ += piece.size();
    const bool was_clear = probe_.observation().tls() == nullptr;
    if (was_clear) count_replies(piece);
    const probe::Wants wants = probe_.on_bytes(piece, now_);
    if (was_clear && probe_.observation().tls() != nullptr) line_.clear();  // TLS begins anew.
    if (!was_clear) count_replies(probe_.clear_text().received);
    client(wants, Call::octets);
    const bool answers = wire_.interleaved && end_ == Reaction::End::no && !to_server_.empty() &&
                         now_ + wire_.one_way <= wants_.deadline;
    if (answers && !wants_.done) deliver_to_server();
  }
}

void HostileTalk::client(const probe::Wants& wants, Call call) {
  wants_ = wants;
  octets_out_ += wants.send.size();
  require(wants.done || wants.deadline != kNever, "nothing ends the wait");
  require(wants.deadline == kNever || wants.deadline <= began_ + plan_.session_timeout,
          "a deadline is after that of the session");
  require(!wants.done || wants.shortage == 0, "a shortage that there was not");
  to_server_ += wants.send;
  if (probe_.observation().tls() == nullptr) {
    require(!wants.done || wants.send.empty(), "the end sends something in clear");
    check_commands(wants.send);
  } else if (call == Call::octets) {
    check_commands(probe_.clear_text().sent);
  }
}

void HostileTalk::server(const Reaction& reaction) {
  to_client_ += reaction.send;
  report_sent_ |= reaction.report_sent;
  wake_ = reaction.wake;
  if (reaction.end != Reaction::End::no) end_ = reaction.end;
  if (reaction.send.empty()) return;
  if (sends_++ == wire_.harmed_send) harm();
}

// Where the octets differ from run to run, because a signature's length does, none is harmed.
void HostileTalk::harm() {
  const bool constant = to_client_.size() < 300 || wire_.harmed_at < 600;
  if (wire_.harmed_at + 16 > to_client_.size() || !constant) return;
  switch (wire_.harm) {
    case HostileWire::Harm::none: return;
    case HostileWire::Harm::flip: to_client_[wire_.harmed_at] ^= 0x10; return;
    case HostileWire::Harm::insert: to_client_.insert(wire_.harmed_at, "\r\n250 x\r\n"); return;
    case HostileWire::Harm::close:
      to_client_.resize(wire_.harmed_at);
      end_ = Reaction::End::close;
      report_sent_ = false;
      return;
    case HostileWire::Harm::reset:
      to_client_.resize(wire_.harmed_at);
      end_ = Reaction::End::reset;
      report_sent_ = false;
      return;
  }
}

// Counts too many rather than too few: each line that can be the last one of a reply.
void HostileTalk::count_replies(std::string_view clear) {
  while (!clear.empty()) {
    const std::size_t end = clear.find('\n');
    const std::string_view part = clear.substr(0, end);
    line_ += part.substr(0, 4 - std::min<std::size_t>(4, line_.size()));
    if (end == std::string_view::npos) return;
    clear.remove_prefix(end + 1);
    std::string_view line = line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (ends_reply(line)) ++replies_;
    line_.clear();
  }
}

// Of a smtp::Command; 0: it is none.
std::size_t HostileTalk::index_of(std::string_view command) const {
  std::size_t i = smtp::kCommandCount - 1;
  while (i > 0 && plan_.commands[static_cast<smtp::Command>(i)] != command) --i;
  return i;
}

// Whole commands, one for each reply at most, and nothing after QUIT.
void HostileTalk::check_commands(std::string_view sent) {
  commands_ += sent;
  while (!sent.empty()) {
    require(!quit_sent_, "something is sent after QUIT");
    const std::size_t end = sent.find("\r\n");
    require(end != std::string_view::npos, "a part of a command is sent");
    if (end == std::string_view::npos) return;
    const std::string_view command = sent.substr(0, end + 2);
    sent.remove_prefix(command.size());
    const std::size_t known = index_of(command);
    require(known != 0, "what is sent is no command");
    using smtp::Command;
    const bool mails = known >= static_cast<std::size_t>(Command::mail) &&
                       known <= static_cast<std::size_t>(Command::rset);
    require(!mails || plan_.depth >= probe::Depth::mail, "a mail transaction not asked for");
    quit_sent_ = known == static_cast<std::size_t>(Command::quit);
    require(++commands_sent_ <= replies_, "a command is sent before the reply to the last one");
    require(commands_sent_ <= kCommandsMost, "too many commands");
  }
}

void HostileTalk::check_end() {
  const results::Record record = this->record();
  require(now_ <= began_ + plan_.session_timeout, "the session has outlasted its timeout");
  require(record.ms.total <= plan_.session_timeout, "the record's time exceeds the timeout");
  require(octets_in_ == record.bytes_in, "not all octets received are counted");
  require(octets_out_ == record.bytes_out, "not all octets sent are counted");
  require(octets_in_ <= probe::kSessionOctetsMax + kPieceMax, "too much was read");
  for (const results::ReplyText& reply : record.replies.of) {
    require(reply.octets.size() <= smtp::kReplyOctetsMax, "a reply is too long");
  }
  require(probe_.observation().octets_held() <= 2 * probe::kSessionOctetsMax, "too much is kept");
  require(probe_.observation().ended(), "the observation has not ended");
  require((record.outcome == Outcome::ok) == (record.cause == Cause::none),
          "outcome and cause contradict each other");
  // A harmed certificate may have a key of a kind that is unknown to our library.
  require(outcome_of(record.cause) != Outcome::local || record.cause == Cause::local_burst ||
              record.cause == Cause::local_tls_unsupported,
          "a fault of ours that there was not");
}

std::string difference(const HostileTalk& one, const HostileTalk& other) {
  const results::Record a = one.record();
  const results::Record b = other.record();
  if (a.outcome != b.outcome) return "outcome";
  if (a.phase != b.phase) return "phase";
  if (a.cause != b.cause) return "cause";
  if (!(a.anomalies == b.anomalies)) return "anomalies";
  if (a.socket_errno != b.socket_errno) return "errno";
  if (a.starttls_known != b.starttls_known) return "starttls";
  if (a.starttls_offered != b.starttls_offered) return "starttls.offered";
  if (a.verb != b.verb || a.verb_tls != b.verb_tls) return "verb";
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    if (a.replies.of[i].code != b.replies.of[i].code) return "code of a reply";
    // Octets that are no reply are kept as far as they were read, which depends on the cut.
    if (a.replies.of[i].code == 0) continue;
    if (a.replies.of[i].octets != b.replies.of[i].octets) return "text of a reply";
  }
  if (a.reply.code != b.reply.code) return "code of the reply that decided";
  if (a.reply.code != 0 && a.reply.octets != b.reply.octets) return "the reply that decided";
  if (a.tls.has_value() != b.tls.has_value()) return "tls";
  if (a.tls) {
    if (a.tls->session.version != b.tls->session.version) return "tls.version";
    if (a.tls->session.cipher_id != b.tls->session.cipher_id) return "tls.cipher";
    if (a.tls->session.group != b.tls->session.group) return "tls.group";
    if (a.tls->alert != b.tls->alert) return "tls.alert";
    if (a.tls->verify_error != b.tls->verify_error) return "tls.verify_error";
    if (a.tls->client_certificate_requested != b.tls->client_certificate_requested) {
      return "tls.client_cert_requested";
    }
    if ((a.tls->chain == nullptr) != (b.tls->chain == nullptr)) return "tls.chain";
  }
  if (!begins_with(one.commands(), other.commands())) return "the commands sent";
  // The octets of TLS differ from run to run, and with them where noise among them is found.
  for (std::size_t i = 0; i < kPhaseCount && !a.tls; ++i) {
    if (a.ms.of[i] != b.ms.of[i]) return "the time of a phase";
  }
  return {};
}

}  // namespace mxsweep::sink

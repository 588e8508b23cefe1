// SPDX-License-Identifier: MIT
// Whatever a server sends to who looks into a mailbox: the visit ends, does not depend on how the
// octets are cut, shows no secret, and asks only for the deletion of messages whose header it was
// sent with our token. The first octet chooses the protocol and the order. "@" stands for the token
// of the wanted message, "#" for a stale one, NUL for the time until the next deadline.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mxsweep/core/invariant.h"
#include "mxsweep/message/headers.h"
#include "mxsweep/message/token.h"
#include "mxsweep/probe/conversation.h"
#include "mxsweep/roundtrip/imap_transaction.h"
#include "mxsweep/roundtrip/pop3_transaction.h"

namespace mxsweep::roundtrip {
namespace {

constexpr std::string_view kSecret = "k9q3zx7vbn2";
constexpr std::string_view kKey = "0123456789abcdef";
constexpr std::chrono::sys_seconds kNow{std::chrono::seconds{1'800'000'000}};

std::string token_of_age(std::chrono::hours age) {
  return message::write_token(kKey, {.at = kNow - age});
}

std::string with_tokens(std::string_view input) {
  static const std::string wanted = token_of_age(std::chrono::hours{0});
  static const std::string stale = token_of_age(std::chrono::hours{48});
  std::string octets;
  for (const char c : input) {
    if (c == '@') octets += wanted;
    if (c == '#') octets += stale;
    if (c != '@' && c != '#') octets += c;
  }
  return octets;
}

// Keeps what a transaction sends.
class Recorded : public probe::Transaction {
 public:
  explicit Recorded(probe::Transaction& inner) : inner_(inner) {}
  Move begin(const Opening& opening, Instant now) override {
    return keep(inner_.begin(opening, now));
  }
  Move on_bytes(std::string_view octets, Instant now) override {
    return keep(inner_.on_bytes(octets, now));
  }
  Move on_deadline(Instant now) override { return keep(inner_.on_deadline(now)); }

  std::string sent;

 private:
  Move keep(const Move& move) {
    INVARIANT(!move.finished || move.send.empty());
    sent += move.send;
    return move;
  }
  probe::Transaction& inner_;
};

struct Played {
  std::string sent;  // By the transaction.
  MailboxResult result;
};

class Play {
 public:
  Play(unsigned char choice, std::size_t piece) : piece_(piece) {
    order_.credentials = {.user = "user", .secret = Secret(std::string(kSecret))};
    order_.allow_in_clear = true;
    order_.nonce = "rOprNGfwEbeRWgbNEkqO";
    order_.token = token_of_age(std::chrono::hours{0});
    order_.key = kKey;
    order_.wall_at_begin = kNow;
    order_.remove = (choice & 2U) == 0;
    order_.reports = (choice & 4U) != 0;
    if ((choice & 8U) != 0) order_.folders = {"INBOX", "\\Junk"};
    signals_.until = now_ + std::chrono::seconds{20};
    imap_ = (choice & 1U) == 0;
  }

  Played play(std::string_view octets) {
    ImapTransaction imap(order_, signals_, played_.result);
    Pop3Transaction pop3(order_, signals_, seen_, played_.result);
    probe::Plan plan("scanner.test");
    plan.protocol = imap_ ? Protocol::imap : Protocol::pop3;
    Recorded recorded = imap_ ? Recorded(imap) : Recorded(pop3);
    plan.transaction = &recorded;
    const targets::Target target;
    probe::Conversation probe(plan, target);
    take(probe.on_started(now_));
    take(probe.on_connected(now_));
    while (!octets.empty() && !wants_.done) {
      const std::string_view text = octets.substr(0, octets.find('\0'));
      for (std::size_t at = 0; at < text.size() && !wants_.done; at += piece_) {
        take(probe.on_bytes(text.substr(at, piece_), now_));
      }
      octets.remove_prefix(std::min(text.size() + 1, octets.size()));
      if (!octets.empty() && !wants_.done) expire(probe);
    }
    for (int expired = 0; !wants_.done; ++expired) {
      INVARIANT(expired < 1000);
      expire(probe);
    }
    played_.sent = recorded.sent;
    return played_;
  }

 private:
  void expire(probe::Conversation& probe) {
    now_ = std::max(now_, wants_.deadline);
    take(probe.on_deadline(now_));
  }
  void take(const probe::Wants& wants) {
    wants_ = wants;
    INVARIANT(wants.done || wants.deadline != kNever);
  }

  MailboxOrder order_;
  Signals signals_;
  Pop3Seen seen_;
  bool imap_ = true;
  std::size_t piece_;
  Instant now_{std::chrono::hours{1}};
  probe::Wants wants_;
  Played played_;
};

void require_same(const Played& a, const Played& b) {
  INVARIANT(a.sent == b.sent);
  INVARIANT(a.result.fault == b.result.fault && a.result.until == b.result.until);
  INVARIANT(a.result.header == b.result.header && a.result.copies == b.result.copies);
  INVARIANT(a.result.removed == b.result.removed && a.result.swept == b.result.swept);
  INVARIANT(a.result.seen_at == b.result.seen_at && a.result.ready_at == b.result.ready_at);
  INVARIANT(a.result.kept == b.result.kept && a.result.report == b.result.report);
}

void check_texts(const MailboxResult& result) {
  const auto check = [](std::string_view text) { INVARIANT(text.find(kSecret) == text.npos); };
  check(result.fault);
  check(result.kept);
  for (const FolderFault& fault : result.folder_faults) check(fault.words);
  INVARIANT(result.header.size() <= message::kHeaderOctetsMax);
}

void check(std::string_view input) {
  if (input.empty()) return;
  const auto choice = static_cast<unsigned char>(input.front());
  const std::string octets = with_tokens(input.substr(1));
  const Played whole = Play(choice, octets.size() + 1).play(octets);
  require_same(whole, Play(choice, 1).play(octets));
  require_same(whole, Play(choice, octets.size() % 61 + 2).play(octets));
  check_texts(whole.result);
  const bool ours = octets.find(token_of_age(std::chrono::hours{0})) != octets.npos ||
                    octets.find(token_of_age(std::chrono::hours{48})) != octets.npos;
  const bool may_delete = ours && (choice & 2U) == 0;
  for (const std::string_view word : {"+FLAGS", "EXPUNGE", "DELE "}) {
    INVARIANT(may_delete || whole.sent.find(word) == std::string::npos);
  }
}

}  // namespace
}  // namespace mxsweep::roundtrip

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mxsweep::roundtrip::check({reinterpret_cast<const char*>(data), size});
  return 0;
}

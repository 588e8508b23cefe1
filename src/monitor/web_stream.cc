// SPDX-License-Identifier: MIT
#include "monitor/web_stream.h"

#include <charconv>
#include <utility>

namespace mxsweep::monitor {
namespace {

using serve::Answer;
using serve::Part;
using serve::Responder;

// `write`: makes lines of the facts.
template <typename Facts, typename Write>
Piece piece_of(Facts facts, std::optional<Route> next, const Write& write) {
  return {.lines = [facts = std::move(facts), write] { return write(facts); },
          .next = std::move(next)};
}

Piece monitors_piece(const Route& route, const view::Board& board, const watch::Moment& now) {
  view::MonitorList facts = board.monitors(
      {.group = route.group, .state = route.state, .after = route.cursor}, route.limit, now);
  std::optional<Route> next;
  if (!facts.next.empty()) next.emplace(route).cursor = facts.next;
  return piece_of(std::move(facts), std::move(next), &api::monitor_lines);
}

Piece incidents_piece(const Route& route, bool targets, const view::Board& board,
                      const watch::Moment& now) {
  view::IncidentList facts =
      board.incidents({.open = route.open, .below = route.below}, route.limit, now);
  std::optional<Route> next;
  if (facts.next > 0) next.emplace(route).below = facts.next;
  return piece_of(std::move(facts), std::move(next), [targets](const view::IncidentList& list) {
    return api::incident_lines(list, targets);
  });
}

Piece certificates_piece(const Route& route, const view::Board& board, const watch::Moment& now) {
  view::CertificateList facts =
      board.certificates(static_cast<std::uint32_t>(route.below), route.limit, now);
  std::optional<Route> next;
  const std::uint64_t end = facts.first + facts.certificates.size();
  if (end < facts.all && end > route.below) next.emplace(route).below = end;
  return piece_of(std::move(facts), std::move(next), &api::certificate_lines);
}

std::optional<Piece> history_piece(const Route& route, const view::Board& board,
                                   const watch::Moment& now) {
  std::optional<view::History> facts = board.history(route.name, route.from, route.limit, now);
  if (!facts) return std::nullopt;
  std::optional<Route> next;
  std::int64_t us = 0;
  const std::string& cursor = facts->next;
  if (std::from_chars(cursor.data(), cursor.data() + cursor.size(), us).ec == std::errc{}) {
    next.emplace(route).from = WallTime{std::chrono::microseconds{us}};
  }
  return piece_of(*std::move(facts), std::move(next), &api::history_lines);
}

}  // namespace

std::optional<Piece> piece_for(const Route& route, bool targets, const view::Board& board,
                               const watch::Moment& now) {
  if (route.about == About::api_monitors) return monitors_piece(route, board, now);
  if (route.about == About::api_incidents) return incidents_piece(route, targets, board, now);
  if (route.about == About::api_certificates) return certificates_piece(route, board, now);
  return history_piece(route, board, now);
}

bool Web::Stream::ask(std::function<void()> then) {
  return web_.post([self = shared_from_this(), then = std::move(then)](Hand& hand) {
    self->arrive(piece_for(self->route_, self->targets_, *self->web_.board_, hand.moment()));
    if (then) then();
  });
}

void Web::Stream::arrive(std::optional<Piece> piece) {
  serve::Wake wake;
  {
    const std::lock_guard lock(lock_);
    piece_ = std::move(piece);
    arrived_ = true;
    wake = wake_;
  }
  wake();
}

Answer Web::Stream::begin() {
  {
    const std::lock_guard lock(lock_);
    if (!piece_) return error(true, 404, "there is none with this id");
  }
  Answer answer = json({});
  answer.content_type = "application/x-ndjson";
  answer.more = [self = shared_from_this()](std::string& part, const serve::Wake& wake) {
    return self->more(part, wake);
  };
  return answer;
}

Part Web::Stream::more(std::string& part, const serve::Wake& wake) {
  std::optional<Piece> piece;
  {
    const std::lock_guard lock(lock_);
    wake_ = wake;
    if (!std::exchange(arrived_, false)) return Part::later;
    piece = std::exchange(piece_, std::nullopt);
  }
  if (!piece) return Part::none;  // The monitor was forgotten meanwhile.
  part += piece->lines();
  if (!piece->next) return Part::last;
  route_ = *std::move(piece->next);
  return ask() ? Part::more : Part::none;
}

// In the server's thread.
void Web::stream(Route&& route, const Viewer& viewer, Responder&& responder) {
  std::erase_if(streams_, [](const std::weak_ptr<Stream>& each) { return each.expired(); });
  if (streams_.size() >= kStreamsMost) {
    std::move(responder).answer(busy(true, "too many whole lists are being sent"));
    return;
  }
  const auto stream = std::make_shared<Stream>(*this, std::move(route), viewer.targets);
  const auto shared = std::make_shared<Responder>(std::move(responder));
  const bool asked = stream->ask(
      [stream, shared] { std::move(*shared).answer([stream] { return stream->begin(); }); });
  if (asked) {
    streams_.emplace_back(stream);
  } else {
    std::move(*shared).answer(busy(true, "the monitor has too many questions to answer"));
  }
}

}  // namespace mxsweep::monitor
